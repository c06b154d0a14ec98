"""Stories."""

import uuid
from datetime import UTC
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.fields import StreamField
from wagtail.locks import BaseLock, BasicLock, ScheduledForPublishLock
from wagtail.models import Orderable, Page, PageManager, PagePermissionTester, Revision
from wagtail.query import PageQuerySet
from wagtail.search import index

from cms.blocks import BodyBlock
from cms.forms import ArticleForm
from cms.locks import ScheduledVersion
from cms.panels import article_edit_handler
from cms.permissions import ArticlePermissionTester
from cms.signals import about_to_publish
from cms.text import body_paragraphs, count_words, without_editors_marks
from cms.website_preview import WebsitePreview

from .authors import Author
from .images import NewsImage
from .sections import HeadlessPage
from .topics import Topic

if TYPE_CHECKING:
    from datetime import datetime


class ArticleQuerySet(PageQuerySet):
    def readable(self, at: "datetime") -> Self:
        """Articles that anyone may read at `at`: live, public, past their embargo and before their expiry."""
        return self.live().public().exclude(embargo_until__gt=at).exclude(expire_at__lte=at).exclude(expired=True)

    def whose_drafts_name(self, thing: NewsImage | Author | Topic) -> Self:
        """Articles whose latest or scheduled version names it; the database protects only what the stored row names."""
        match thing:
            case NewsImage():
                names = Q(content__lead_image=thing.pk)
            case Author():
                names = Q(content__byline__contains=[{"author": thing.pk}])
            case Topic():
                names = Q(content__topic_links__contains=[{"topic": thing.pk}])
        latest = Article.objects.exclude(latest_revision=None).values("latest_revision")
        kept = Revision.objects.filter(Q(pk__in=latest) | Q(approved_go_live_at__isnull=False)).filter(names)
        return self.filter(pk__in=[int(pk) for pk in kept.values_list("object_id", flat=True)])


