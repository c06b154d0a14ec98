"""Fixtures that many tests share."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.test import override_settings
from PIL import Image

from cms.models import NewsImage
from tests.newsroom import Newsroom

QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The newsroom is there before the first test, since nearly all of them work in it; each rolls back what it did."""
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=QUICK_HASHERS):
        Newsroom.open()


@pytest.fixture(autouse=True)
def media_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = QUICK_HASHERS


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
