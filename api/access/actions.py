"""What administrators do with keys: make, replace, revoke. Each is in the audit log."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from api.models import ApiKey
from cms.exceptions import Refused


@transaction.atomic
def make_key(*, name: str, scopes: list[str], by: Any, **fields: Any) -> tuple[ApiKey, str]:
    """A new key, and what its owner is shown of it, once."""
    key, shown = ApiKey.make(name=name, scopes=scopes, created_by=by, **fields)
    log(key, "api.key.make", user=by, data={"prefix": key.prefix, "scopes": list(key.scopes)})
    return key, shown


@transaction.atomic
def replace_key(key: ApiKey, *, hours: int, by: Any) -> tuple[ApiKey, str]:
    """A new key that opens the same for as long, and the old one beside it for some hours more.

    Raises:
        Refused: the key opens nothing any more, or has been replaced already.
    """
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked or key.has_expired:
        raise Refused(_("This key opens nothing any more. Make a new one."))
    if ApiKey.objects.filter(replaces=key).exists():
        raise Refused(_("This key has been replaced already."))
    lifetime = key.lifetime()
    replacement, shown = ApiKey.make(
        name=key.name,
        scopes=list(key.scopes),
        quota=key.quota,
        expiry_date=timezone.now() + lifetime if lifetime else None,
        replaces=key,
        created_by=by,
    )
    key.expiry_date = key.ends_at(hours)
    key.save(update_fields=["expiry_date"])
    data = {
        "prefix": key.prefix,
        "by": replacement.prefix,
        "until": date_format(timezone.localtime(key.expiry_date), "j F Y, H:i"),
    }
    log(key, "api.key.replace", user=by, data=data)
    log(replacement, "api.key.make", user=by, data={"prefix": replacement.prefix, "scopes": list(key.scopes)})
    return replacement, shown


@transaction.atomic
def revoke_key(key: ApiKey, *, by: Any) -> None:
    """End a key at once and for good; nothing happens to one that has been revoked."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if not key.revoked:
        key.revoked = True
        key.save(update_fields=["revoked"])
        log(key, "api.key.revoke", user=by, data={"prefix": key.prefix})
