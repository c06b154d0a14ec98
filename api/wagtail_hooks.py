"""What `api` adds to the admin."""

from wagtail import hooks

from api.webhooks.admin import SubscriptionViewSet


@hooks.register("register_admin_viewset")
def webhooks() -> SubscriptionViewSet:
    return SubscriptionViewSet()
