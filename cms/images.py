"""Pictures after upload: what is taken out of them, and what is made of them."""

import io
from functools import lru_cache
from typing import Any

import blurhash
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, features
from wagtail.images.forms import BaseImageForm

from cms.models.images import NewsImage

WIDTHS = (320, 640, 1280, 1920)
CROPS = {"16:9": ((640, 360), (1280, 720)), "1:1": ((400, 400),)}
AVIF_WIDTHS = (640, 1280)
_JPEG_QUALITY_OF_ORIGINAL = 95


@lru_cache
def rendition_specs() -> tuple[str, ...]:
    """Wagtail filter specs of the renditions that each picture gets."""
    sizes = [f"width-{width}" for width in WIDTHS]
    sizes += [f"fill-{width}x{height}" for crops in CROPS.values() for width, height in crops]
    specs = [f"{size}|format-{kind}" for size in sizes for kind in ("jpeg", "webp")]
    if features.check("avif"):
        specs += [f"width-{width}|format-avif" for width in AVIF_WIDTHS]
    return tuple(specs)


def without_metadata(data: bytes) -> bytes:
    """The same picture without EXIF, GPS, XMP, IPTC and comments, upright as its EXIF orientation asked.

    The colour profile stays, since colours depend on it. Animated pictures are returned as they are when their format
    holds no metadata of that kind (GIF) and are otherwise written again frame by frame.

    Raises:
        ValidationError: `data` is no picture that Pillow can read, or one that would not fit into memory.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            kind = picture.format
            if kind == "GIF":
                return data
            options: dict[str, Any] = {}
            if "icc_profile" in picture.info:
                options["icc_profile"] = picture.info["icc_profile"]
            if getattr(picture, "n_frames", 1) > 1:
                options |= {"save_all": True, "exif": b"", "xmp": b""}
                clean = picture
            else:
                clean = ImageOps.exif_transpose(picture)
                clean.info = {key: value for key, value in clean.info.items() if key == "transparency"}
            if kind == "JPEG":
                options |= {"quality": _JPEG_QUALITY_OF_ORIGINAL, "subsampling": 0, "optimize": True}
            elif kind in ("WEBP", "AVIF"):
                options |= {"quality": _JPEG_QUALITY_OF_ORIGINAL}
            output = io.BytesIO()
            clean.save(output, kind, **options)
            return output.getvalue()
    except Image.DecompressionBombError:
        raise ValidationError(_("This picture unpacks to more than the server may hold in memory.")) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("This file cannot be read as a picture: %s") % error) from error


class NewsImageForm(BaseImageForm):
    """Wagtail's upload form; what is stored carries no EXIF or GPS."""

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload and "file" in self.changed_data:
            upload.seek(0)
            stored = ContentFile(without_metadata(upload.read()), name=upload.name)
            stored.content_type = getattr(upload, "content_type", None)  # type: ignore[attr-defined]
            return stored
        return upload


def prepare(image: NewsImage) -> None:
    """Make every rendition of `image`, its dominant colour and its blurhash. May run any number of times."""
    image.get_renditions(*rendition_specs())
    with image.open_file() as file, Image.open(file) as picture:
        picture.draft("RGB", (256, 256))
        small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((64, 64))
    image.dominant_colour = dominant_colour(small)
    small.thumbnail((32, 32))
    image.blurhash = blurhash.encode(_pixels(small), components_x=4, components_y=3)
    image.prepared_at = timezone.now()
    image.prepare_error = ""
    image.save(update_fields=["dominant_colour", "blurhash", "prepared_at", "prepare_error"])


def dominant_colour(picture: Image.Image) -> str:
    """The colour that covers most of `picture`, such as #3a6ea5, after reducing it to eight."""
    reduced = picture.quantize(colors=8, method=Image.Quantize.MEDIANCUT)
    counts = reduced.getcolors() or [(1, 0)]
    palette = reduced.getpalette() or [0, 0, 0]
    most = max(counts)[1]
    assert isinstance(most, int)
    red, green, blue = palette[most * 3 : most * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _pixels(picture: Image.Image) -> list[list[tuple[int, int, int]]]:
    flat = list(picture.getdata())
    return [flat[row * picture.width : (row + 1) * picture.width] for row in range(picture.height)]
