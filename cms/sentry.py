"""Failures are reported to Sentry where SENTRY_DSN says so; its package is asked for only then."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from cms.logs import without_secret_links


def report_failures(dsn: str, *, environment: str) -> None:
    """Report failures of this process from now on: nobody's name, no text of a story, no link to a draft.

    Raises:
        ImproperlyConfigured: the package is not installed.
    """
    try:
        import sentry_sdk
    except ImportError as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, and sentry-sdk is not installed: pip install -r requirements-observed.txt"
        ) from error
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_before_send,
    )


def _before_send(event: Any, hint: dict[str, Any]) -> Any:
    return discreet(event)


def discreet(value: Any) -> Any:
    """A copy of an event without the tokens of links to drafts, wherever they stand in it."""
    if isinstance(value, str):
        return without_secret_links(value)
    if isinstance(value, dict):
        return {key: discreet(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [discreet(each) for each in value]
    return value
