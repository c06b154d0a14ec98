"""How related stories are ranked: terms, names, rules and reasons, without a database."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.related.evidence import Candidate, Pair, Story, in_one_series
from api.related.names import find_names
from api.related.ranking import Rules, are_twins, match, rank
from api.related.reasons import reasons
from api.related.terms import Terms, affordable, count_story, count_terms, stop_words, weigh

SLOTS = 2**20
AT = datetime(2030, 2, 1, tzinfo=UTC)
STORY = Story(0, 0, "Harbour master resigns", "en-gb", "news", AT)


def candidate(pk: int, title: str, cosine: float, *, at: datetime = AT, **fields) -> Candidate:
    return Candidate(
        Story(pk, 100 + pk, title, "en-gb", fields.pop("section", "news"), at, **fields), Pair(text=cosine)
    )


def pks(matches) -> list[int]:
    return [one.candidate.story.pk for one in matches]


def test_one_event_takes_one_place():
    ranked = rank(
        STORY,
        [
            candidate(1, "Ferry runs aground at Wexcombe pier", 0.9),
            candidate(2, "Ferry runs aground at the Wexcombe pier", 0.8),
            candidate(3, "Choir wins prize", 0.2),
        ],
        limit=5,
    )
    assert pks(ranked) == [1, 3]


def test_a_copy_of_the_story_is_left_out():
    assert rank(STORY, [candidate(1, "Chief of harbour gives up", 0.99)], limit=5) == []


def test_the_same_headline_with_the_same_text_is_left_out_and_the_next_part_of_a_series_is_not():
    again = candidate(1, "Harbour master resigns", 0.7)
    next_part = candidate(2, "Harbour master resigns", 0.3)
    assert pks(rank(STORY, [again, next_part], limit=5)) == [2]


def test_what_shares_nothing_is_left_out():
    assert rank(STORY, [candidate(1, "Choir", 0.0)], limit=5) == []


def test_of_equals_the_newer_comes_first():
    found = rank(
        STORY,
        [
            candidate(1, "One thing", 0.5, at=datetime(2030, 2, 2, tzinfo=UTC)),
            candidate(2, "Other matter", 0.5, at=datetime(2030, 2, 3, tzinfo=UTC)),
        ],
        limit=5,
    )
    assert pks(found) == [2, 1]


def test_what_an_editor_removed_is_left_out_and_what_one_pinned_comes_first():
    found = rank(
        STORY,
        [candidate(1, "Near", 0.9), candidate(2, "Nearer still", 0.95), candidate(3, "Far away", 0.0)],
        limit=5,
        removed={102},
        pinned={103},
    )
    assert pks(found) == [3, 1]


def test_no_more_of_a_topic_than_the_newsroom_wants():
    found = rank(
        STORY,
        [
            candidate(1, "One ferry", 0.9, topics=frozenset({"ferries"})),
            candidate(2, "A second boat", 0.8, topics=frozenset({"ferries"})),
            candidate(3, "The quay", 0.7, topics=frozenset({"quays"})),
        ],
        limit=5,
        rules=Rules(topic_limit=1),
    )
    assert pks(found) == [1, 3]


def test_old_live_coverage_is_not_suggested_but_that_of_the_running_story_is():
    rules = Rules(days_by_kind={"live": 10})
    old, recent = datetime(2029, 12, 20, tzinfo=UTC), datetime(2030, 1, 30, tzinfo=UTC)
    assert rank(STORY, [candidate(1, "Storm", 0.1, at=old, kind="live")], limit=5, rules=rules) == []
    assert pks(rank(STORY, [candidate(2, "Storm", 0.1, at=recent, kind="live")], limit=5, rules=rules)) == [2]
    assert pks(rank(STORY, [candidate(3, "Storm", 0.6, at=old, kind="live")], limit=5, rules=rules)) == [3]


@pytest.mark.parametrize(
    ("days", "cosine", "relation"),
    [(1, 0.5, "same_story"), (20, 0.5, "follow_up"), (400, 0.5, "background"), (1, 0.1, "background")],
)
def test_what_a_candidate_is_to_the_story(days, cosine, relation):
    at = datetime.fromtimestamp(AT.timestamp() - days * 86_400, tz=UTC)
    assert match(STORY, candidate(1, "Other", cosine, at=at)).relation == relation


def test_the_same_people_and_subject_within_weeks_are_a_running_story():
    other = Candidate(candidate(1, "Other", 0).story, Pair(text=0.1, names=0.4, topics=1.0))
    assert match(STORY, other).relation == "follow_up"


def test_columns_are_no_running_story():
    assert match(STORY, candidate(1, "Why I queue", 0.5, kind="opinion")).relation == "background"


def test_headlines_of_one_event_are_twins():
    assert are_twins("Ferry aground at pier", "Ferry aground at the pier")
    assert not are_twins("Ferry aground at pier", "Choir wins prize")


def test_a_series_opens_with_the_same_words():
    assert in_one_series("Tides: the ferry", "Tides: the quay")
    assert not in_one_series("The ferry", "The quay")


def test_inflected_forms_are_one_term():
    one, _ = count_terms("The harbours", "en-gb", SLOTS)
    other, _ = count_terms("the harbour", "en-gb", SLOTS)
    assert one == other


@pytest.mark.parametrize(("language", "word"), [("de", "nicht"), ("fr", "avec"), ("es", "para"), ("en-gb", "with")])
def test_words_that_say_nothing_are_no_terms(language, word):
    assert word in stop_words(language)
    assert count_terms(word, language, SLOTS)[0] == {}


def test_a_term_of_every_story_weighs_nothing():
    counts = count_story(title="ferry regatta", standfirst="", body="", language="en-gb", slots=SLOTS)
    ferry = next(slot for slot, word in counts.written.items() if word == "ferry")
    terms = weigh(counts, frequencies={ferry: 90}, story_count=100)
    assert ferry not in terms.text
    assert terms.text


def test_the_weights_of_a_story_have_length_one():
    counts = count_story(title="a ferry", standfirst="and a regatta", body="the quay", language="en-gb", slots=SLOTS)
    terms = weigh(counts, frequencies={}, story_count=0)
    for vector in (terms.text, terms.title):
        assert sum(weight * weight for weight in vector.values()) == pytest.approx(1)


def test_terms_are_looked_up_only_as_far_as_the_budget_goes():
    assert affordable([1, 2, 3], {1: 10, 2: 10, 3: 10}, story_count=100, budget=25) == [1, 2]
    assert affordable([1, 2], {1: 1000}, story_count=2000, budget=25) == [1]


def test_names_are_found_by_how_they_are_written():
    text = "Late, said Ottoline Quay, the Harbour Board had failed. Quay blamed Wexcombe, and the Board was silent."
    found = find_names([text], "en-gb", stop_words("en-gb"))
    assert found["Ottoline Quay"] == 2
    assert found["Harbour Board"] == 2
    assert "Wexcombe" in found
    assert "Late" not in found


def test_german_nouns_are_not_taken_for_names():
    found = find_names(["Gestern hat der Stadtrat über die Fähre beraten, sagte Anna Kai."], "de", stop_words("de"))
    assert set(found) == {"Anna Kai"}


def matched(**fields):
    terms = Terms(heaviest=[1, 2], words=["port dues", "dues"], name_slots=[7], name_words=["Harbour Board"])
    one = replace(STORY, terms=terms, topics=frozenset({"ferries"}), authors=frozenset({"ottoline-quay"}))
    other = replace(one, pk=2, article_id=102, title="Other", **fields)
    return one, match(one, Candidate(other, Pair(text=0.15, names=0.5, topics=0.8)))


def test_reasons_come_from_what_carried_the_score():
    story, found = matched()
    given = reasons(story, found, topic_names={"ferries": "Ferries"}, author_names={"ottoline-quay": "Ottoline Quay"})
    assert [reason["text"] for reason in given] == [
        "also about Ferries",
        "both mention Harbour Board",
        "both about “port dues”",
    ]


def test_a_topic_that_is_too_wide_is_no_reason():
    story, found = matched()
    given = reasons(story, found, topic_names={}, author_names={})
    assert "topic" not in [reason["kind"] for reason in given]


def test_what_is_not_shared_is_no_reason():
    story, found = matched(terms=Terms(), topics=frozenset(), authors=frozenset())
    given = reasons(story, found, topic_names={"ferries": "Ferries"}, author_names={"ottoline-quay": "Ottoline Quay"})
    assert [reason["kind"] for reason in given] == ["similar"]
