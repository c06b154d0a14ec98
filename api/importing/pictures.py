"""Lead pictures of imported stories: files of this machine, cleaned and stored once each."""

import io
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from wagtail.images.fields import WagtailImageField
from wagtail.utils.file import hash_filelike

from cms.images import without_metadata
from cms.models import NewsImage

_MAX_TITLE = 255
_MAX_ALT = 300
_MAX_FILE_NAME = 60


class Unusable(ValueError):
    """A file that cannot be a picture of a story; says why."""


class Pictures:
    """Pictures for one batch of stories."""

    def __init__(self) -> None:
        self._ids: dict[Path, int] = {}
        self._stored: list[str] = []

    def get(self, path: Path, *, story_title: str) -> int:
        """Primary key of the picture in `path`, which is stored now unless the same picture is there already.

        The title of the story stands in for an alternative text until an editor writes one.

        Raises:
            Unusable: the file cannot be read, is no picture, or is too large.
        """
        if path not in self._ids:
            self._ids[path] = self._get_or_store(path, story_title)
        return self._ids[path]

    def discard(self) -> None:
        """Remove the files that `get` stored: the transaction that knew them was rolled back."""
        for name in self._stored:
            default_storage.delete(name)

    def _get_or_store(self, path: Path, story_title: str) -> int:
        try:
            known_as = _cleaned_hash(path, path.stat().st_mtime_ns)
            image = NewsImage.objects.filter(file_hash=known_as).order_by("pk").first()
            if image is None:
                image = self._store(path, known_as, story_title)
            elif not image.alt:
                image.alt = image.title[:_MAX_ALT]
                image.save(update_fields=["alt"])
        except OSError as error:
            raise Unusable(f"{path.name} cannot be read: {error.strerror or error}") from error
        except ValidationError as error:
            raise Unusable(f"{path.name} cannot be used: {' '.join(error.messages)}") from error
        return int(image.pk)

    def _store(self, path: Path, file_hash: str, story_title: str) -> NewsImage:
        data = _cleaned(path)
        name = path.stem[:_MAX_FILE_NAME] + path.suffix.lower()
        image = NewsImage(
            title=path.stem[:_MAX_TITLE],
            alt=story_title[:_MAX_ALT],
            file=ContentFile(data, name=name),
            file_size=len(data),
            file_hash=file_hash,
        )
        image.save()
        self._stored.append(image.file.name)
        return image


def _cleaned(path: Path) -> bytes:
    limit = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
    if path.stat().st_size > limit:
        raise ValidationError(f"it has more than {limit // 1024 // 1024} megabytes.")
    data = path.read_bytes()
    WagtailImageField().clean(ContentFile(data, name=path.name))
    return without_metadata(data)


@lru_cache(maxsize=1000)
def _cleaned_hash(path: Path, modified_ns: int) -> str:
    """The hash that Wagtail gives to the file without its metadata; `modified_ns` tells versions of the file apart."""
    return str(hash_filelike(io.BytesIO(_cleaned(path))))
