"""IPTC's Media Topics come in as a tree, in the language of the newsroom, once."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from cms.media_topics import NotMediaTopics, read_concepts
from cms.models import Topic

pytestmark = pytest.mark.django_db

SCHEME = "http://cv.iptc.org/newscodes/mediatopic/"
REAL_FILE = Path(settings.BASE_DIR).parent / "shared" / "media-topics" / "mediatopics.json"


def concept(number: int, names: dict[str, str], *, under: int | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "uri": f"{SCHEME}{number}",
        "qcode": f"medtop:{number}",
        "type": ["http://www.w3.org/2004/02/skos/core#Concept"],
        "inScheme": [SCHEME],
        "modified": "2010-12-14T21:53:19+00:00",
        "prefLabel": names,
        "definition": {"en-GB": f"What belongs under  {number}.", "de": f"Was zu {number} gehört."},
        **({"broader": [f"{SCHEME}{under}"]} if under else {}),
        **fields,
    }


CONCEPTS = [
    concept(20000021, {"en-GB": "music", "de": "Musik", "dk": "musik"}, under=1000000),
    concept(20000025, {"en-GB": "jazz music", "de": "Jazz"}, under=20000021),
    concept(1000000, {"en-GB": "arts and media", "de": "Kultur", "pt-BR": "artes", "se": "Konst"}),
    concept(20000064, {"en-GB": "war crime action"}, retired="2016-04-05T12:00:00+00:00", definition={}),
]


def scheme(concepts: Any = CONCEPTS) -> dict[str, Any]:
    return {"uri": SCHEME, "type": "http://www.w3.org/2004/02/skos/core#ConceptScheme", "conceptSet": concepts}


def run(folder: Path, value: Any, **options: Any) -> str:
    path = folder / "topics.json"
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    out = io.StringIO()
    call_command("import_media_topics", path, stdout=out, **options)
    return out.getvalue()


def test_topics_come_in_as_a_tree(tmp_path):
    out = run(tmp_path, scheme())

    assert out == "4 topics added, 0 changed, 0 unchanged; 1 of them are retired.\n"
    jazz = Topic.objects.get(qcode="medtop:20000025")
    assert (jazz.name, jazz.slug, jazz.retired) == ("jazz music", "jazz-music", False)
    assert jazz.definition == "What belongs under 20000025."
    assert jazz.parent.name == "music"
    assert jazz.parent.parent.qcode == "medtop:1000000"
    assert jazz.parent.parent.parent is None
    assert Topic.objects.get(retired=True).name == "war crime action"
    assert list(Topic.objects.filter(qcode="medtop:20000025")) == [jazz]


def test_a_second_import_changes_nothing(tmp_path):
    run(tmp_path, scheme())
    before = list(Topic.objects.order_by("pk").values())

    assert run(tmp_path, scheme()).startswith("0 topics added, 0 changed, 4 unchanged")
    assert list(Topic.objects.order_by("pk").values()) == before


def test_what_iptc_changed_is_changed_and_addresses_stay(tmp_path):
    run(tmp_path, scheme())
    newer = copy.deepcopy(CONCEPTS)
    newer[1]["prefLabel"]["en-GB"] = "jazz"
    newer[1]["broader"] = [f"{SCHEME}1000000"]
    newer[1]["retired"] = "2026-01-01T00:00:00+00:00"

    out = run(tmp_path, scheme([*newer, concept(20009999, {"en-GB": "trombones"}, under=20000021)]))

    assert out.startswith("1 topics added, 1 changed, 3 unchanged")
    jazz = Topic.objects.get(qcode="medtop:20000025")
    assert (jazz.name, jazz.slug, jazz.retired, jazz.parent.name) == ("jazz", "jazz-music", True, "arts and media")


def test_the_newsrooms_own_topics_are_left_alone(tmp_path):
    own = Topic.objects.create(name="Music", definition="Ours")

    run(tmp_path, scheme())

    own.refresh_from_db()
    assert (own.name, own.slug, own.definition, own.qcode) == ("Music", "music", "Ours", None)
    assert Topic.objects.get(qcode="medtop:20000021").slug == "music-2"


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en-gb", {"arts and media", "music", "jazz music", "war crime action"}),
        ("en-us", {"arts and media", "music", "jazz music", "war crime action"}),
        ("de", {"Kultur", "Musik", "Jazz", "war crime action"}),
        ("de-AT", {"Kultur", "Musik", "Jazz", "war crime action"}),
        ("pt", {"artes", "music", "jazz music", "war crime action"}),
        ("da", {"arts and media", "musik", "jazz music", "war crime action"}),
        ("sv", {"Konst", "music", "jazz music", "war crime action"}),
    ],
)
def test_names_are_in_the_language_of_the_newsroom_where_iptc_has_them(tmp_path, language, names):
    run(tmp_path, scheme(), language=language)

    assert set(Topic.objects.values_list("name", flat=True)) == names


def broken(**fields: Any) -> list[dict[str, Any]]:
    return [{name: value for name, value in (CONCEPTS[2] | fields).items() if value is not None}]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"id,name\n1,music", "it is not JSON"),
        (b"\xff\xfe\x00", "it is not JSON"),
        ([], 'it has no list "conceptSet"'),
        ({"conceptSet": {}}, 'it has no list "conceptSet"'),
        (scheme(["music"]), "concept 1 is not an object"),
        (scheme(broken(uri=None)), 'concept 1 has no "uri"'),
        (scheme(broken(qcode=None)), 'concept 1 has no "qcode"'),
        (scheme(broken(prefLabel="music")), 'concept 1, medtop:1000000, has no names ("prefLabel") by language'),
        (scheme(broken(prefLabel={"fr": "musique"})), "medtop:1000000 has a name neither in en-gb nor in en-GB"),
        (scheme(broken(definition="x")), 'the "definition" of concept 1, medtop:1000000, is not by language'),
        (scheme([CONCEPTS[0]]), f'medtop:20000021 stands under "{SCHEME}1000000" ("broader"), which is not in the'),
        (scheme([CONCEPTS[2], CONCEPTS[2]]), "medtop:1000000 is in it twice"),
        (scheme(broken(broader=[f"{SCHEME}1000000"])), "medtop:1000000 stands under itself"),
    ],
)
def test_a_file_of_another_form_is_refused_with_what_is_missing(tmp_path, value, reason):
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, value)

    assert reason in str(refusal.value)
    assert not Topic.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.json cannot be read"):
        call_command("import_media_topics", tmp_path / "nothing.json")


@pytest.mark.skipif(not REAL_FILE.exists(), reason="IPTC's own file is not beside the project")
def test_iptcs_own_file_comes_in_whole():
    call_command("import_media_topics", REAL_FILE, stdout=io.StringIO())

    assert Topic.objects.count() == 1286
    assert Topic.objects.filter(parent=None).count() == 17
    assert Topic.objects.filter(retired=True).count() == 153
    basketball = Topic.objects.get(qcode="medtop:20000851")
    assert (basketball.name, basketball.parent.parent.name) == ("basketball", "sport")
    with pytest.raises(NotMediaTopics):
        read_concepts(REAL_FILE.read_bytes()[:-10], language="en-gb")
