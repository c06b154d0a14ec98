"""How the bytes of a file leave: through us, through nginx, or from the store itself."""

import mimetypes
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseRedirect

# Python itself knows two of these since 3.13 only.
_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


def media_type(name: str) -> str:
    """The media type of a file by its name."""
    return _TYPES.get(PurePosixPath(name).suffix.lower()) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def send(name: str) -> HttpResponseBase:
    """The file called `name`, in the way that MEDIA_DELIVERY says.

    Raises:
        FileNotFoundError: the store does not have it.
        OSError: the store does not answer.
    """
    match settings.MEDIA_DELIVERY:
        case "nginx":
            response = HttpResponse(content_type=media_type(name))
            response["X-Accel-Redirect"] = settings.MEDIA_NGINX_LOCATION + quote(name)
            return response
        case "redirect":
            bucket = cast(Any, default_storage)
            return HttpResponseRedirect(bucket.presigned_url(name, media_type=media_type(name)))
    return FileResponse(default_storage.open(name, "rb"), content_type=media_type(name))
