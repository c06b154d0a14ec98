"""Signatures that still hold after a change of something else."""

import pytest
from wagtail.models import PageLogEntry

from cms.models import NewsImage
from tests.newsroom import Newsroom
from workflows import actions, progress, snapshots
from workflows.models import ReviewStage, SignOff, SignOffRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def careful(newsroom: Newsroom) -> Newsroom:
    """A newsroom in which copy answers for the words only, the picture desk for the pictures, legal for both."""
    name_matters("copy", "headline", "text")
    name_matters("pictures", "pictures")
    name_matters("legal", "text", "pictures")
    return newsroom


def name_matters(desk: str, *matters: str) -> None:
    SignOffRule.objects.filter(desk__slug=desk).update(matters=list(matters))


def signed_by_copy(newsroom: Newsroom, **fields):
    """A story that waits for the desk edit again, which asks after any change, and that the copy desk has signed."""
    article = newsroom.sign(newsroom.submit(newsroom.draft(**fields)), by=newsroom.editor)
    return newsroom.sign(article, by=newsroom.copy)


def counted(newsroom: Newsroom, article) -> dict[str, list[str]]:
    article = newsroom.fresh(article)
    workflow = progress.workflow_of(article)
    every = progress.review_progress(progress.latest_version(article), workflow.pk, newsroom.hash_of(article))
    return {one.stage.name: [given.signer for given in one.sign_offs] for one in every if one.sign_offs}


def test_a_signature_is_carried_when_its_matter_is_untouched(careful: Newsroom):
    article = signed_by_copy(careful)
    assert progress.is_ready(article)
    article = careful.edit(article, by=careful.other_reporter, kicker="", kind="analysis")
    article = careful.submit(article)
    assert careful.stage(article) == "Desk edit"
    article = careful.sign(article, by=careful.editor)
    assert progress.is_ready(article)
    carried = SignOff.objects.get(carried_from__isnull=False)
    assert (carried.by, carried.desk.slug, carried.content_hash) == (careful.copy, "copy", careful.hash_of(article))


def test_what_was_carried_is_in_the_log_with_both_versions(careful: Newsroom):
    article = signed_by_copy(careful)
    before = careful.hash_of(article)
    article = careful.submit(careful.edit(article, by=careful.other_reporter, kind="analysis"))
    entry = PageLogEntry.objects.get(page=article, action="workflows.carry")
    assert (entry.data["from"], entry.data["to"]) == (before, careful.hash_of(article))
    assert "still holds" in entry.message


@pytest.mark.parametrize(
    "change", [{"title": "Another"}, {"body": [("paragraph", "<p>Another.</p>")]}, {"standfirst": "Another."}]
)
def test_a_signature_is_not_carried_over_a_change_of_its_matter(careful: Newsroom, change):
    article = signed_by_copy(careful)
    article = careful.submit(careful.edit(article, by=careful.other_reporter, **change))
    article = careful.sign(article, by=careful.editor)
    assert careful.stage(article) == "Copy and facts"
    assert not SignOff.objects.filter(carried_from__isnull=False).exists()


def test_everybody_is_asked_again_where_no_matter_is_named(newsroom: Newsroom):
    article = signed_by_copy(newsroom)
    article = newsroom.submit(newsroom.edit(article, by=newsroom.other_reporter, kind="analysis"))
    article = newsroom.sign(article, by=newsroom.editor)
    assert newsroom.stage(article) == "Copy and facts"


def test_a_change_in_place_by_autosave_is_compared_like_any_other(careful: Newsroom):
    article = careful.sign(careful.submit(careful.draft()), by=careful.editor)
    revision = article.get_latest_revision()
    version = revision.as_object()
    version.kind = "analysis"
    version.save_revision(user=careful.reporter, overwrite_revision=revision)
    article = careful.sign(article, by=careful.copy)
    assert careful.stage(article) == "Desk edit", "the news desk names no matter"
    article = careful.sign(article, by=careful.editor)
    assert progress.is_ready(article)


def test_who_changed_the_story_after_signing_has_no_signature_carried(careful: Newsroom):
    article = signed_by_copy(careful)
    article = careful.edit(article, by=careful.copy, kind="analysis")
    article = careful.edit(article, by=careful.other_reporter, kind="opinion")
    assert "Copy and facts" not in counted(careful, article)
    article = careful.sign(careful.submit(article), by=careful.editor)
    assert careful.stage(article) == "Copy and facts"


def test_who_submits_the_story_has_no_signature_carried(careful: Newsroom):
    article = signed_by_copy(careful)
    article = careful.edit(article, by=careful.other_reporter, kind="analysis")
    article = careful.sign(careful.submit(article, by=careful.copy), by=careful.editor)
    assert careful.stage(article) == "Copy and facts"


