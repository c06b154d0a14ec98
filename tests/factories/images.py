"""Pictures."""

import io
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from PIL import Image

from cms import images
from cms.models import NewsImage


def picture_bytes(
    kind: str = "JPEG",
    *,
    size: tuple[int, int] = (640, 400),
    colour: str = "#3a6ea5",
    mode: str = "RGB",
    **options: Any,
) -> bytes:
    """A file of one colour in format `kind`; `options` go to Pillow's `save`."""
    output = io.BytesIO()
    Image.new("RGB", size, colour).convert(mode).save(output, kind, **options)
    return output.getvalue()


class NewsImageFactory(DjangoModelFactory):
    """A picture with alternative text and credit. `size`, `colour` and `kind` shape its file; `prepared` renders it."""

    class Meta:
        model = NewsImage
        skip_postgeneration_save = True

    class Params:
        size = (640, 400)
        colour = "#3a6ea5"
        kind = "JPEG"

    title = factory.Sequence(lambda number: f"Picture {number}")
    alt = "The harbour at low water"
    credit = "Ines Marlow"
    file = factory.LazyAttribute(
        lambda made: ContentFile(
            picture_bytes(made.kind, size=made.size, colour=made.colour), name=f"harbour.{made.kind.lower()}"
        )
    )

    @classmethod
    def _create(cls, model_class: type[NewsImage], *args: Any, **kwargs: Any) -> NewsImage:
        image = model_class(*args, **kwargs)
        image._set_image_file_metadata()
        image.save()
        return image

    @factory.post_generation
    def prepared(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted:
            images.prepare(self)  # type: ignore[arg-type]
