"""Notices by mail."""

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from workflows.models import Notice

from .channels import NotDelivered, Transport


class Mail(Transport):
    """Plain text through the mail server of EMAIL_URL."""

    def send(self, notice: Notice) -> None:
        host = urlsplit(settings.BASE_URL).hostname or "copydesk"
        mail = EmailMessage(
            subject=notice.subject,
            body=notice.text,
            to=[notice.address],
            headers={
                "Auto-Submitted": "auto-generated",
                "X-Copydesk-Notice": str(notice.pk),
                # The same at every attempt: a mail server that took the mail, and whose answer was lost, knows it.
                "Message-ID": f"<notice-{notice.pk}@{host}>",
            },
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words in error.recipients.values()]
            raise NotDelivered(
                f"The mail server does not take mail for {notice.address}.", permanent=min(codes) >= 500
            ) from error
        except smtplib.SMTPAuthenticationError as error:
            # The server repeats what it was told, and administrators who read this need not know the password.
            raise NotDelivered("The mail server does not accept the login of EMAIL_URL.") from error
        except smtplib.SMTPResponseException as error:
            words = error.smtp_error
            if isinstance(words, bytes):
                words = words.decode(errors="replace")
            raise NotDelivered(f"{error.smtp_code} {words}", permanent=error.smtp_code >= 500) from error
        except OSError as error:
            raise NotDelivered(str(error) or type(error).__name__) from error
        except ValueError as error:
            raise NotDelivered(f"{notice.address} is no mail address: {error}", permanent=True) from error
