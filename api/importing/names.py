"""The sections, authors and topics that an archive names: found, or made where the newsroom has none."""

import re
from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.text import slugify
from wagtail.coreutils import cautious_slugify

from cms.models import Author, FrontPage, Section, Topic

_QCODE = re.compile(r"medtop:\d{8}")
_MAX_SLUG = 255


def get_sections(names: Iterable[str], front_page: FrontPage) -> dict[str, int]:
    """Primary key of the section for each name: the topmost of that name, in any case, or the one at its address.

    A section that is missing is made under the front page.
    """
    by_title: dict[str, int] = {}
    by_slug: dict[str, int] = {}
    sections = Section.objects.descendant_of(front_page).order_by("depth", "path")
    for pk, title, slug, depth in sections.values_list("pk", "title", "slug", "depth"):
        by_title.setdefault(title.lower(), pk)
        if depth == front_page.depth + 1:
            by_slug.setdefault(slug, pk)
    found: dict[str, int] = {}
    for name in names:
        slug = slugify(name)[:_MAX_SLUG] or cautious_slugify(name)[:_MAX_SLUG]
        pk = by_title.get(name.lower()) or by_slug.get(slug)
        if pk is None:
            pk = _make_section(name, slug, front_page)
            by_title[name.lower()] = by_slug[slug] = pk
        found[name] = pk
    return found


def _make_section(name: str, slug: str, front_page: FrontPage) -> int:
    section = Section(title=name, slug=slug)
    front_page.add_child(instance=section)
    section.save_revision().publish()
    return int(section.pk)


def get_authors(names: Iterable[str]) -> dict[str, int]:
    """Primary key of the author for each name; whoever is missing is made."""
    wanted = set(names)
    found: dict[str, int] = {}
    for pk, name in Author.objects.filter(name__in=wanted).order_by("pk").values_list("pk", "name"):
        found.setdefault(name, pk)
    for name in sorted(wanted - found.keys()):
        found[name] = Author.objects.create(name=name).pk
    return found


def get_topics(names: Iterable[str]) -> dict[str, int]:
    """Primary key of the topic for each name or qcode; of several topics of one name, one that is in use.

    A name that no topic has becomes a topic of the newsroom's own. A qcode that is not there is left out: it must come
    from IPTC's list.
    """
    wanted = set(names)
    lowered = {name.lower() for name in wanted}
    topics = Topic.objects.annotate(lowered=Lower("name")).filter(Q(lowered__in=lowered) | Q(qcode__in=wanted))
    by_name: dict[str, int] = {}
    by_qcode: dict[str, int] = {}
    for pk, name, qcode in topics.order_by("retired", "pk").values_list("pk", "name", "qcode"):
        by_name.setdefault(name.lower(), pk)
        if qcode:
            by_qcode[qcode] = pk
    found: dict[str, int] = {}
    for name in sorted(wanted):
        known = by_qcode.get(name) or by_name.get(name.lower())
        if known:
            found[name] = known
        elif not _QCODE.fullmatch(name):
            found[name] = by_name[name.lower()] = Topic.objects.create(name=name).pk
    return found