def test_a_story_that_becomes_sensitive_asks_legal(careful: Newsroom):
    article = signed_by_copy(careful)
    article = careful.submit(careful.edit(article, by=careful.other_reporter, sensitive=True))
    article = careful.sign(article, by=careful.editor)
    assert careful.stage(article) == "Legal and pictures"


def test_another_picture_asks_the_picture_desk_and_legal_but_not_copy(careful: Newsroom, image: NewsImage):
    article = careful.clear(careful.draft(lead_image=image, sensitive=True))
    other = NewsImage.objects.create(
        title="Another", file=image.file, alt="A boat", credit="O. Quay", width=1, height=1
    )
    article = careful.edit(article, by=careful.other_reporter, lead_image=other)
    assert counted(careful, article) == {"Copy and facts": ["Copy"]}


def test_another_word_asks_legal_but_not_the_picture_desk(careful: Newsroom, image: NewsImage):
    article = careful.clear(careful.draft(lead_image=image, sensitive=True))
    article = careful.edit(article, by=careful.other_reporter, body=[("paragraph", "<p>Another.</p>")])
    assert counted(careful, article) == {"Legal and pictures": ["Pictures"]}


def test_the_signature_of_a_desk_that_sent_the_story_back_later_is_not_carried(careful: Newsroom):
    article = careful.sign(careful.submit(careful.draft()), by=careful.editor)
    SignOffRule.objects.filter(desk__slug="copy").update(required=2)
    article = careful.sign(article, by=careful.copy)
    article = careful.send_back(article, by=careful.copy, reason="I was wrong: ask the harbour master.")
    article = careful.edit(article, by=careful.other_reporter, kind="analysis")
    assert "Copy and facts" not in counted(careful, article)


def test_a_signature_is_not_carried_without_the_version_that_was_signed(careful: Newsroom):
    article = signed_by_copy(careful)
    snapshots.find(article.pk, careful.hash_of(article)).delete()
    article = careful.edit(article, by=careful.other_reporter, kind="analysis")
    assert counted(careful, article) == {}


def test_a_void_signature_is_not_carried(careful: Newsroom):
    article = careful.release(signed_by_copy(careful))
    article.unpublish()
    article = careful.edit(article, by=careful.other_reporter, kind="analysis")
    assert counted(careful, article) == {}


def test_a_rule_that_asks_for_more_voids_what_was_carried(careful: Newsroom):
    article = signed_by_copy(careful)
    article = careful.submit(careful.edit(article, by=careful.other_reporter, kind="analysis"))
    assert SignOff.objects.valid().filter(carried_from__isnull=False).exists()
    name_matters("copy")
    article = careful.sign(article, by=careful.editor)
    assert careful.stage(article) == "Copy and facts"
    assert not SignOff.objects.valid().filter(carried_from__isnull=False).exists()
    article = careful.sign(article, by=careful.copy)
    assert progress.is_ready(article)


def test_a_desk_that_was_not_asked_then_is_asked_now(careful: Newsroom):
    """Copy signs news; then analyses are for a copy editor of their own, and nobody has read this one as such."""
    article = signed_by_copy(careful)
    stage = ReviewStage.objects.get(name="Copy and facts")
    stage.kinds = ["analysis"]
    stage.save()
    article = careful.edit(article, by=careful.other_reporter, kind="analysis")
    assert counted(careful, article) == {}


def test_a_carried_signature_takes_one_of_the_places(careful: Newsroom):
    SignOffRule.objects.filter(desk__slug="copy").update(required=2)
    article = careful.sign(careful.submit(careful.draft()), by=careful.editor)
    article = careful.sign(article, by=careful.copy)
    article = careful.edit(article, by=careful.other_reporter, kind="analysis")
    assert counted(careful, article) == {"Copy and facts": ["Copy"]}
    with pytest.raises(actions.NotYours, match="signed this version"):
        careful.sign(article, by=careful.copy)


def test_a_signature_is_carried_from_the_version_that_was_read_not_from_a_copy(careful: Newsroom):
    article = signed_by_copy(careful)
    first = careful.hash_of(article)
    for kind in ("analysis", "opinion"):
        article = careful.edit(article, by=careful.other_reporter, kind=kind)
        article = careful.sign(careful.submit(article), by=careful.editor)
        assert progress.is_ready(article)
    copies = SignOff.objects.filter(carried_from__isnull=False)
    assert [one.carried_from.content_hash for one in copies] == [first, first]
