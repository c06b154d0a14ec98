"""Base of the views: which parameters an address takes, and from where it reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.decorators import method_decorator
from rest_framework.request import Request

from api.access.views import GuardedView
from api.caching import keys as cache_keys

from .deprecation import Deprecation, announce
from .parameters import refuse_unknown
from .responses import label

_KEPT = (200, 301, 304, 404, 410)
_ANYTHING = {cache_keys.LIST, cache_keys.SECTIONS, cache_keys.REDIRECTS}


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class ReadView(GuardedView):
    """A read of the shelf. `parameters` are the query parameters that it takes; any other is refused."""

    parameters: ClassVar[tuple[str, ...]] = ()
    resolver_name: ClassVar[str] = ""
    """Name of the address to which a request for an earlier slug is redirected."""
    deprecation: ClassVar[Deprecation | None] = None
    """Set where the address is about to be dropped."""
    deprecated_parameters: ClassVar[Mapping[str, Deprecation]] = {}
    """Those of `parameters` that are."""
    now: datetime
    keys: set[str]
    """What the answer shows, as keys by which caches forget it (`api.caching.keys`); a view adds to them."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.keys = set()
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            refuse_unknown(request.query_params, self.parameters)
        self.now = timezone.now()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        used = [one for name, one in self.deprecated_parameters.items() if name in request.GET]
        announce(response, [self.deprecation, *used] if self.deprecation else used)
        if response.status_code in _KEPT:
            # What is not there is forgotten with each change, and says nothing of what was asked for.
            missing = response.status_code == 404
            label(response, _ANYTHING if missing else getattr(self, "keys", None) or _ANYTHING)
        return response
