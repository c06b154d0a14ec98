"""Base of the views: which parameters an address takes, and from where it reads."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.decorators import method_decorator
from rest_framework.request import Request
from rest_framework.views import APIView

from .parameters import refuse_unknown


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class ReadView(APIView):
    """A read of the shelf. `parameters` are the query parameters that it takes; any other is refused."""

    parameters: ClassVar[tuple[str, ...]] = ()
    resolver_name: ClassVar[str] = ""
    """Name of the address to which a request for an earlier slug is redirected."""
    now: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            refuse_unknown(request.query_params, self.parameters)
        self.now = timezone.now()
