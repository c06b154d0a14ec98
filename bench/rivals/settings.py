"""The settings of the product, with the rivals beside it."""

from cms.settings import *  # noqa: F403
from cms.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "wagtail.api.v2"]
ROOT_URLCONF = "bench.rivals.urls"
WAGTAILAPI_LIMIT_MAX = 100
