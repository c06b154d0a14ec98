"""A hot fix: the live version is mended while a larger draft is under way, and neither is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from cms.actions import kill
from cms.exceptions import Refused
from cms.models import Article
from tests.newsroom import Newsroom
from workflows import assignments, fixes, progress
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.merging import Conflict, merge
from workflows.models import Notice, SetAside, SignOff
from workflows.my_desk import build_my_desk
from workflows.tasks import release_due

pytestmark = pytest.mark.django_db

FIRST, SECOND = "<p>The ferry had 200 passengers.</p>", "<p>It left at noon.</p>"


def latest(newsroom: Newsroom, article: Article) -> Article:
    return progress.latest_version(newsroom.fresh(article))


def texts(version: Article) -> list[str]:
    return [block["value"] for block in version.body.get_prep_value() if block["type"] == "paragraph"]


def rewrite(newsroom: Newsroom, article: Article, *, by, paragraphs=(), **fields) -> Article:
    """Save a version with other words in some paragraphs; None removes one, further ones are added."""
    blocks = latest(newsroom, article).body.get_prep_value()
    for place, text in enumerate(paragraphs):
        if place < len(blocks):
            blocks[place] = blocks[place] | {"value": text}
        else:
            blocks.append({"type": "paragraph", "value": text})
    return newsroom.edit(article, by=by, body=[block for block in blocks if block["value"] is not None], **fields)


@pytest.fixture
def live(newsroom: Newsroom) -> Article:
    """A live story of two paragraphs."""
    return newsroom.publish("The ferry is late", body=[("paragraph", FIRST), ("paragraph", SECOND)])


@pytest.fixture
def larger(newsroom: Newsroom, live: Article) -> Article:
    """The same story with a larger draft in review, signed by the desk editor."""
    rewrite(newsroom, live, by=newsroom.reporter, paragraphs=[FIRST, SECOND, "<p>An inquiry has begun.</p>"])
    return newsroom.sign(newsroom.submit(live), by=newsroom.editor)


def set_aside(newsroom: Newsroom, article: Article, *, by=None) -> SetAside:
    by = by or newsroom.editor
    return fixes.set_aside(newsroom.fresh(article), content_hash=newsroom.hash_of(article), by=by)


def fix(newsroom: Newsroom, article: Article, text: str = "<p>The ferry had 20 passengers.</p>") -> Article:
    """Mend the live version, have it signed and release it."""
    set_aside(newsroom, article)
    rewrite(newsroom, article, by=newsroom.reporter, paragraphs=[text])
    return newsroom.release(newsroom.clear(article))


def test_what_is_edited_is_the_live_version(newsroom: Newsroom, larger: Article):
    set_aside(newsroom, larger)
    assert texts(latest(newsroom, larger)) == [FIRST, SECOND]
    assert newsroom.hash_of(larger) == newsroom.fresh(larger).standing.live_hash


def test_the_review_of_the_draft_ends_and_those_who_signed_are_told(newsroom: Newsroom, larger: Article):
    set_aside(newsroom, larger, by=newsroom.publisher)
    assert newsroom.stage(larger) == ""
    assert Notice.objects.filter(article=larger, kind=Notice.Kind.CANCELLED, person=newsroom.editor).exists()
    assert PageLogEntry.objects.filter(page=larger, action="workflows.set_aside", user=newsroom.publisher).exists()


def test_readers_get_the_fix_without_the_draft(newsroom: Newsroom, larger: Article, client):
    fix(newsroom, larger)
    shown = client.get(f"/api/v1/articles/{larger.public_id}/").content.decode()
    assert "20 passengers" in shown
    assert "An inquiry" not in shown


def test_the_draft_comes_back_with_the_fix_in_it(newsroom: Newsroom, larger: Article):
    fix(newsroom, larger)
    assert texts(latest(newsroom, larger)) == [
        "<p>The ferry had 20 passengers.</p>",
        SECOND,
        "<p>An inquiry has begun.</p>",
    ]
    assert fixes.find_open(larger) is None


def test_the_draft_goes_back_into_review(newsroom: Newsroom, larger: Article):
    fix(newsroom, larger)
    assert newsroom.stage(larger) == "Desk edit"
    assert progress.submitter_id(larger) == newsroom.reporter.pk


def test_signatures_of_the_draft_alone_do_not_hold_for_the_draft_with_the_fix(newsroom: Newsroom, larger: Article):
    fix(newsroom, larger)
    assert not SignOff.objects.valid().filter(article=larger, content_hash=newsroom.hash_of(larger)).exists()


def test_whoever_made_the_fix_counts_as_who_changed_the_draft_last(newsroom: Newsroom, larger: Article):
    set_aside(newsroom, larger)
    rewrite(newsroom, larger, by=newsroom.other_reporter, paragraphs=["<p>The ferry had 20 passengers.</p>"])
    newsroom.release(newsroom.clear(larger))
    assert newsroom.fresh(larger).standing.changed_by == newsroom.other_reporter


@pytest.fixture
def merged(newsroom: Newsroom, live: Article) -> Article:
    """A draft of the desk editor that is back in review with a fix of the picture editor in it."""
    newsroom.pictures.groups.add(*newsroom.editor.groups.all())
    rewrite(newsroom, live, by=newsroom.editor, paragraphs=[FIRST, SECOND, "<p>An inquiry has begun.</p>"])
    newsroom.submit(live)
    set_aside(newsroom, live, by=newsroom.publisher)
    rewrite(newsroom, live, by=newsroom.pictures, paragraphs=["<p>The ferry had 20 passengers.</p>"])
    newsroom.release(newsroom.clear(live))
    return newsroom.fresh(live)


@pytest.mark.parametrize("writer", ["editor", "pictures"])
def test_neither_who_wrote_the_draft_nor_who_made_the_fix_signs_both_in_one(
    newsroom: Newsroom, merged: Article, client, writer: str
):
    person = newsroom.people[writer]
    with pytest.raises(NotYours, match="changed this story"):
        newsroom.sign(merged, by=person)
    with pytest.raises(NotYours):
        assignments.claim(merged, by=person)
    assert person not in assignments.candidates(merged)
    client.force_login(person)
    assert "You changed this story last" in client.get(reverse("workflows:review", args=[merged.pk])).content.decode()
    assert "waiting" not in {pile.key for pile in build_my_desk(person, timezone.now())}


def test_a_signature_of_who_wrote_the_draft_counts_for_nothing(newsroom: Newsroom, merged: Article):
    stage = newsroom.task_state(merged).task.specific
    SignOff.objects.create(
        article=merged,
        stage=stage,
        desk=stage.rules.get().desk,
        content_hash=newsroom.hash_of(merged),
        verdict=SignOff.Verdict.APPROVED,
        by=newsroom.editor,
    )
    every = progress.review_progress(
        latest(newsroom, merged), newsroom.task_state(merged).workflow_state.workflow_id, newsroom.hash_of(merged)
    )
    assert not every[0].complete


def test_a_draft_that_is_set_aside_again_remembers_all_who_wrote_it(newsroom: Newsroom, merged: Article):
    set_aside(newsroom, merged, by=newsroom.publisher)
    fixes.bring_back(newsroom.fresh(merged), by=newsroom.publisher, with_fix=False)
    assert newsroom.fresh(merged).standing.writers == {newsroom.editor.pk, newsroom.pictures.pk}


def test_whoever_writes_on_is_the_one_who_wrote_it(newsroom: Newsroom, merged: Article):
    newsroom.edit(merged, by=newsroom.reporter, title="Written on")
    assert newsroom.fresh(merged).standing.writers == {newsroom.reporter.pk}


def test_a_draft_that_was_not_in_review_does_not_go_there(newsroom: Newsroom, live: Article):
    rewrite(newsroom, live, by=newsroom.reporter, paragraphs=[FIRST, SECOND, "<p>Half a thought</p>"])
    fix(newsroom, live)
    assert newsroom.stage(live) == ""
    assert texts(latest(newsroom, live))[-1] == "<p>Half a thought</p>"


def test_what_both_changed_stays_as_in_the_draft_and_is_listed(newsroom: Newsroom, live: Article):
    rewrite(newsroom, live, by=newsroom.reporter, paragraphs=["<p>The ferry had 300 passengers.</p>"], title="Drafted")
    set_aside(newsroom, live)
    rewrite(newsroom, live, by=newsroom.reporter, paragraphs=["<p>The ferry had 20 passengers.</p>"], title="Fixed")
    newsroom.release(newsroom.clear(live))
    version = latest(newsroom, live)
    assert texts(version) == ["<p>The ferry had 300 passengers.</p>", SECOND]
    assert version.title == "Drafted"
    assert [(clash.what, clash.draft, clash.fix) for clash in fixes.find_clashes(newsroom.fresh(live))] == [
        ("Title", "Drafted", "Fixed"),
        ("Paragraph", "The ferry had 300 passengers.", "The ferry had 20 passengers."),
    ]


def test_the_list_is_gone_once_somebody_has_saved_the_story_again(newsroom: Newsroom, live: Article):
    newsroom.edit(live, by=newsroom.reporter, title="Drafted")
    set_aside(newsroom, live)
    newsroom.edit(live, by=newsroom.reporter, title="Fixed")
    newsroom.release(newsroom.clear(live))
    newsroom.edit(live, by=newsroom.reporter, title="Settled")
    assert fixes.find_clashes(newsroom.fresh(live)) == []


def test_a_byline_that_was_fixed_is_in_the_draft(newsroom: Newsroom, larger: Article):
    from cms.models import ArticleAuthor, Author

    set_aside(newsroom, larger)
    author = Author.objects.create(name="Peregrine Locke")
    newsroom.edit(larger, by=newsroom.reporter, byline=[ArticleAuthor(author=author)])
    newsroom.release(newsroom.clear(larger))
    assert [line.author.name for line in latest(newsroom, larger).byline.all()] == ["Peregrine Locke"]


def test_a_fix_that_goes_out_by_the_clock_brings_the_draft_back(newsroom: Newsroom, larger: Article, freezer):
    set_aside(newsroom, larger)
    rewrite(newsroom, larger, by=newsroom.reporter, paragraphs=["<p>The ferry had 20 passengers.</p>"])
    at = timezone.now() + timedelta(hours=1)
    newsroom.release(newsroom.clear(larger), at=at)
    assert fixes.find_open(larger)
    freezer.move_to(at + timedelta(seconds=1))
    release_due()
    assert fixes.find_open(larger) is None
    assert texts(latest(newsroom, larger))[0] == "<p>The ferry had 20 passengers.</p>"


def test_a_draft_that_cannot_come_back_does_not_keep_the_fix_from_readers(newsroom: Newsroom, larger: Article):
    aside = set_aside(newsroom, larger)
    aside.draft.content["body"] = "no list of blocks"
    aside.draft.save()
    rewrite(newsroom, larger, by=newsroom.reporter, paragraphs=["<p>The ferry had 20 passengers.</p>"])
    newsroom.release(newsroom.clear(larger))
    assert "20 passengers" in newsroom.readers_see(larger).detail
    assert fixes.find_open(larger)


def test_an_abandoned_fix_may_be_left_out(newsroom: Newsroom, larger: Article):
    before = newsroom.hash_of(larger)
    set_aside(newsroom, larger)
    rewrite(newsroom, larger, by=newsroom.reporter, paragraphs=["<p>A mistaken fix.</p>"])
    fixes.bring_back(newsroom.fresh(larger), by=newsroom.editor, with_fix=False)
    assert newsroom.hash_of(larger) == before
    assert newsroom.stage(larger) == "Copy and facts"
    assert newsroom.fresh(larger).standing.changed_by == newsroom.reporter


def test_an_unreleased_fix_may_come_into_the_draft(newsroom: Newsroom, larger: Article):
    set_aside(newsroom, larger)
    rewrite(newsroom, larger, by=newsroom.reporter, paragraphs=["<p>The ferry had 20 passengers.</p>"])
    newsroom.submit(larger)
    fixes.bring_back(newsroom.fresh(larger), by=newsroom.editor)
    assert texts(latest(newsroom, larger))[0] == "<p>The ferry had 20 passengers.</p>"
    assert newsroom.stage(larger) == "Desk edit"


def test_a_fix_that_is_given_up_does_not_go_out_by_its_schedule(newsroom: Newsroom, larger: Article):
    set_aside(newsroom, larger)
    rewrite(newsroom, larger, by=newsroom.reporter, paragraphs=["<p>A mistaken fix.</p>"])
    newsroom.release(newsroom.clear(larger), at=timezone.now() + timedelta(hours=1))
    fixes.bring_back(newsroom.fresh(larger), by=newsroom.editor, with_fix=False)
    assert newsroom.fresh(larger).scheduled_revision is None
    assert PageLogEntry.objects.filter(page=larger, action="workflows.cancel_release", user=newsroom.editor).exists()


def test_an_expiry_and_an_address_of_a_signed_draft_come_back_with_it(newsroom: Newsroom, larger: Article):
    when = timezone.now().replace(microsecond=0) + timedelta(days=2)
    newsroom.edit(larger, by=newsroom.editor, expire_at=when, slug="a-better-address")
    set_aside(newsroom, larger)
    rewrite(newsroom, larger, by=newsroom.reporter, paragraphs=["<p>The ferry had 20 passengers.</p>"])
    fixes.bring_back(newsroom.fresh(larger), by=newsroom.editor)
    version = latest(newsroom, larger)
    assert (version.expire_at, version.slug) == (when, "a-better-address")


def test_an_address_that_is_live_already_is_no_change_of_the_fix(newsroom: Newsroom, live: Article):
    newsroom.edit(live, by=newsroom.reporter, slug="ferry-late")
    newsroom.release(live)
    newsroom.edit(live, by=newsroom.reporter, slug="ferry-inquiry", title="Drafted")
    set_aside(newsroom, live)
    fixes.bring_back(newsroom.fresh(live), by=newsroom.editor)
    assert latest(newsroom, live).slug == "ferry-inquiry"
    assert fixes.find_clashes(newsroom.fresh(live)) == []


def lock(newsroom: Newsroom, article: Article, *, by) -> None:
    Article.objects.filter(pk=article.pk).update(locked=True, locked_by=by, locked_at=timezone.now())


def test_a_story_that_somebody_locked_is_not_set_aside_by_others(newsroom: Newsroom, larger: Article, client):
    lock(newsroom, larger, by=newsroom.lawyer)
    with pytest.raises(Refused, match="locked"):
        set_aside(newsroom, larger)
    client.force_login(newsroom.editor)
    assert "It is locked" in client.get(reverse("workflows:fix", args=[larger.pk])).content.decode()
    set_aside(newsroom, larger, by=newsroom.lawyer)


def test_a_draft_is_not_brought_back_under_somebody_who_locked_the_story(newsroom: Newsroom, larger: Article):
    set_aside(newsroom, larger)
    lock(newsroom, larger, by=newsroom.lawyer)
    with pytest.raises(Refused, match="locked"):
        fixes.bring_back(newsroom.fresh(larger), by=newsroom.editor)
    assert fixes.find_open(larger)


def test_a_draft_whose_submitter_has_left_goes_back_into_review_for_who_set_it_aside(newsroom: Newsroom, live: Article):
    newsroom.edit(live, by=newsroom.reporter, title="Larger")
    newsroom.submit(live, by=newsroom.other_reporter)
    newsroom.other_reporter.delete()
    set_aside(newsroom, live, by=newsroom.publisher)
    fixes.bring_back(newsroom.fresh(live), by=newsroom.editor)
    assert newsroom.stage(live) == "Desk edit"
    assert progress.submitter_id(live) == newsroom.publisher.pk


def test_a_killed_story_gets_its_draft_back_without_a_review(newsroom: Newsroom, larger: Article):
    set_aside(newsroom, larger)
    kill(newsroom.fresh(larger), reason="It was wrong.", by=newsroom.publisher)
    fixes.bring_back(newsroom.fresh(larger), by=newsroom.editor)
    assert texts(latest(newsroom, larger))[-1] == "<p>An inquiry has begun.</p>"
    assert newsroom.stage(larger) == ""


def test_a_draft_that_every_desk_had_signed_is_asked_again_for_what_the_fix_changed(newsroom: Newsroom, live: Article):
    newsroom.clear(newsroom.edit(live, by=newsroom.reporter, title="Signed by all"))
    fix(newsroom, live)
    assert not progress.is_ready(newsroom.fresh(live))
    assert newsroom.stage(live) == "Desk edit"


def test_a_scheduled_draft_must_be_held_first(newsroom: Newsroom, live: Article):
    newsroom.edit(live, by=newsroom.reporter, title="For tomorrow")
    newsroom.release(newsroom.clear(live), at=timezone.now() + timedelta(hours=9))
    with pytest.raises(Refused, match="Hold it first"):
        set_aside(newsroom, live)


@pytest.mark.parametrize("state", ["draft", "only live", "set aside already"])
def test_there_must_be_a_live_version_and_a_larger_draft(newsroom: Newsroom, larger: Article, state: str):
    article = {"draft": newsroom.draft, "only live": newsroom.publish, "set aside already": lambda: larger}[state]()
    if state == "set aside already":
        set_aside(newsroom, larger)
    with pytest.raises(Refused):
        set_aside(newsroom, article)


def test_a_reporter_asks_an_editor(newsroom: Newsroom, larger: Article):
    with pytest.raises(Refused, match="do not edit"):
        set_aside(newsroom, larger, by=newsroom.other_reporter)


def test_a_draft_that_was_changed_meanwhile_is_not_set_aside(newsroom: Newsroom, larger: Article):
    seen = newsroom.hash_of(larger)
    newsroom.edit(larger, by=newsroom.copy, title="Changed meanwhile")
    with pytest.raises(StoryMovedOn):
        fixes.set_aside(newsroom.fresh(larger), content_hash=seen, by=newsroom.editor)


def test_the_writer_of_the_draft_is_told(newsroom: Newsroom, larger: Article):
    fix(newsroom, larger)
    subjects = set(Notice.objects.filter(person=newsroom.reporter).values_list("subject", flat=True))
    assert {"Set aside: The ferry is late", "Back: The ferry is late"} <= subjects


def test_it_is_done_on_a_page(newsroom: Newsroom, larger: Article, client):
    address = reverse("workflows:fix", args=[larger.pk])
    client.force_login(newsroom.editor)
    assert "Fix the live version" in client.get(address).content.decode()
    assert client.post(address, {"content_hash": newsroom.hash_of(larger)}).status_code == 302
    assert fixes.find_open(larger)
    assert "set aside" in client.get(reverse("wagtailadmin_pages:edit", args=[larger.pk])).content.decode()
    back = reverse("workflows:bring_back", args=[larger.pk])
    assert client.get(back).status_code == 200
    assert client.post(back, {"with_fix": "no"}).status_code == 302
    assert fixes.find_open(larger) is None


def body(*blocks: tuple[str, str]) -> dict:
    return {"body": [{"id": id_, "type": "paragraph", "value": value} for id_, value in blocks]}


def ids(merged: dict) -> list[str]:
    return [block["id"] for block in merged["body"]]


def test_a_block_that_the_fix_removed_goes_and_one_it_added_comes():
    base, draft = body(("a", "1"), ("b", "2")), body(("a", "1"), ("b", "2"), ("d", "4"))
    merged = merge(base, draft, body(("a", "1"), ("c", "3")))
    assert ids(merged.content) == ["a", "c", "d"]
    assert merged.conflicts == ()


def test_a_block_that_the_draft_changed_and_the_fix_removed_stays_and_is_told():
    merged = merge(body(("a", "1")), body(("a", "2")), body())
    assert ids(merged.content) == ["a"]
    assert merged.conflicts == (Conflict("body", {"type": "paragraph", "value": "2"}, None, "a"),)


def test_a_block_that_the_draft_removed_and_the_fix_changed_stays_away_and_is_told():
    merged = merge(body(("a", "1"), ("b", "2")), body(("b", "2")), body(("a", "9"), ("b", "2")))
    assert ids(merged.content) == ["b"]
    assert merged.conflicts == (Conflict("body", None, {"type": "paragraph", "value": "9"}, "a"),)


def test_an_order_that_only_the_fix_changed_is_taken():
    base, draft = body(("a", "1"), ("b", "2")), body(("a", "1"), ("n", "0"), ("b", "2"))
    assert ids(merge(base, draft, body(("b", "2"), ("a", "1"))).content) == ["b", "n", "a"]


def test_an_order_that_both_changed_stays_as_in_the_draft_and_is_told():
    base = body(("a", "1"), ("b", "2"), ("c", "3"))
    merged = merge(base, body(("b", "2"), ("a", "1"), ("c", "3")), body(("c", "3"), ("b", "2"), ("a", "1")))
    assert ids(merged.content) == ["b", "a", "c"]
    assert [conflict.name for conflict in merged.conflicts] == ["order"]


def test_the_same_change_in_both_is_no_conflict():
    merged = merge({"title": "Old"}, {"title": "New"}, {"title": "New"})
    assert merged.content["title"] == "New"
    assert merged.conflicts == ()


def test_one_moment_in_two_time_zones_is_no_change():
    base, draft = {"embargo_until": "2030-05-04T06:00:00Z"}, {"embargo_until": "2030-05-05T06:00:00Z"}
    assert merge(base, draft, {"embargo_until": "2030-05-04T07:00:00+01:00"}).conflicts == ()
