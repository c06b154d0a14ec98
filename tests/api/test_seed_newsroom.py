"""The invented newsroom: what a visitor finds in it, and where it refuses to be made."""

import io
import json
import re
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from PIL import Image, ImageStat
from wagtail.models import Revision

from api.demo.markup import linked_keys
from api.demo.people import PEOPLE
from api.demo.pictures import PICTURES
from api.demo.stories import PUBLISHED, TEXTS, plan, read_all
from api.models import PublishedArticle, Tombstone
from api.representation import ninjs
from cms.blocks import BodyBlock
from cms.checks import find_blockers
from cms.models import Article, Correction, NewsImage, Section, Takedown, User
from tests.api.standards import check
from tests.journeys.courier import own_database
from workflows import progress
from workflows.models import Assignment, Commission, Desk, Notice, SignOff
from workflows.newsroom import ROLES


def seed(**options):
    output = io.StringIO()
    call_command("seed_newsroom", stdout=output, verbosity=0, **options)
    return output.getvalue()


@pytest.fixture(scope="module")
def courier(django_db_setup, django_db_blocker, tmp_path_factory):
    """The newsroom, made once for this module in a database where nobody is yet."""
    media = str(tmp_path_factory.mktemp("media"))
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        django_db_blocker.unblock(),
        own_database("seed"),
        override_settings(MEDIA_ROOT=media, PASSWORD_HASHERS=hashers),
        transaction.atomic(),
    ):
        yield seed()
        transaction.set_rollback(True)


@pytest.fixture
def newsroom_of_the_courier(courier, db):
    return courier


# One worker makes the newsroom for all of these.
pytestmark = [pytest.mark.usefixtures("newsroom_of_the_courier"), pytest.mark.xdist_group("seed")]


def test_every_role_has_someone_who_can_sign_in(settings, client):
    roles = Counter(User.objects.values_list("groups__name", flat=True))

    assert set(roles) == set(ROLES)
    assert roles["Reporters"] >= 3
    for person in PEOPLE:
        assert client.login(username=person.username, password=settings.SEED_PASSWORD)
        assert client.get("/admin/").status_code == 200


def test_the_board_has_stories_at_every_stage():
    waiting = Counter(
        Assignment.objects.filter(ended_at=None, stage__isnull=False, article__live=False).values_list(
            "stage__name", flat=True
        )
    )

    assert all(waiting[stage] >= 2 for stage in ("Desk edit", "Copy and facts", "Legal and pictures"))
    assert Assignment.objects.filter(ended_at=None, due_at__lt=timezone.now()).count() >= 2
    assert Assignment.objects.filter(ended_at=None, stage=None, assignee__isnull=False).count() == 3
    assert SignOff.objects.exclude(comment="").filter(verdict="sent_back").count() == 3
    half_signed = SignOff.objects.valid().filter(stage__name="Legal and pictures", article__live=False)
    assert {sign_off.desk.slug for sign_off in half_signed} >= {"legal", "pictures"}


def test_stories_are_scheduled_embargoed_ready_and_in_draft():
    now = timezone.now()
    scheduled = Revision.page_revisions.filter(approved_go_live_at__gt=now)
    never_out = Article.objects.filter(live=False, first_published_at=None)
    ready = [one for one in never_out if one.scheduled_revision is None and progress.is_ready(one)]
    drafts = [one for one in never_out if not Assignment.objects.filter(article=one).exists()]

    assert scheduled.count() == 4
    assert min(scheduled.values_list("approved_go_live_at", flat=True)) - now < timezone.timedelta(minutes=10)
    assert Article.objects.live().filter(embargo_until__gt=now).count() == 3
    assert len(ready) == 2
    assert len(drafts) >= 6


def test_the_week_is_planned():
    now = timezone.now()
    open_plans = Commission.objects.filter(dropped_at=None)
    taken = Assignment.objects.filter(ended_at=None, stage__isnull=False, assignee__isnull=False)
    unclaimed = Assignment.objects.filter(ended_at=None, stage__isnull=False, assignee=None)
    out = Revision.page_revisions.filter(approved_go_live_at__gt=now).values_list("approved_go_live_at", flat=True)

    assert open_plans.filter(article=None, publish_at__gt=now).count() >= 6
    assert open_plans.filter(article__isnull=False).count() >= 6
    assert open_plans.filter(due_at__lt=now).exists()
    assert taken.count() >= 4
    assert unclaimed.count() >= 3
    assert not taken.filter(assignee__username="piers").exists()
    assert len({at.date() for at in out}) >= 3
    assert not Desk.objects.filter(head=None).exists()


def test_readers_find_two_months_of_news():
    shelf = PublishedArticle.objects.order_by("published_at")
    days = (shelf.last().published_at - shelf.first().published_at).days

    assert 100 <= shelf.count() <= 110
    assert 50 <= days <= 65
    assert shelf.last().published_at <= timezone.now()
    assert shelf.filter(breaking=True).count() >= 5
    assert set(shelf.values_list("section", flat=True)) == set(Section.objects.values_list("slug", flat=True))
    assert set(shelf.values_list("kind", flat=True)) == set(Article.Kind.values)


def test_every_story_as_ninjs_keeps_to_the_standard():
    stories = [json.loads(detail) for detail in PublishedArticle.objects.values_list("detail", flat=True)]
    assert len(stories) > 100
    check(*(ninjs.build(story) for story in stories), by="ninjs-schema_3.1.json")


