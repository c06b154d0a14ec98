"""How the OpenAPI document says that a key may be needed."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

NAME = "apiKey"


class KeyScheme(OpenApiAuthenticationExtension):
    """A Bearer key, which a newsroom may ask for or not: the document allows both."""

    target_class = "api.access.gate.KeyAuthentication"
    name = NAME

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of the newsroom. Public newsrooms need none; a key that is sent must be valid, and "
            "have the scope that the address needs.",
        }

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        # OpenAPI lists scopes with OAuth only; the description of the operation names those of keys.
        return [{}, {NAME: []}] if auto_schema.view.scopes else [{}]
