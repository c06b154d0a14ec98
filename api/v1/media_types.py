"""Forms in which views answer beside plain JSON; that they are declared lets clients ask for them with `Accept`."""

from rest_framework.renderers import JSONRenderer

from api.representation.schema import PART

JSON = "application/json"


class PartRenderer(JSONRenderer):
    """Stories of which `fields` or `format` chose a part."""

    media_type = PART
    format = "part"


class MarkdownRenderer(JSONRenderer):
    """A story as a document."""

    media_type = "text/markdown"
    format = "markdown"
