"""The bucket of a store of one's own."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.test import override_settings
from moto.server import ThreadedMotoServer


@pytest.fixture
def store() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def make() -> str:
    said = StringIO()
    call_command("make_bucket", stdout=said)
    return said.getvalue()


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_an_empty_store_gets_its_bucket_once(store, region):
    options = {
        "bucket_name": f"pictures-{region}",
        "endpoint_url": store,
        "region_name": region,
        "access_key": "key",
        "secret_key": "secret",
    }
    backends = {"default": {"BACKEND": "cms.storage.PictureBucket", "OPTIONS": options}}
    with override_settings(STORAGES=backends, MEDIA_S3_BUCKET=options["bucket_name"], MEDIA_S3_REGION=region):
        assert "was made" in make()
        assert "is there" in make()
        assert not storages["default"].exists("ferry.jpg")


def test_without_a_bucket_there_is_nothing_to_make(settings):
    settings.MEDIA_S3_BUCKET = ""
    with pytest.raises(CommandError, match="MEDIA_ROOT"):
        make()
