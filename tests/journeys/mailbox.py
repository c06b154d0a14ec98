"""A mail server on the loopback address that keeps what it is given."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self, cast


class Mailbox:
    """Receives mail by SMTP for the length of a `with` block."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        mailbox = self

        class Session(_Session):
            mails = mailbox.mails

        self._server = _Server(("127.0.0.1", 0), Session)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def find(self, *, to: str, about: str) -> EmailMessage | None:
        """The first mail to an address whose subject or text contains `about`."""
        for mail in list(self.mails):
            if mail["To"] == to and about in f"{mail['Subject']}\n{mail.get_content()}":
                return mail
        return None


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _Session(socketserver.StreamRequestHandler):
    mails: list[EmailMessage]

    def handle(self) -> None:
        self._answer("220 the newsroom's mailbox")
        for line in self.rfile:
            match line[:4].upper():
                case b"DATA":
                    self._answer("354 go on")
                    mail = message_from_bytes(self._read_mail(), policy=policy.default)
                    self.mails.append(cast(EmailMessage, mail))
                    self._answer("250 kept")
                case b"QUIT":
                    self._answer("221 goodbye")
                    return
                case _:
                    self._answer("250 fine")

    def _read_mail(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
