from django.apps import AppConfig
from django.conf import settings


class ApiConfig(AppConfig):
    name = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from api import receivers  # noqa: F401
        from api.access import document  # noqa: F401
        from api.caching import receivers as caching_receivers  # noqa: F401
        from api.caching.targets import target_at

        for url in settings.PURGE_TARGETS:
            target_at(url)
