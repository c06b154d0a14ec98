"""The OpenAPI document: what linters say of it, and whether it says of each address what there is to say."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.representation.schema import BLOCK_VALUES
from api.v1.whole_document import EXAMPLES, TAGS
from cms.local import node

JSON = re.compile(r"application/(\w[\w.]*\+)?json")


def operations(openapi: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for address in openapi["paths"].values() for operation in address.values()]


def errors(openapi: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft202012Validator(schema | {"components": openapi["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_it_is_valid_openapi(openapi):
    assert list(OpenAPIV31SpecValidator(openapi).iter_errors()) == []


@pytest.mark.xdist_group("node")
@pytest.mark.parametrize("name", node.LINTERS)
def test_linters_have_nothing_to_say(tool, name):
    result = tool(*node.LINTERS[name])
    assert (result.returncode, node.count_findings(result)) == (0, 0), result.stdout + result.stderr


def test_every_operation_says_what_it_is_and_has_a_name_of_its_own(openapi):
    names = [operation["operationId"] for operation in operations(openapi)]
    assert len(set(names)) == len(names)
    for operation in operations(openapi):
        assert operation["summary"], operation
        assert operation["description"], operation
        assert set(operation["tags"]) <= set(TAGS)
        assert all(parameter.get("description") for parameter in operation.get("parameters", []))


def test_every_answer_with_json_has_an_example(openapi):
    without = [
        operation["operationId"]
        for operation in operations(openapi)
        for status, response in operation["responses"].items()
        for media_type, content in response.get("content", {}).items()
        if status[0] == "2" and media_type == "application/json" and "example" not in content
    ]
    assert without == []


def test_every_example_is_as_its_schema_says(openapi):
    checked = 0
    for operation in operations(openapi):
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                values = [one["value"] for one in content.get("examples", {}).values()]
                values += [content["example"]] if "example" in content else []
                for value in values if JSON.fullmatch(media_type) else ():
                    found = errors(openapi, content["schema"], value)
                    assert found == [], f"{operation['operationId']}, {status}"
                    checked += 1
    assert checked > 50


def test_every_kept_example_belongs_to_an_operation(openapi):
    names = {operation["operationId"] for operation in operations(openapi)}
    assert {path.stem for path in EXAMPLES.iterdir()} <= names


def test_every_operation_says_how_it_is_refused(openapi):
    for operation in operations(openapi):
        refusals = {status: one for status, one in operation["responses"].items() if status[0] in "45"}
        assert {"406", "500"} <= set(refusals)
        for response in refusals.values():
            assert set(response["content"]) == {"application/problem+json"}
            assert response["content"]["application/problem+json"]["examples"]


def test_every_block_is_told_apart_by_its_type(openapi):
    schemas = openapi["components"]["schemas"]
    block = schemas["Block"]
    assert block["discriminator"]["propertyName"] == "type"
    assert set(block["discriminator"]["mapping"]) == set(BLOCK_VALUES)
    for name, address in block["discriminator"]["mapping"].items():
        shape = schemas[address.rpartition("/")[2]]
        assert shape["properties"]["type"]["enum"] == [name]
        assert set(shape["required"]) == {"id", "type", "value"}


def test_nothing_in_it_is_a_bare_object_but_what_others_define(openapi):
    """JSON-LD is schema.org's, and a problem's own members are its page's."""
    bare = [
        f"{name}.{one}"
        for name, shape in openapi["components"]["schemas"].items()
        for one, field in shape.get("properties", {}).items()
        if field.get("additionalProperties") == {}
    ]
    assert set(bare) <= {"Seo.json_ld"}


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["", "/"])
def test_addresses_are_answered_with_and_without_a_slash(client, ending):
    assert client.get(f"/api/v1/sections{ending}").status_code == 200
    assert client.get(f"/api/v1/sections/harbour{ending}").json()["slug"] == "harbour"


@pytest.mark.django_db
def test_a_cursor_goes_on_with_and_without_a_slash(client, newsroom):
    following = client.get("/api/v1/sections/?limit=1").json()["next"]
    assert client.get(following.replace("/sections/?", "/sections?")).status_code == 200


@pytest.mark.django_db
def test_the_server_gives_out_the_same_document(client, openapi):
    assert json.loads(client.get("/api/v1/openapi.json").content) == openapi


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1", "/api/v1/", "/docs/"])
def test_who_knows_no_address_is_led_to_the_docs(client, address: str):
    assert client.get(address, follow=True).redirect_chain == [("/api/v1/docs/", 302)]
