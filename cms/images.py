"""Pictures after upload: what is taken out of them, and what is made of them."""

import io
import struct
import warnings
from functools import lru_cache
from typing import Any

import blurhash
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import (
    ExifTags,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    UnidentifiedImageError,
    features,
)
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from cms.containers import (
    gif_without_metadata,
    png_without_metadata,
    webp_without_metadata,
)
from cms.models.images import NewsImage

WIDTHS = (320, 640, 1280, 1920)
CROPS = {"16:9": ((640, 360), (1280, 720)), "1:1": ((400, 400),)}
AVIF_WIDTHS = (640, 1280)
_FORMATS = ("AVIF", "GIF", "JPEG", "PNG", "WEBP")
_JPEG_QUALITY_OF_CMYK = 95
_AVIF_QUALITY_OF_ORIGINAL = 90
_CONTAINERS = {"GIF": gif_without_metadata, "PNG": png_without_metadata, "WEBP": webp_without_metadata}
_UNREADABLE = (OSError, EOFError, SyntaxError, ValueError, IndexError, struct.error)
_DAMAGED = _("This picture is damaged and cannot be read to its end. Export it again, or ask for the file again.")

# Pillow warns above this number of pixels and refuses above twice this number, before it unpacks anything.
Image.MAX_IMAGE_PIXELS = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 2
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


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

    PNG, WebP and GIF keep their pixels exactly, and GIF and WebP stay animated. JPEG is encoded again with the
    quantization of the original, AVIF (and WebP that must be turned) at high quality. The colour profile stays, since
    colours depend on it; CMYK becomes sRGB and 16 bits of grey become 8, since browsers show neither as meant.

    Raises:
        ValidationError: `data` is no picture that Pillow can read, it is damaged, or it would not fit into memory.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            # Reads all pixels of the first frame, so that a damaged file is refused here and not found by a worker.
            picture.load()
            kind = "JPEG" if picture.format == "MPO" else str(picture.format)
            if kind in _CONTAINERS and (_is_animated(picture) or not _must_be_redrawn(picture)):
                return _CONTAINERS[kind](data)
            if _is_animated(picture) and kind == "AVIF":
                raise ValidationError(_("Animated AVIF cannot be used here; export it as WebP or GIF."))
            return _redraw(picture, kind)
    except Image.DecompressionBombError:
        raise ValidationError(_("This picture unpacks to more than the server may hold in memory.")) from None
    except UnidentifiedImageError:
        raise ValidationError(_("This file is not a picture that can be read here.")) from None
    except _UNREADABLE as error:
        raise ValidationError(_DAMAGED) from error


def _is_animated(picture: Image.Image) -> bool:
    return picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1


def _must_be_redrawn(picture: Image.Image) -> bool:
    return picture.getexif().get(ExifTags.Base.Orientation, 1) != 1 or picture.mode.startswith("I")


def _redraw(picture: Image.Image, kind: str) -> bytes:
    """`picture` as a new file of format `kind`, with its pixels, transparency and colour profile and nothing else."""
    options: dict[str, Any] = {}
    if kind == "JPEG" and picture.mode == "CMYK":
        options = {"quality": _JPEG_QUALITY_OF_CMYK, "subsampling": 0, "optimize": True}
    elif kind == "JPEG":
        # The tables of the original lose next to nothing a second time.
        options = {"qtables": picture.quantization, "optimize": True}  # type: ignore[attr-defined]
        options["subsampling"] = max(JpegImagePlugin.get_sampling(picture), 0)
    elif kind == "WEBP":
        options = {"quality": 95, "exact": True}
    elif kind == "AVIF":
        options = {"quality": _AVIF_QUALITY_OF_ORIGINAL, "subsampling": "4:4:4", "speed": 8}
    profile = picture.info.get("icc_profile")
    clean = ImageOps.exif_transpose(picture)
    if clean.mode == "CMYK":
        clean, profile = _to_srgb(clean, profile), None
    elif clean.mode.startswith("I"):
        clean = clean.point(lambda value: value / 256).convert("L")
    if profile:
        options["icc_profile"] = profile
    clean.info = {key: value for key, value in clean.info.items() if key == "transparency"}
    output = io.BytesIO()
    clean.save(output, kind, **options)
    return output.getvalue()


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """A CMYK picture in sRGB; without a usable profile of its own, by plain arithmetic."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if made is not None:
                made.info.clear()
                return made
        except (ImageCms.PyCMSError, OSError):
            pass
    return picture.convert("RGB")


class PictureField(WagtailImageField):
    """Wagtail's field; a damaged file is an error of the form, where Wagtail's ends in an error of the server."""

    def check_image_pixel_size(self, f: Any) -> None:
        try:
            super().check_image_pixel_size(f)
        except _UNREADABLE as error:
            raise ValidationError(_DAMAGED) from error


class NewsImageForm(BaseImageForm):
    """Wagtail's upload form; what is stored carries no EXIF or GPS."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            made = self.fields["file"]
            self.fields["file"] = PictureField(
                label=made.label, required=made.required, widget=made.widget, max_length=made.max_length
            )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload and "file" in self.changed_data:
            upload.seek(0)
            clean = without_metadata(upload.read())
            # Written into the upload itself: when another field has an error, the page for many pictures stores
            # this same upload and makes a picture of it later, past this form.
            upload.file.seek(0)
            upload.file.truncate()
            upload.file.write(clean)
            upload.file.flush()
            upload.size = len(clean)
            upload.seek(0)
        return upload


def prepare(image: NewsImage) -> None:
    """Make every rendition of `image`, its dominant colour and its blurhash. May run any number of times."""
    image.get_renditions(*rendition_specs())
    with image.open_file() as file, Image.open(file) as picture:
        picture.draft("RGB", (256, 256))
        small = _on_white(ImageOps.exif_transpose(picture))
    small.thumbnail((64, 64))
    image.dominant_colour = dominant_colour(small)
    small.thumbnail((32, 32))
    across, down = (4, 3) if small.width >= small.height else (3, 4)
    image.blurhash = blurhash.encode(_pixels(small), components_x=across, components_y=down)
    image.prepared_at = timezone.now()
    image.prepare_error = ""
    image.save(update_fields=["dominant_colour", "blurhash", "prepared_at", "prepare_error"])


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    seen.thumbnail((256, 256))
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("RGB")


def dominant_colour(picture: Image.Image) -> str:
    """The colour that covers most of `picture`, such as #3a6ea5, after reducing it to eight."""
    reduced = picture.quantize(colors=8, method=Image.Quantize.MEDIANCUT)
    counts = reduced.getcolors() or [(1, 0)]
    palette = reduced.getpalette() or [0, 0, 0]
    most = max(counts)[1]
    assert isinstance(most, int)
    red, green, blue = palette[most * 3 : most * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _pixels(picture: Image.Image) -> list[list[tuple[int, ...]]]:
    flat = picture.tobytes()
    pixels = [tuple(flat[at : at + 3]) for at in range(0, len(flat), 3)]
    return [pixels[row * picture.width : (row + 1) * picture.width] for row in range(picture.height)]
