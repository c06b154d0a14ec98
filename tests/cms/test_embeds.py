import pytest
from django.test import override_settings
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.blocks import EmbedBlock
from cms.embeds import AllowedEmbedFinder, find_provider, provider_names


def test_a_film_from_a_service_on_the_list_may_be_embedded():
    block = EmbedBlock()
    value = block.to_python({"url": "https://www.youtube.com/watch?v=abc", "caption": ""})

    assert block.clean(value)["url"] == "https://www.youtube.com/watch?v=abc"


def test_a_service_that_is_not_on_the_list_is_refused_by_name_and_the_allowed_ones_are_named():
    block = EmbedBlock()

    with pytest.raises(StructBlockValidationError) as refusal:
        block.clean(block.to_python({"url": "https://films.example.com/watch/7", "caption": ""}))

    words = refusal.value.block_errors["url"].messages[0]
    assert "films.example.com" in words
    assert all(name in words for name in provider_names())


@pytest.mark.parametrize(
    "url",
    [
        "https://youtube.com.evil.example/watch?v=abc",
        "https://evil.example/?u=https://www.youtube.com/watch?v=abc",
        "http://169.254.169.254/latest/meta-data/",
        "ftp://www.youtube.com/watch?v=abc",
    ],
)
def test_an_address_that_only_looks_like_an_allowed_service_is_refused(url):
    assert find_provider(url) is None


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://vimeo.com/76979871", "vimeo"),
        ("https://datawrapper.dwcdn.net/abcde/1/", "datawrapper"),
        ("https://public.flourish.studio/visualisation/12345/", "flourish"),
    ],
)
def test_the_service_of_an_address_is_found(url, provider):
    assert find_provider(url) == provider


@override_settings(EMBED_PROVIDERS=["vimeo", "no-such-service"])
def test_the_list_is_a_setting_and_unknown_names_on_it_allow_nothing():
    assert provider_names() == ["vimeo"]
    assert find_provider("https://www.youtube.com/watch?v=abc") is None


def test_wagtail_fetches_from_the_same_services_only():
    finder = AllowedEmbedFinder()

    assert finder.accept("https://www.youtube.com/watch?v=abc")
    assert not finder.accept("https://films.example.com/watch/7")
