"""IPTC's Media Topics as topics of the newsroom.

The file is the one that IPTC publishes as JSON (cv.iptc.org/newscodes/mediatopic): a SKOS concept scheme with a
`conceptSet` of concepts, each with `uri`, `qcode`, `prefLabel` and `definition` by language, `broader` as a list of
URIs, and `retired` where it is.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cms.models import Topic

FALLBACK_LANGUAGE = "en-GB"
_IPTC_CODES = {"da": "dk", "sv": "se"}
"""IPTC files two languages under a country's code."""
_MAX_QCODE = 40
_MAX_NAME = 160


class NotMediaTopics(ValueError):
    """The file is not in IPTC's form; says what is missing."""


@dataclass(frozen=True)
class Concept:
    """One Media Topic in the language of the newsroom."""

    qcode: str
    name: str
    definition: str
    parent: str | None
    """The qcode of the wider topic; None at the top."""
    retired: bool


@dataclass(frozen=True)
class Imported:
    """How many topics came to what."""

    added: int
    changed: int
    unchanged: int


def read_concepts(data: bytes, *, language: str) -> list[Concept]:
    """The concepts in the file, wider ones before narrower ones.

    `language` is a code such as en-gb. A name that is missing in it is taken from another variant of the language, then
    from British English, in which IPTC names everything.

    Raises:
        NotMediaTopics: this is not such a file.
    """
    try:
        scheme = json.loads(data)
    except ValueError as error:
        raise NotMediaTopics(f"it is not JSON: {error}") from None
    if not isinstance(scheme, dict) or not isinstance(scheme.get("conceptSet"), list):
        raise NotMediaTopics('it has no list "conceptSet"')
    raw = [_checked(value, number) for number, value in enumerate(scheme["conceptSet"], 1)]
    qcodes = {value["uri"]: value["qcode"] for value in raw}
    concepts = {}
    for value in raw:
        if value["qcode"] in concepts:
            raise NotMediaTopics(f"{value['qcode']} is in it twice")
        concepts[value["qcode"]] = Concept(
            qcode=value["qcode"],
            name=_name(value, language),
            definition=_in_language(value.get("definition") or {}, language),
            parent=_parent(value, qcodes),
            retired=bool(value.get("retired")),
        )
    return _wider_first(concepts)


@transaction.atomic
def import_concepts(concepts: Iterable[Concept]) -> Imported:
    """Add topics that are missing and change those that IPTC has changed; the newsroom's own are left alone.

    `concepts` must come with wider ones first. Topics keep their slugs, since addresses are made of them. A topic whose
    name is taken by one of the newsroom's own gets another slug.
    """
    topics = {topic.qcode: topic for topic in Topic.objects.exclude(qcode=None)}
    added = changed = unchanged = 0
    for concept in concepts:
        topic = topics.get(concept.qcode)
        parent = topics[concept.parent] if concept.parent else None
        values = {
            "name": concept.name,
            "definition": concept.definition,
            "parent_id": parent.pk if parent else None,
            "retired": concept.retired,
        }
        if topic is None:
            topics[concept.qcode] = Topic.objects.create(qcode=concept.qcode, **values)
            added += 1
        elif any(getattr(topic, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(topic, name, value)
            topic.save()
            changed += 1
        else:
            unchanged += 1
    return Imported(added, changed, unchanged)


def _checked(value: Any, number: int) -> dict[str, Any]:
    where = f"concept {number}"
    if not isinstance(value, dict):
        raise NotMediaTopics(f"{where} is not an object")
    for field in ("uri", "qcode"):
        if not isinstance(value.get(field), str) or not value[field].strip():
            raise NotMediaTopics(f'{where} has no "{field}"')
    if len(value["qcode"]) > _MAX_QCODE:
        raise NotMediaTopics(f'the "qcode" of {where} has more than {_MAX_QCODE} characters')
    if not isinstance(value.get("prefLabel"), dict) or not value["prefLabel"]:
        raise NotMediaTopics(f'{where}, {value["qcode"]}, has no names ("prefLabel") by language')
    if not isinstance(value.get("definition") or {}, dict):
        raise NotMediaTopics(f'the "definition" of {where}, {value["qcode"]}, is not by language')
    return value


def _name(value: dict[str, Any], language: str) -> str:
    name = _in_language(value["prefLabel"], language)
    if not name:
        raise NotMediaTopics(f"{value['qcode']} has a name neither in {language} nor in {FALLBACK_LANGUAGE}")
    return name[:_MAX_NAME]


def _in_language(texts: dict[str, Any], language: str) -> str:
    by_code = {code.lower(): " ".join(str(text).split()) for code, text in texts.items() if text}
    wanted = language.lower().replace("_", "-")
    base = wanted.partition("-")[0]
    variants = sorted(code for code in by_code if code.partition("-")[0] == base)
    for code in (wanted, *variants, _IPTC_CODES.get(base, ""), FALLBACK_LANGUAGE.lower()):
        if by_code.get(code):
            return by_code[code]
    return ""


def _parent(value: dict[str, Any], qcodes: dict[str, str]) -> str | None:
    broader = value.get("broader") or []
    uris = [broader] if isinstance(broader, str) else broader
    if not uris:
        return None
    if not isinstance(uris, list) or uris[0] not in qcodes:
        raise NotMediaTopics(f'{value["qcode"]} stands under "{uris[0]}" ("broader"), which is not in the file')
    return qcodes[uris[0]]


def _wider_first(concepts: dict[str, Concept]) -> list[Concept]:
    ordered: dict[str, Concept] = {}
    for concept in concepts.values():
        branch: list[Concept] = []
        above: Concept | None = concept
        while above is not None and above.qcode not in ordered:
            if above in branch:
                raise NotMediaTopics(f'{above.qcode} stands under itself ("broader")')
            branch.append(above)
            above = concepts[above.parent] if above.parent else None
        ordered |= {one.qcode: one for one in reversed(branch)}
    return list(ordered.values())
