"""What is about to be dropped says so, in every place where a developer may look."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

import cms.urls
from api.v1.deprecation import Deprecation
from api.v1.views import ReadView

pytestmark = pytest.mark.django_db

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
ADDRESS = Deprecation("GET /old/", "Use /new/.", SINCE, SINCE + timedelta(days=365))
PARAMETER = Deprecation("GET /lasting/: colour", "Use shade.", SINCE + timedelta(days=1), SINCE + timedelta(days=200))


class Old(ReadView):
    deprecation = ADDRESS

    @extend_schema(operation_id="old", tags=["Stories"], responses={204: None})
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(status=204)


class Lasting(ReadView):
    parameters = ("colour", "shade")
    deprecated_parameters = {"colour": PARAMETER}

    @extend_schema(
        operation_id="lasting",
        tags=["Stories"],
        parameters=[OpenApiParameter(name, str, OpenApiParameter.QUERY) for name in parameters],
        responses={204: None},
    )
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(status=204)


class Both(Lasting):
    deprecation = ADDRESS


ours = [path("old", Old.as_view()), path("lasting", Lasting.as_view()), path("both", Both.as_view())]
urlpatterns = [path("api/v1/", include(ours)), *cms.urls.urlpatterns]


@pytest.fixture(autouse=True)
def with_old_addresses(settings):
    settings.ROOT_URLCONF = __name__


def test_an_address_that_will_be_dropped_says_since_when_until_when_and_where_to_read_more(client, settings):
    answer = client.get("/api/v1/old")
    assert answer["Deprecation"] == f"@{int(SINCE.timestamp())}"
    assert answer["Sunset"] == "Mon, 01 Mar 2027 00:00:00 GMT"
    assert answer["Link"] == f'<{settings.BASE_URL}/docs/deprecations/#get-old>; rel="deprecation"; type="text/html"'


def test_a_parameter_says_so_only_when_it_is_used(client):
    assert "#get-lasting-colour>" in client.get("/api/v1/lasting?colour=red")["Link"]
    assert not {"Deprecation", "Sunset", "Link"} & set(client.get("/api/v1/lasting?shade=red").headers)


def test_of_two_the_earlier_beginning_and_the_nearer_end_are_told(client):
    answer = client.get("/api/v1/both?colour=red")
    assert answer["Deprecation"] == f"@{int(ADDRESS.since.timestamp())}"
    assert answer["Sunset"] == "Thu, 17 Sep 2026 00:00:00 GMT"
    assert answer["Link"].index("#get-lasting-colour>") < answer["Link"].index("#get-old>")


def test_what_stays_says_nothing(client):
    assert not {"Deprecation", "Sunset"} & set(client.get("/api/v1/articles/").headers)


def test_the_document_marks_it():
    paths = SchemaGenerator(urlconf=__name__).get_schema(request=None, public=True)["paths"]
    assert paths["/api/v1/old"]["get"]["deprecated"] is True
    lasting = paths["/api/v1/lasting"]["get"]
    assert "deprecated" not in lasting
    assert {one["name"]: one.get("deprecated", False) for one in lasting["parameters"]} == {
        "colour": True,
        "shade": False,
    }


def test_the_page_has_an_entry_for_each_link(client):
    page = client.get("/docs/deprecations/").content.decode()
    assert '<h2 id="get-old">GET /old/</h2>' in page
    assert page.index('id="get-lasting-colour"') < page.index('id="get-old"')
    assert "it works until" in page


def test_the_page_says_when_there_is_nothing(client, settings):
    settings.ROOT_URLCONF = "cms.urls"
    assert "At present that is nothing." in client.get("/docs/deprecations/").content.decode()


def test_nothing_is_dropped_without_the_promised_notice():
    with pytest.raises(AssertionError, match="without the promised notice"):
        Deprecation("GET /old/", "Use /new/.", SINCE, SINCE + timedelta(days=30))
