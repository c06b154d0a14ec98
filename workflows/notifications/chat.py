"""Notices in a desk's chat: Slack's incoming webhooks, which Mattermost and Rocket.Chat have as well.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests_hardened.ip_filter import InvalidIPAddress

from cms.outgoing import open_session
from workflows.models import Notice

from .channels import NotDelivered, Transport

TEXT_LENGTH = 600
_AGAIN = {408, 425, 429}


class Chat(Transport):
    """One message in the channel of a desk. The address of the webhook is its password: it stands in no message."""

    def send(self, notice: Notice) -> None:
        url = notice.desk.chat_webhook_url if notice.desk else ""
        if not url:
            raise NotDelivered("The desk has no chat any more.", permanent=True)
        host = urlsplit(url).hostname
        try:
            with (
                open_session(private_addresses=settings.CHAT_PRIVATE_ADDRESSES) as session,
                session.post(url, json=build_message(notice), stream=True) as response,
            ):
                status = response.status_code
        except InvalidIPAddress:
            raise NotDelivered(
                f"{host} is an address of a private network: see CHAT_PRIVATE_ADDRESSES.", permanent=True
            ) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
            raise NotDelivered("The address of the chat is not one of the web.", permanent=True) from None
        except requests.RequestException as error:
            # Words of the error name the address, and a traceback would show it.
            raise NotDelivered(f"{host} could not be reached ({type(error).__name__}).") from None
        if not 200 <= status < 300:
            raise NotDelivered(f"{host} answered {status}.", permanent=status < 500 and status not in _AGAIN)


def build_message(notice: Notice) -> dict[str, str]:
    """What is posted: the subject as a link to where it leads, and the first paragraph of the text."""
    subject = _escape(notice.subject).replace("|", "¦")
    first = f"<{settings.BASE_URL}{notice.url}|{subject}>" if notice.url else subject
    paragraph = _escape(notice.text.strip().partition("\n\n")[0][:TEXT_LENGTH])
    return {"text": f"{first}\n{paragraph}"}


def _escape(text: str) -> str:
    # The three characters that Slack reads as its own marks, `<!channel>` among them.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