class Article(WebsitePreview, HeadlessPage, Page):
    """A story as the newsroom writes it. Its section is its parent in the page tree."""

    class Kind(models.TextChoices):
        NEWS = "news", _("News")
        ANALYSIS = "analysis", _("Analysis")
        OPINION = "opinion", _("Opinion")
        INTERVIEW = "interview", _("Interview")
        REVIEW = "review", _("Review")
        EXPLAINER = "explainer", _("Explainer")
        LIVE = "live", _("Live")

    class Robots(models.TextChoices):
        INDEX = "index,follow", _("Search engines may list it")
        NOINDEX = "noindex,follow", _("Search engines should not list it")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    external_id = models.CharField(
        max_length=200, unique=True, null=True, blank=True, editable=False, help_text=_("Its id where it came from.")
    )
    short_title = models.CharField(max_length=60, blank=True, help_text=_("For phones and teasers."))
    kicker = models.CharField(max_length=40, blank=True, help_text=_("Two or three words above the headline."))
    standfirst = models.TextField(
        max_length=500, help_text=_("What the story says, in a sentence or two. Readers see it in every list.")
    )
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.NEWS)
    lead_image = models.ForeignKey(
        NewsImage, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead picture")
    )
    body = StreamField(BodyBlock(), blank=True)

    breaking = models.BooleanField(default=False, help_text=_("Shown first and pushed to apps."))
    sensitive = models.BooleanField(default=False, help_text=_("Asks the legal desk before it can be released."))
    sponsored = models.BooleanField(default=False, help_text=_("Someone paid for it; readers are told."))
    suggest_related = models.BooleanField(
        _("show related stories"), default=True, help_text=_("Computed links follow the editor's own picks.")
    )
    may_be_suggested = models.BooleanField(default=True, help_text=_("Other stories may link here by themselves."))
    embargo_until = models.DateTimeField(
        null=True, blank=True, help_text=_("Nobody outside sees it before, even when it has been released.")
    )

    usage_terms = models.CharField(max_length=300, blank=True, help_text=_("What others may do with the text."))
    may_be_syndicated = models.BooleanField(default=False, help_text=_("Partners may print it."))
    canonical_url = models.URLField(blank=True, help_text=_("Where it appeared first, if not here."))
    robots = models.CharField(max_length=20, choices=Robots.choices, default=Robots.INDEX)

    objects = PageManager.from_queryset(ArticleQuerySet)()

    lost: tuple[str, ...] = ()
    """Fields of a saved version that named something which was deleted since, and do so no more."""

    base_form_class = ArticleForm
    edit_handler = article_edit_handler
    parent_page_types = ["cms.Section"]
    subpage_types: list[str] = []
    page_description = _("A news story, an analysis, an interview, a review...")
    exclude_fields_in_copy = ["public_id", "external_id", "first_published_at", "embargo_until"]
    default_preview_size = "desktop"

    search_fields = [
        *Page.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("plain_text"),
        index.FilterField("kind"),
        index.FilterField("public_id"),
        index.FilterField("external_id"),
    ]

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        permissions = [
            ("correct_article", _("Can put a correction under a live story")),
            ("kill_article", _("Can kill a story")),
            ("take_down_article", _("Can take a story down")),
        ]
        indexes = [
            models.Index(fields=["embargo_until"], name="cms_article_embargo", condition=Q(embargo_until__isnull=False))
        ]

    @property
    def section(self) -> Page:
        return self.get_parent()

    @property
    def language(self) -> str:
        return self.locale.language_code

    def plain_text(self) -> str:
        """The words of the body, for the admin's search."""
        return " ".join(body_paragraphs(self.body.get_prep_value()))

    @property
    def word_count(self) -> int:
        """Words a reader reads: the body without headline and standfirst."""
        return sum(count_words(text) for text in body_paragraphs(self.body.get_prep_value()))

    def published_at(self) -> "datetime | None":
        """When readers could first see it; None if they never could. It does not change afterwards."""
        if self.first_published_at and self.embargo_until:
            return max(self.first_published_at, self.embargo_until)
        return self.first_published_at

    def clean(self) -> None:
        super().clean()
        if self.slug and Article.objects.filter(slug=self.slug).exclude(pk=self.pk).exists():
            raise ValidationError({"slug": _("Another story has this slug; addresses in the API must be unique.")})
        if _looks_like_an_id(self.slug):
            raise ValidationError({"slug": _("This slug could be taken for the id of a story. Choose words.")})
        if self.expire_at and self.embargo_until and self.expire_at <= self.embargo_until:
            raise ValidationError({"embargo_until": _("The story would expire before its embargo ends.")})

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug and self.title:  # type: ignore[has-type]  # declared by Wagtail's Page
            self.slug = self._get_autogenerated_slug(self.title)
        if self._state.adding and self.slug:
            self.slug = self.find_free_slug(self.slug)
        super().full_clean(*args, **kwargs)

    def find_free_slug(self, slug: str) -> str:
        """`slug`, or with a number behind it if another story has it."""
        candidate, number = slug, 2
        while Article.objects.filter(slug=candidate).exclude(pk=self.pk).exists():
            candidate, number = f"{slug}-{number}", number + 1
        return candidate

    def with_content_json(self, content: dict[str, Any]) -> "Article":
        found, lost = _without_deleted(content)
        version: Article = super().with_content_json(found)
        version.lost = lost
        # A version that was saved before the story went live says that nothing is live, and Wagtail believes it when
        # that version is scheduled: it would take the live story offline.
        version.live_revision_id = self.live_revision_id
        return version

    def copy_for_language(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """A translation stays under the embargo of the original; a copy does not."""
        return {"embargo_until": self.embargo_until} | super().copy_for_language(attributes)

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return ArticlePermissionTester(user, self)

    def get_lock(self) -> BaseLock | None:
        """What keeps people from editing: a person's lock or the stage of the review, and never a schedule."""
        lock: BaseLock | None = super().get_lock()
        if not isinstance(lock, ScheduledForPublishLock):
            return lock
        if self.locked:
            return BasicLock(self)
        task = self.current_workflow_task
        return task.lock_class(self, task) if task else ScheduledVersion(self)

    def save_revision(self, *args: Any, overwrite_revision: Revision | None = None, **kwargs: Any) -> Revision:
        """Save a version. One that is scheduled is left as it is: autosave would write over what goes out."""
        if overwrite_revision and overwrite_revision.approved_go_live_at and overwrite_revision.is_latest_revision():
            overwrite_revision = None
        return super().save_revision(*args, overwrite_revision=overwrite_revision, **kwargs)

    def publish(self, revision: Revision, user: Any = None, **kwargs: Any) -> Any:
        """Make `revision` live, or schedule it, unless a receiver of `about_to_publish` refuses.

        Raises:
            PublicationRefused: with the reason.
        """
        with transaction.atomic():
            about_to_publish.send(Article, article=self, revision=revision, user=user)
            return super().publish(revision, user=user, **kwargs)

    def unpublish(self, *args: Any, **kwargs: Any) -> Any:
        """Take the story offline; readers lose it in the same transaction."""
        with transaction.atomic():
            return super().unpublish(*args, **kwargs)

    def public_content(self) -> dict[str, Any]:
        """What a review signs: everything of this story that readers get, as plain JSON values.

        Other things (an author, a topic, a picture, a picked story) stand in it by primary key: their own names and
        words are proof-read elsewhere. Dates of release and the address are not content.
        """
        embargo_until = None
        if self.embargo_until:
            # A row gives it in UTC and a revision in the newsroom's time zone.
            embargo_until = self.embargo_until.astimezone(UTC).isoformat(timespec="seconds")
        return {
            "title": self.title,
            "short_title": self.short_title,
            "kicker": self.kicker,
            "standfirst": self.standfirst,
            "kind": self.kind,
            "language": self.language,
            "byline": [[line.author_id, line.role] for line in self.byline.all()],
            "topics": sorted(link.topic_id for link in self.topic_links.all()),
            "lead_image": self.lead_image_id,
            "body": without_editors_marks(self.body.get_prep_value()),
            "flags": {"breaking": self.breaking, "sensitive": self.sensitive, "sponsored": self.sponsored},
            "embargo_until": embargo_until,
            "rights": {"usage_terms": self.usage_terms, "may_be_syndicated": self.may_be_syndicated},
            "picks": [pick.article_id for pick in self.picks.all()],
            "related": {"suggest": self.suggest_related, "may_be_suggested": self.may_be_suggested},
            "seo": {
                "title": self.seo_title,
                "description": self.search_description,
                "canonical_url": self.canonical_url,
                "robots": self.robots,
            },
        }

    template = preview_template = "cms/article_preview.html"

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return self.preview_template

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        section = self.get_parent() if self.depth else None
        return {"page": self, "article": self, "section": section, "request": request, "now": timezone.now()}


def _without_deleted(content: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The content of a version without what it names and what was deleted since, and the fields that lost something.

    Reading it would fail otherwise: keys that the database protects are taken to be there.
    """
    found, lost = dict(content), []
    picture = content.get("lead_image")
    if picture is not None and not NewsImage.objects.filter(pk=picture).exists():
        found["lead_image"] = None
        lost.append("lead_image")
    named: tuple[tuple[str, str, type[models.Model]], ...] = (
        ("byline", "author", Author),
        ("topic_links", "topic", Topic),
    )
    for field, key, model in named:
        if rows := content.get(field):
            there = set(model._default_manager.filter(pk__in=[row[key] for row in rows]).values_list("pk", flat=True))
            found[field] = [row for row in rows if row[key] in there]
            if len(found[field]) < len(rows):
                lost.append(field)
    return found, tuple(lost)


def _looks_like_an_id(slug: str) -> bool:
    try:
        uuid.UUID(slug)
    except ValueError:
        return False
    return True


class ArticleAuthor(Orderable):
    """One name of the byline."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("Author")
        REPORTER = "reporter", _("Additional reporting")
        PHOTOGRAPHER = "photographer", _("Photographs")
        TRANSLATOR = "translator", _("Translation")
        EDITOR = "editor", _("Edited by")

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="byline")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="credits")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.AUTHOR)


class ArticleTopic(Orderable):
    """One of the things that a story is about."""

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="topic_links")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="article_links")


class Pick(Orderable):
    """A related story chosen by the editor; picks come before computed links, in this order."""

    picked_by = ParentalKey(Article, on_delete=models.CASCADE, related_name="picks")
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="picked_in", verbose_name=_("story"), null=False
    )


class Correction(models.Model):
    """A dated note under a live story that says what was wrong."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="corrections")
    text = models.TextField(help_text=_("What was wrong and what is right, in a sentence that readers will see."))
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text


class Takedown(models.Model):
    """A story that was withdrawn from readers, and what they are told about it."""

    class Kind(models.TextChoices):
        KILLED = "killed", _("Killed: readers are told why")
        TAKEN_DOWN = "taken_down", _("Taken down: readers are told that it is gone")

    article = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="takedowns")
    public_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    reason = models.TextField(blank=True, help_text=_("For a killed story: what readers are told."))
    note = models.TextField(blank=True, help_text=_("For the newsroom only."))
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="takedown_killed_has_a_public_reason", condition=Q(kind="taken_down") | ~Q(reason="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.public_id}"
