"""The websites that readers meet: Wagtail's sites, each with the page trees of its languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from wagtail.models import Page, Site


@dataclass(frozen=True)
class Website:
    pk: int
    """Of Wagtail's site."""
    name: str
    """What the API calls it: its host name, with the port where that is none of the usual two."""
    title: str
    url: str
    """Without a slash at the end."""
    is_default: bool
    root_paths: tuple[str, ...]
    """Where its front pages are in the page tree: its own, and the translations of that."""

    def holds(self, tree_path: str) -> bool:
        return any(tree_path.startswith(root) for root in self.root_paths)

    def absolute(self, path: str) -> str:
        """The full address of a path on this website."""
        return urljoin(self.url + "/", path.lstrip("/"))


def address_of(site: Site) -> str:
    """Where readers find a site: FRONTEND_URL for the default one, and its host name and port for any other."""
    return str(settings.FRONTEND_URL if site.is_default_site else site.root_url)


def get_websites() -> list[Website]:
    """Every website, the default one first, of which there always is one; one query."""
    roots = Page.objects.filter(translation_key=OuterRef("root_page__translation_key")).values("path")
    sites = Site.objects.annotate(root_paths=ArraySubquery(roots)).order_by("-is_default_site", "hostname", "port")
    websites = [
        Website(
            pk=site.pk,
            name=urlsplit(site.root_url).netloc,
            title=site.site_name,
            url=address_of(site),
            is_default=site.is_default_site,
            root_paths=tuple(site.root_paths),
        )
        for site in sites
    ]
    return websites if any(one.is_default for one in websites) else [_unnamed(), *websites]


def address_on(name: str, path: str) -> str:
    """The full address of a path on the website with this name, or on the default one where there is none."""
    websites = get_websites()
    found = [one for one in websites if one.name == name] or [one for one in websites if one.is_default]
    return found[0].absolute(path)


def website_of(tree_path: str, websites: Iterable[Website]) -> Website:
    """The website in whose page tree a page is; what is in none is shown on the default one."""
    websites = list(websites)
    holding = [
        (max(len(root) for root in one.root_paths if tree_path.startswith(root)), one)
        for one in websites
        if one.holds(tree_path)
    ]
    if holding:
        return max(holding, key=lambda pair: pair[0])[1]
    return next((one for one in websites if one.is_default), _unnamed())


def _unnamed() -> Website:
    """The website of a newsroom that has set up none."""
    return Website(pk=0, name="", title="", url=str(settings.FRONTEND_URL), is_default=True, root_paths=())
