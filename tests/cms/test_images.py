import io
import json
import zlib
from itertools import pairwise

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse
from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from wagtail.models import UploadedFile

from cms import images
from cms.containers import gif_without_metadata, png_without_metadata, webp_without_metadata
from cms.images import NewsImageForm, rendition_specs, without_metadata
from cms.models import NewsImage
from tests.factories import NewsImageFactory, UserFactory, picture_bytes

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b"<x:xmpmeta><dc:creator>Secret Source</dc:creator></x:xmpmeta>"
GPS_LATITUDE = 2


def exif(orientation: int = 6) -> Image.Exif:
    """EXIF of a telephone that was held upright at a place that nobody should learn."""
    data = Image.Exif()
    data[ExifTags.Base.Orientation] = orientation
    data[ExifTags.Base.Artist] = "Secret Source"
    data.get_ifd(ExifTags.IFD.GPSInfo)[GPS_LATITUDE] = (51.0, 30.0, 26.0)
    return data


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def left_red_right_blue(size: tuple[int, int] = (80, 40)) -> Image.Image:
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    return picture


def as_file(picture: Image.Image, kind: str, **options) -> bytes:
    output = io.BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]


def png_of_one_colour(width: int, height: int) -> bytes:
    """A PNG of zeros, packed a row at a time, so that the test does not hold what it says the server must not hold."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + (width + 7) // 8)) for _ in range(height)) + packer.flush()
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# What is taken out ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "MPO"])
def test_where_and_by_whom_a_picture_was_taken_is_not_kept(kind):
    options = {"xmp": XMP, "comment": b"Secret Source"} if kind in ("JPEG", "WEBP", "AVIF") else {}
    data = as_file(left_red_right_blue(), kind, exif=exif(), **options)
    assert b"Secret Source" in data

    clean = without_metadata(data)

    assert b"Secret Source" not in clean
    assert not opened(clean).getexif()
    assert "xmp" not in opened(clean).info


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_taken_upright_stands_upright_without_its_orientation(kind):
    clean = opened(without_metadata(as_file(left_red_right_blue(), kind, exif=exif(orientation=6))))

    # 6: the camera was turned; what the file has on the left belongs at the top.
    assert clean.size == (40, 80)
    top, bottom = clean.convert("RGB").getpixel((20, 10)), clean.convert("RGB").getpixel((20, 70))
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_colour_profile_stays_since_colours_depend_on_it(kind):
    data = as_file(left_red_right_blue(), kind, icc_profile=SRGB, exif=exif())

    assert opened(without_metadata(data)).info["icc_profile"] == SRGB


def test_a_png_keeps_its_transparency_and_every_pixel_and_loses_its_text():
    picture = Image.radial_gradient("L").resize((60, 40)).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize((60, 40)))
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Secret Source")
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    data = as_file(picture, "PNG", pnginfo=words, dpi=(72, 72))

    clean = without_metadata(data)

    assert b"Secret Source" not in clean
    assert opened(clean).mode == "RGBA"
    assert opened(clean).tobytes() == opened(data).tobytes()


def test_an_animated_gif_keeps_its_frames_timing_and_repetition_and_loses_its_comment():
    first, *rest = [frame.quantize(8) for frame in frames()]
    data = as_file(
        first, "GIF", save_all=True, append_images=rest, duration=[100, 200, 300], loop=0, comment=b"Secret Source"
    )

    clean = without_metadata(data + b"Secret Source after the end")

    assert b"Secret Source" not in clean
    picture = opened(clean)
    assert picture.n_frames == 3
    assert picture.info["loop"] == 0
    assert [_duration(picture, number) for number in range(3)] == [100, 200, 300]


def test_an_animated_webp_keeps_its_frames_and_timing_and_loses_its_metadata():
    first, *rest = frames()
    data = as_file(
        first, "WEBP", save_all=True, append_images=rest, duration=[100, 200, 300], exif=exif(orientation=1), xmp=XMP
    )

    clean = without_metadata(data)

    assert b"Secret Source" not in clean
    picture = opened(clean)
    assert [_duration(picture, number) for number in range(3)] == [100, 200, 300]


def _duration(picture: Image.Image, number: int) -> int:
    picture.seek(number)
    picture.load()
    return picture.info["duration"]


def test_a_picture_for_print_becomes_rgb_that_browsers_show():
    data = as_file(left_red_right_blue().convert("CMYK"), "JPEG")

    clean = opened(without_metadata(data))

    assert clean.mode == "RGB"
    red, _green, blue = clean.getpixel((10, 20))
    assert red > 180 > 80 > blue


def test_sixteen_bits_of_grey_become_eight_without_turning_white():
    grey = Image.new("I;16", (30, 20), 0x8000)

    clean = opened(without_metadata(as_file(grey, "PNG")))

    assert clean.mode == "L"
    assert abs(clean.getpixel((5, 5)) - 0x80) <= 1


def test_cleaning_a_jpeg_twice_loses_next_to_nothing():
    once = without_metadata(as_file(Image.radial_gradient("L").convert("RGB"), "JPEG", quality=70))

    twice = without_metadata(once)

    assert opened(once).quantization == opened(twice).quantization
    before, after = opened(once).convert("L").tobytes(), opened(twice).convert("L").tobytes()
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) <= 3


@pytest.mark.parametrize(
    ("clean", "data"),
    [
        (png_without_metadata, picture_bytes("PNG")),
        (webp_without_metadata, picture_bytes("WEBP")),
        (gif_without_metadata, picture_bytes("GIF")),
    ],
)
def test_a_file_that_breaks_off_anywhere_is_refused_and_never_read_past_its_end(clean, data):
    assert clean(data) == clean(clean(data))
    for length in range(0, len(data) - 1, 7):
        with pytest.raises(ValueError):
            clean(data[:length])


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"not a picture", b"%!PS-Adobe-3.0 EPSF-3.0\n", picture_bytes("TIFF")])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(ValidationError, match="not a picture"):
        without_metadata(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_damaged_picture_is_refused_before_a_worker_meets_it(kind):
    data = as_file(Image.effect_noise((200, 200), 80).convert("RGB"), kind)

    with pytest.raises(ValidationError, match="damaged"):
        without_metadata(data[: len(data) // 2])


def test_an_animated_avif_is_refused_with_what_to_do_instead():
    first, *rest = frames()

    with pytest.raises(ValidationError, match="WebP or GIF"):
        without_metadata(as_file(first, "AVIF", save_all=True, append_images=rest))


def test_a_picture_that_unpacks_to_gigabytes_is_refused():
    with pytest.raises(ValidationError, match="memory"):
        without_metadata(png_of_one_colour(20_000, 20_000))


def test_pillow_itself_stops_at_the_limit_of_the_settings():
    assert Image.MAX_IMAGE_PIXELS is not None
    assert 2 * Image.MAX_IMAGE_PIXELS == django_settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS


# Through the admin ----------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def post_picture(client, name: str, data: bytes, **fields):
    """What the page for many pictures answers."""
    response = client.post(
        reverse("wagtailimages:add_multiple"),
        {"title": "Harbour", "files[]": SimpleUploadedFile(name, data), **fields},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    return json.loads(response.content)


def is_clean(image: NewsImage) -> bool:
    with image.file.open() as file:
        data = file.read()
    return b"Secret Source" not in data and not opened(data).getexif()


@pytest.mark.django_db
def test_a_picture_added_with_many_others_is_stored_clean_and_upright(admin):
    answer = post_picture(admin, "harbour.jpg", as_file(left_red_right_blue(), "JPEG", exif=exif()))

    assert answer["success"]
    image = NewsImage.objects.get()
    assert is_clean(image)
    assert (image.width, image.height) == (40, 80)
    assert image.file_size == image.file.size


@pytest.mark.django_db
@pytest.mark.parametrize("size", [(80, 40), (1600, 1600)])  # the second is larger than what Django holds in memory
def test_a_picture_whose_title_is_too_long_waits_clean_and_is_stored_clean(admin, size):
    noise = Image.effect_noise(size, 90).convert("RGB")
    data = as_file(noise, "PNG", exif=exif(orientation=1))

    answer = post_picture(admin, "harbour.png", data, title="A" * 300)
    waiting = UploadedFile.objects.get()
    assert b"Secret Source" not in waiting.file.read()
    waiting.file.close()
    prefix = f"uploaded-image-{answer['uploaded_file_id']}"
    response = admin.post(
        reverse("wagtailimages:create_multiple_from_uploaded_image", args=[answer["uploaded_file_id"]]),
        {f"{prefix}-title": "Harbour", f"{prefix}-tags": ""},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )

    assert json.loads(response.content)["success"]
    assert is_clean(NewsImage.objects.get())


@pytest.mark.django_db
def test_a_picture_added_in_the_chooser_of_a_story_is_stored_clean_with_its_words(admin):
    response = admin.post(
        reverse("wagtailimages_chooser:create"),
        {
            "image-chooser-upload-title": "Harbour",
            "image-chooser-upload-alt": "Boats at low water",
            "image-chooser-upload-caption": "Lower Wexcombe on Tuesday",
            "image-chooser-upload-credit": "Ines Marlow",
            "image-chooser-upload-file": SimpleUploadedFile(
                "harbour.jpg", as_file(left_red_right_blue(), "JPEG", exif=exif())
            ),
        },
    )

    assert response.status_code == 200
    image = NewsImage.objects.get()
    assert is_clean(image)
    assert (image.alt, image.caption, image.credit) == (
        "Boats at low water",
        "Lower Wexcombe on Tuesday",
        "Ines Marlow",
    )


@pytest.mark.django_db
def test_a_new_file_for_an_old_picture_is_cleaned_as_well(admin):
    image = NewsImageFactory()

    admin.post(
        reverse("wagtailimages:edit", args=[image.pk]),
        {
            "title": "Harbour",
            "file": SimpleUploadedFile("new.jpg", as_file(left_red_right_blue(), "JPEG", exif=exif())),
            "tags": "",
        },
    )

    image.refresh_from_db()
    assert (image.width, image.height) == (40, 80)
    assert is_clean(image)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("notes.jpg", b"The councillor said", "valid image"),
        ("paper.pdf", b"%PDF-1.7", "valid image"),
        ("harbour.tiff", picture_bytes("TIFF"), "Not a supported image format"),
        ("harbour.png", picture_bytes("JPEG"), "does not match"),
        ("broken.jpg", picture_bytes("JPEG", size=(400, 400))[:900], "damaged"),
        ("bomb.png", png_of_one_colour(20_000, 20_000), "too many pixels"),
    ],
)
def test_what_cannot_be_a_picture_is_refused_in_words_and_stored_nowhere(admin, name, data, words):
    answer = post_picture(admin, name, data)

    assert not answer["success"]
    assert words in answer["error_message"]
    assert not NewsImage.objects.exists()
    assert not UploadedFile.objects.exists()


@pytest.mark.django_db
def test_a_file_over_the_limit_is_refused_with_the_limit(admin, settings):
    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = 1000

    answer = post_picture(admin, "harbour.png", as_file(Image.effect_noise((90, 90), 50), "PNG"))

    assert not answer["success"]
    assert "1000" in answer["error_message"]


@pytest.mark.django_db
def test_the_form_rewrites_a_large_upload_on_disk_too():
    upload = TemporaryUploadedFile("harbour.jpg", "image/jpeg", 0, None)
    upload.write(as_file(left_red_right_blue(), "JPEG", exif=exif()))
    upload.size = upload.tell()
    form = NewsImageForm.__new__(NewsImageForm)
    form.cleaned_data, form.__dict__["changed_data"] = {"file": upload}, ["file"]

    form.clean_file()

    with open(upload.temporary_file_path(), "rb") as file:
        stored = file.read()
    assert b"Secret Source" not in stored
    assert len(stored) == upload.size
    upload.close()


# What is made of it ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_preparing_makes_every_rendition_the_colour_and_the_blurhash():
    image = NewsImageFactory(colour="#c02020", size=(2000, 1200))

    images.prepare(image)

    image.refresh_from_db()
    assert set(image.renditions.values_list("filter_spec", flat=True)) == set(rendition_specs())
    assert sorted({rendition.width for rendition in image.renditions.all()}) == [320, 400, 640, 1280, 1920]
    red, green, blue = (int(image.dominant_colour[at : at + 2], 16) for at in (1, 3, 5))
    assert red > 180
    assert max(green, blue) < 50
    assert 6 <= len(image.blurhash) <= 60
    assert image.prepared_at


@pytest.mark.django_db
def test_preparing_twice_makes_nothing_new():
    image = NewsImageFactory()
    images.prepare(image)
    before = list(image.renditions.order_by("pk").values_list("pk", "file"))

    images.prepare(NewsImage.objects.get(pk=image.pk))

    assert list(image.renditions.order_by("pk").values_list("pk", "file")) == before


@pytest.mark.django_db
def test_preparing_again_makes_what_was_missing():
    image = NewsImageFactory(prepared=True)
    image.renditions.filter(filter_spec__contains="webp").delete()

    images.prepare(NewsImage.objects.get(pk=image.pk))

    assert image.renditions.count() == len(rendition_specs())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "1"), ("GIF", "P"), ("WEBP", "RGBA"), ("JPEG", "L")],
)
def test_a_picture_of_any_make_can_be_prepared(kind, mode):
    image = NewsImageFactory.build(file=None)
    image.file = SimpleUploadedFile(f"harbour.{kind.lower()}", without_metadata(picture_bytes(kind, mode=mode)))
    image._set_image_file_metadata()
    image.save()

    images.prepare(image)

    assert image.renditions.count() == len(rendition_specs())


@pytest.mark.django_db
def test_what_is_transparent_counts_as_white():
    image = NewsImageFactory.build(file=None)
    image.file = SimpleUploadedFile("harbour.png", as_file(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    image._set_image_file_metadata()
    image.save()

    images.prepare(image)

    assert image.dominant_colour == "#ffffff"


def test_renditions_go_from_the_width_of_a_phone_to_that_of_a_desk():
    assert all(smaller < larger for smaller, larger in pairwise(images.WIDTHS))
    assert len(set(rendition_specs())) == len(rendition_specs())
