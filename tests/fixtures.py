"""Fixtures that many tests share."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.images import ImageFile
from PIL import Image

from cms.models import NewsImage
from tests.newsroom import Newsroom


@pytest.fixture(autouse=True)
def media_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def newsroom(db: None) -> Newsroom:
    return Newsroom.open()


@pytest.fixture
def image(db: None) -> NewsImage:
    """A picture with all its words."""
    data = io.BytesIO()
    Image.new("RGB", (640, 480), (40, 90, 140)).save(data, "JPEG")
    data.seek(0)
    return NewsImage.objects.create(
        title="The ferry", file=ImageFile(data, name="ferry.jpg"), alt="A white ferry at a stone quay", credit="O. Quay"
    )