def test_search_engines_are_told_the_whole_of_every_story():
    wanted = {"headline", "image", "datePublished", "dateModified", "author", "publisher", "isAccessibleForFree"}
    wanted |= {"articleSection", "keywords", "inLanguage", "mainEntityOfPage", "description"}
    for detail in PublishedArticle.objects.values_list("detail", flat=True):
        story = json.loads(detail)
        said = story["seo"]["json_ld"]
        there = {name for name in wanted if said.get(name) not in (None, "", [])}
        shown = story["image"] and story["image"]["renditions"]
        without = set() if shown else {"image"}
        assert there | without == wanted, story["slug"]
        assert ("correction" in said) == bool(story["corrections"])


def test_some_live_stories_were_corrected_withdrawn_or_are_being_updated():
    assert Correction.objects.count() == 3
    assert Counter(Takedown.objects.values_list("kind", flat=True)) == {"killed": 2, "taken_down": 1}
    assert Tombstone.objects.exclude(reason="").count() == 2
    updated = Article.objects.live().filter(has_unpublished_changes=True, embargo_until=None)
    assert updated.count() == 4
    assert all(one.current_workflow_state for one in updated)


def test_nobody_signed_their_own_story():
    for sign_off in SignOff.objects.select_related("article__owner", "by"):
        assert sign_off.by_id != sign_off.article.owner_id


def test_published_stories_are_complete_and_worth_reading():
    for row in PublishedArticle.objects.all():
        document = json.loads(row.detail)
        assert document["word_count"] > 100, row.title
        assert document["standfirst"], row.title
        assert document["authors"], row.title
        assert document["topics"], row.title
        assert "linktype" not in row.detail
    for article in Article.objects.all():
        assert find_blockers(progress.latest_version(article)) == []


def test_every_kind_of_block_is_used_and_valid():
    seen = set()
    for article in Article.objects.live():
        article._meta.get_field("body").stream_block.clean(article.body)
        seen |= {block.block_type for block in article.body}

    assert seen == set(BodyBlock().child_blocks)


def test_no_mail_is_owed():
    assert Notice.objects.exists()
    assert not Notice.objects.filter(sent_at=None).exists()


def test_the_past_lies_in_the_past():
    article = Article.objects.get(external_id="seed-bridge-vote")
    row = PublishedArticle.objects.get(article_id=article.pk)

    assert timezone.now() - row.published_at > timezone.timedelta(days=57)
    assert row.updated_at - row.published_at < timezone.timedelta(minutes=1)
    assert article.sign_offs.latest("at").at < row.published_at


def test_pictures_have_words_and_rights():
    assert NewsImage.objects.count() == len(PICTURES)
    assert not NewsImage.objects.filter(alt="").exists()
    assert not NewsImage.objects.filter(credit="").exists()
    assert NewsImage.objects.filter(rights_end_on__isnull=False).exists()
    assert NewsImage.objects.filter(focal_point_x__isnull=False).exists()


def test_a_second_run_adds_nothing():
    def count():
        return [
            model.objects.count()
            for model in (Article, Revision, SignOff, NewsImage, User, Section, Notice, Commission)
        ]

    before = count()
    seed()

    assert count() == before


def test_a_second_run_makes_what_was_interrupted():
    Article.objects.get(external_id="seed-opinion-bell").delete()

    seed()

    assert PublishedArticle.objects.filter(title="Against the second bell").exists()


def test_if_empty_leaves_a_finished_newsroom_alone():
    Article.objects.get(external_id="seed-opinion-bell").delete()

    assert "there already" in seed(if_empty=True)
    assert not Article.objects.filter(external_id="seed-opinion-bell").exists()


def test_a_database_with_someone_in_it_is_refused():
    User.objects.create_user("a.real.person", "a.real.person@example.org")

    with pytest.raises(CommandError, match="1 user that the seed did not make"):
        seed()


def test_a_database_with_a_story_in_it_is_refused():
    Article.objects.filter(external_id="seed-bridge-vote").update(external_id=None)

    with pytest.raises(CommandError, match="1 story that the seed did not make"):
        seed()


def test_logins_are_listed_with_the_password(settings):
    table = seed(logins=True)

    assert settings.SEED_PASSWORD in table
    assert all(re.search(rf"\b{person.username}\b", table) for person in PEOPLE)


def test_the_texts_are_written_out():
    words = " ".join(path.read_text() for path in TEXTS.glob("*.txt")).lower()

    assert "lorem" not in words
    assert "ipsum" not in words
    for story in read_all():
        text = str(story.blocks) + story.title + story.text("standfirst")
        assert not re.search(r"[{}]\w+}|//|\[\w+ ", re.sub(r"'\w+': |https?://", "", text)), story.key


def test_headlines_are_unique_and_links_lead_to_earlier_stories():
    plans = plan(timezone.now())
    earlier = set()
    for one in plans:
        linked = {*linked_keys(one.story.blocks), *one.picks, *one.related}
        assert linked <= earlier, one.story.key
        if one.state in PUBLISHED:
            earlier.add(one.story.key)

    assert len({one.story.title for one in plans}) == len(plans)


@pytest.mark.parametrize("picture", PICTURES[:3], ids=lambda picture: picture.key)
def test_a_picture_is_drawn_the_same_each_time(picture):
    data = picture.draw()

    assert data == picture.draw()
    with Image.open(io.BytesIO(data)) as drawn:
        assert drawn.size == picture.size
        assert max(ImageStat.Stat(drawn).stddev) > 10
