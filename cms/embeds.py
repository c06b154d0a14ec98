"""Which services may be embedded in a story."""

import re

from django.conf import settings
from wagtail.embeds import oembed_providers
from wagtail.embeds.finders.oembed import OEmbedFinder

# Wagtail's list has neither; both answer oEmbed as their documentation says:
# https://developer.datawrapper.de/docs/oembed and https://developers.flourish.studio/embedding/oembed/
_OWN_PROVIDERS = {
    "datawrapper": {
        "endpoint": "https://api.datawrapper.de/v3/oembed/",
        "urls": [r"^https://datawrapper\.dwcdn\.net/.+$", r"^https://www\.datawrapper\.de/_/.+$"],
    },
    "flourish": {
        "endpoint": "https://app.flourish.studio/oembed",
        "urls": [r"^https://public\.flourish\.studio/(visualisation|story)/.+$"],
    },
}


def provider_names() -> list[str]:
    """Names of the services on the allow list, in its order."""
    return [name for name in settings.EMBED_PROVIDERS if _provider(name)]


def find_provider(url: str) -> str | None:
    """The name of the allowed service to which `url` belongs, or None."""
    for name in provider_names():
        provider = _provider(name)
        if provider and any(re.match(pattern, url) for pattern in provider["urls"]):
            return name
    return None


def _provider(name: str) -> dict[str, list[str]] | None:
    return _OWN_PROVIDERS.get(name) or getattr(oembed_providers, name, None)  # type: ignore[return-value]


class AllowedEmbedFinder(OEmbedFinder):
    """Wagtail's oEmbed finder, limited to the allow list."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(providers=[_provider(name) for name in provider_names()], **kwargs)
