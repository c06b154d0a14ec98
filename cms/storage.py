"""Where the files of pictures are kept, if not in a folder."""

from typing import Any
from urllib.parse import urljoin

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

PRESIGNED_SECONDS = 120
_MEMORY_OF_A_FILE = 5 * 1024 * 1024


class PictureBucket(S3Storage):
    """A bucket of an S3-compatible store. Its objects are private, and their addresses are ours, as on a local disk.

    A store with an endpoint of its own is addressed by path: it seldom has a host name for each bucket.
    """

    def __init__(self, **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"} if options.get("endpoint_url") else {},
            connect_timeout=3,
            read_timeout=20,
            retries={"max_attempts": 2, "mode": "standard"},
        )
        super().__init__(
            **{"client_config": config, "file_overwrite": False, "max_memory_size": _MEMORY_OF_A_FILE} | options
        )

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """The address at which this server hands out the file, to whom it may."""
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name) or "")

    def presigned_url(self, name: str, *, media_type: str) -> str:
        """An address in the store itself at which anybody has the file for two minutes."""
        address: str = super().url(name, parameters={"ResponseContentType": media_type}, expire=PRESIGNED_SECONDS)
        return address

    def _open(self, name: str, mode: str = "rb") -> File:
        """The file; fetched at once where it is read, so that whoever reads it has no errors of the store.

        Raises:
            FileNotFoundError: the bucket does not have it.
            OSError: the store cannot be reached, or refuses.
        """
        try:
            opened: File = super()._open(name, mode)
            if "r" in mode:
                opened.seek(0)
        except (BotoCoreError, ClientError) as error:
            raise OSError(f"the store did not give {name}: {error}") from error
        return opened
