"""Notices by mail."""

from django.core.mail import EmailMessage

from workflows.models import Notice


def send(notice: Notice) -> None:
    """Hand one notice to the mail server.

    Raises:
        OSError: the server could not be reached or refused the mail; `smtplib`'s errors are among them.
    """
    EmailMessage(
        subject=notice.subject,
        body=notice.text,
        to=[notice.address],
        headers={"Auto-Submitted": "auto-generated", "X-Copydesk-Notice": str(notice.pk)},
    ).send()
