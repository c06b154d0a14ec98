"""New stories as database rows, a batch at a time: every row that Wagtail's own `add_child`, `save_revision` and
`publish` would leave behind, in a number of queries that does not depend on the number of stories."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Cast
from modelcluster.models import get_all_child_relations
from treebeard.exceptions import PathOverflow
from wagtail.models import Page, ReferenceIndex, Revision
from wagtail.search.backends import get_search_backends

from cms.models import Article, ArticleAuthor, ArticleTopic


def lock_pages(page_ids: Iterable[int]) -> dict[int, Page]:
    """The pages as they are now, by primary key; nobody else changes them until the transaction ends."""
    return {page.pk: page for page in Page.objects.select_for_update().filter(pk__in=page_ids).order_by("pk")}


def place(articles: Sequence[tuple[Article, Page]]) -> None:
    """Give each article the next place in the tree under its section, which must be locked."""
    under: dict[int, list[Article]] = defaultdict(list)
    sections: dict[int, Page] = {}
    for article, section in articles:
        under[section.pk].append(article)
        sections[section.pk] = section
    for pk, newcomers in under.items():
        section = sections[pk]
        last = Page.objects.child_of(section).order_by("-path").values_list("path", flat=True).first()
        step = Page.numconv_obj().str2int(last[-Page.steplen :]) if last else 0
        for number, article in enumerate(newcomers, step + 1):
            article.path = section.path + _path_step(number)
            article.depth = section.depth + 1
            article.set_url_path(section)
        Page.objects.filter(pk=pk).update(numchild=F("numchild") + len(newcomers))


def _path_step(number: int) -> str:
    digits = Page.numconv_obj().int2str(number)
    if len(digits) > Page.steplen:
        raise PathOverflow("a section cannot hold more pages")
    return str(digits.rjust(Page.steplen, Page.alphabet[0]))


def insert(articles: Sequence[Article], *, at: datetime) -> None:
    """Store articles that have been placed: page, story, byline, topics, and a revision that is live and the latest.

    An article's `byline` and `topic_links` are taken from memory; it must have no other child objects.
    """
    for relation in get_all_child_relations(Article):
        name = str(relation.get_accessor_name())
        for article in articles:
            getattr(article, name).get_object_list()  # What is not set is empty from now on, without a query.
    pages = [_page_row(article) for article in articles]
    Page.objects.bulk_create(pages)
    for article, page in zip(articles, pages, strict=True):
        article.pk = article.id = page.pk
        article._state.adding, article._state.db = False, page._state.db
    _copy(Article, Article._meta.local_concrete_fields, articles)
    ArticleAuthor.objects.bulk_create(_children(articles, "byline"))
    ArticleTopic.objects.bulk_create(_children(articles, "topic_links"))
    _insert_revisions(articles, at)


def _page_row(article: Article) -> Page:
    return Page(**{field.attname: getattr(article, field.attname) for field in Page._meta.concrete_fields})


def _copy(model: type[models.Model], fields: Sequence[models.Field[Any, Any]], objects: Sequence[models.Model]) -> None:
    """Store `objects` in the table of `model` by COPY, which takes long texts much faster than INSERT does.

    Unlike `bulk_create` it also takes a model whose parent model has its rows already.
    """
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for one in objects:
            copy.write_row(
                [field.get_db_prep_save(field.pre_save(one, add=True), connection=connection) for field in fields]
            )


def _children(articles: Sequence[Article], relation: str) -> list[Any]:
    children = []
    for article in articles:
        for child in getattr(article, relation).all():
            child.article = article  # Again: the key of the article was not known before.
            children.append(child)
    return children


def _insert_revisions(articles: Sequence[Article], at: datetime) -> None:
    page_type = ContentType.objects.get_for_model(Page)
    article_type = ContentType.objects.get_for_model(Article)
    fields = [field for field in Revision._meta.local_concrete_fields if not field.primary_key]
    revisions = [
        Revision(
            content_type=article_type,
            base_content_type=page_type,
            object_id=str(article.pk),
            created_at=at,
            object_str=str(article),
            content=article.serializable_data(),
        )
        for article in articles
    ]
    _copy(Revision, fields, revisions)
    stored = Revision.objects.filter(base_content_type=page_type)
    keys = dict(stored.filter(object_id__in=[one.object_id for one in revisions]).values_list("object_id", "pk"))
    of_page = Subquery(stored.filter(object_id=Cast(OuterRef("pk"), models.CharField())).values("pk")[:1])
    Page.objects.filter(pk__in=[article.pk for article in articles]).update(
        latest_revision=of_page, live_revision=of_page
    )
    for article, revision in zip(articles, revisions, strict=True):
        revision.pk = keys[revision.object_id]
        article.latest_revision = article.live_revision = revision


def index(articles: Sequence[Article]) -> None:
    """Make the articles findable in the admin, and note what they refer to, as signals do for a single page."""
    page_type = ContentType.objects.get_for_model(Page)
    article_type = ContentType.objects.get_for_model(Article)
    # Wagtail fills this index an object at a time only; the two methods are the ones that it does that with.
    ReferenceIndex.objects.bulk_create(
        ReferenceIndex(
            content_type=article_type,
            base_content_type=page_type,
            object_id=str(article.pk),
            to_content_type_id=to_type,
            to_object_id=to_pk,
            model_path=model_path,
            content_path=content_path,
            content_path_hash=ReferenceIndex._get_content_path_hash(content_path),
        )
        for article in articles
        for to_type, to_pk, model_path, content_path in set(ReferenceIndex._extract_references_from_object(article))
    )
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(Article, articles)
