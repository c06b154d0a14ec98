"""Several websites, and stories in several languages: where they are, and which belong together."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import GroupPagePermission, Locale, Page, Site

from api.models import Change, PublishedArticle
from api.representation.build import shape
from api.representation.store import reconcile_many
from api.tasks import reconcile_strays
from cms.models import Article, FrontPage, Pick, Section, Topic, User
from tests.newsroom import Newsroom
from workflows.models import SignOff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_languages(settings, db):
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en-gb", "English"), ("de", "German")]
    settings.WAGTAIL_I18N_ENABLED = True
    cache.delete("wagtail_site_root_paths")
    yield
    cache.delete("wagtail_site_root_paths")


@pytest.fixture
def german(newsroom: Newsroom) -> Section:
    """The German tree: a front page and the harbour, both live."""
    locale = Locale.objects.get_or_create(language_code="de")[0]
    front_page = FrontPage.objects.get().copy_for_translation(locale)
    front_page.save_revision().publish()
    section = newsroom.section.copy_for_translation(locale)
    section.title, section.slug = "Hafen", "hafen"
    section.save_revision().publish()
    return Section.objects.get(pk=section.pk)


@pytest.fixture
def coast(newsroom: Newsroom) -> Section:
    """A second website, and its one section."""
    front_page = FrontPage(title="The Coast", slug="coast")
    Page.get_first_root_node().add_child(instance=front_page)
    Site.objects.create(hostname="coast.example", port=443, site_name="The Coast", root_page=front_page.page_ptr)
    section = Section(title="Beaches", slug="beaches")
    front_page.add_child(instance=section)
    cache.delete("wagtail_site_root_paths")
    return section


def publish(newsroom: Newsroom, title: str, **fields) -> Article:
    return newsroom.release(newsroom.clear_at_once(newsroom.draft(title, **fields)))


def translate(newsroom: Newsroom, article: Article, title: str) -> Article:
    translation = newsroom.fresh(article).copy_for_translation(Locale.objects.get(language_code="de"))
    newsroom.edit(translation, by=newsroom.reporter, title=title)
    return newsroom.fresh(translation)


def detail(client, article: Article) -> dict:
    return client.get(f"/api/v1/articles/{article.public_id}/").json()


def ask_for_translation(client, article: Page, by: User, *, locale: str = "de"):
    client.force_login(by)
    address = reverse("simple_translation:submit_page_translation", args=[article.pk])
    return client.post(address, {"locales": [Locale.objects.get(language_code=locale).pk]})


class TestTranslating:
    def test_a_translation_is_a_draft_of_whoever_asked_for_it(self, newsroom: Newsroom, german, client):
        topic = Topic.objects.create(name="Ferries")
        picked = publish(newsroom, "Picked")
        original = newsroom.draft("The ferry is late")
        version = original.get_latest_revision().as_object()
        version.topic_links.create(topic=topic)
        version.picks = [Pick(article=picked)]
        version.save_revision(user=newsroom.reporter)
        newsroom.release(newsroom.clear_at_once(newsroom.fresh(original)))
        answer = ask_for_translation(client, original, newsroom.editor)
        translation = Article.objects.get(locale__language_code="de")
        assert answer["Location"] == reverse("wagtailadmin_pages:edit", args=[translation.pk])
        assert (translation.live, translation.owner, translation.section.slug) == (False, newsroom.editor, "hafen")
        assert translation.get_latest_revision().user == newsroom.editor
        assert translation.public_id != original.public_id
        assert translation.slug == "the-ferry-is-late-de"
        assert [line.author.name for line in translation.byline.all()] == ["Ottoline Quay"]
        assert [link.topic for link in translation.topic_links.all()] == [topic]
        assert [pick.article_id for pick in translation.picks.all()] == [picked.pk]
        assert newsroom.readers_see(translation) is None
        assert detail(client, original)["alternates"] == []

    def test_it_needs_a_review_of_its_own(self, newsroom: Newsroom, german, client):
        original = publish(newsroom, "The ferry is late")
        ask_for_translation(client, original, newsroom.editor)
        translation = Article.objects.get(locale__language_code="de")
        Page.objects.filter(pk=translation.pk).update(live=True)  # By whatever program.
        reconcile_strays()
        assert newsroom.readers_see(translation) is None
        newsroom.edit(translation, by=newsroom.reporter, title="Die Fähre verspätet sich")
        newsroom.release(newsroom.clear(translation))
        assert SignOff.objects.filter(article_id=translation.pk).exists()
        assert detail(client, translation)["title"] == "Die Fähre verspätet sich"

    def test_a_reporter_translates_nothing_into_a_section_of_others(self, newsroom: Newsroom, german, client):
        GroupPagePermission.objects.filter(page_id=german.get_parent().pk).delete()
        original = newsroom.draft("The ferry is late")
        client.force_login(newsroom.reporter)
        page = client.get(reverse("simple_translation:submit_page_translation", args=[original.pk])).content.decode()
        assert 'type="submit" value="Submit"' not in page
        answer = ask_for_translation(client, original, newsroom.reporter)
        assert answer.status_code == 200
        assert not Article.objects.filter(locale__language_code="de").exists()

    def test_sections_are_translated_by_those_who_publish(self, newsroom: Newsroom, german, client):
        assert ask_for_translation(client, newsroom.other_section, newsroom.editor).status_code in (302, 403)
        assert not Section.objects.filter(slug="council-de").exists()
        ask_for_translation(client, newsroom.other_section, newsroom.publisher)
        section = Section.objects.get(slug="council-de")
        assert (section.locale.language_code, section.live) == ("de", False)

    def test_a_translation_stays_under_the_embargo_of_the_original(self, newsroom: Newsroom, german):
        until = (timezone.now() + timedelta(hours=3)).replace(microsecond=0)
        original = publish(newsroom, "The ferry is late", embargo_until=until)
        assert translate(newsroom, original, "Die Fähre").get_latest_revision().as_object().embargo_until == until

    def test_a_new_language_has_the_review_and_the_rights_of_the_first(self, newsroom: Newsroom, german):
        story = newsroom.draft("Die Fähre", section=german)
        assert story.locale.language_code == "de"
        assert story.get_workflow().name == "News review"
        assert story.permissions_for_user(newsroom.publisher).has_publish_right()

    def test_with_one_language_the_editor_sees_nothing_of_languages(self, newsroom: Newsroom, client, settings):
        settings.WAGTAIL_I18N_ENABLED = False
        article = newsroom.draft("The ferry is late")
        client.force_login(newsroom.publisher)
        for address in (
            reverse("wagtailadmin_pages:edit", args=[article.pk]),
            reverse("wagtailadmin_explore", args=[newsroom.section.pk]),
        ):
            page = client.get(address).content.decode()
            assert "Translate" not in page
            assert "Switch locales" not in page
            assert "Locale" not in page


class TestAlternates:
    def test_translations_name_each_other_once_both_are_public(self, newsroom: Newsroom, german, client):
        original = publish(newsroom, "The ferry is late")
        translation = newsroom.release(newsroom.clear_at_once(translate(newsroom, original, "Die Fähre")))
        (alternate,) = detail(client, original)["alternates"]
        assert alternate == {
            "language": "de",
            "id": str(translation.public_id),
            "slug": translation.slug,
            "title": "Die Fähre",
            "path": f"/hafen/{translation.slug}/",
            "url": f"http://127.0.0.1:3000/hafen/{translation.slug}/",
            "api_url": f"http://127.0.0.1:8000/api/v1/articles/{translation.public_id}/",
        }
        assert [one["language"] for one in detail(client, translation)["alternates"]] == ["en-gb"]
        (work,) = detail(client, original)["seo"]["json_ld"]["workTranslation"]
        assert (work["inLanguage"], work["url"]) == ("de", alternate["url"])

    def test_a_withdrawn_translation_is_named_no_more_in_the_same_transaction(self, newsroom: Newsroom, german, client):
        original = publish(newsroom, "The ferry is late")
        translation = newsroom.release(newsroom.clear_at_once(translate(newsroom, original, "Die Fähre")))
        before = detail(client, original)
        translation.unpublish()
        after = detail(client, original)
        assert (before["alternates"] != [], after["alternates"]) == (True, [])
        assert after["updated_at"] == before["updated_at"]
        changed = Change.objects.order_by("-sequence").values_list("event", "public_id")[:2]
        assert set(changed) == {("withdrawn", translation.public_id), ("updated", original.public_id)}

    def test_a_new_headline_of_a_translation_reaches_the_original(self, newsroom: Newsroom, german, client):
        original = publish(newsroom, "The ferry is late")
        translation = newsroom.release(newsroom.clear_at_once(translate(newsroom, original, "Die Fähre")))
        newsroom.edit(translation, by=newsroom.reporter, title="Das Boot")
        newsroom.release(newsroom.clear_at_once(translation))
        assert [one["title"] for one in detail(client, original)["alternates"]] == ["Das Boot"]

    def test_a_draft_a_scheduled_and_an_embargoed_translation_are_not_named(self, newsroom: Newsroom, german, client):
        original = publish(newsroom, "The ferry is late")
        translation = newsroom.clear_at_once(translate(newsroom, original, "Die Fähre"))
        assert detail(client, original)["alternates"] == []
        newsroom.release(translation, at=timezone.now() + timedelta(hours=1))
        assert detail(client, original)["alternates"] == []

    def test_two_that_come_back_at_once_name_each_other(self, newsroom: Newsroom, german, client):
        original = publish(newsroom, "The ferry is late")
        translation = newsroom.release(newsroom.clear_at_once(translate(newsroom, original, "Die Fähre")))
        PublishedArticle.objects.all().delete()
        reconcile_many([original.pk, translation.pk], timezone.now())
        assert [one["language"] for one in detail(client, original)["alternates"]] == ["de"]
        assert [one["language"] for one in detail(client, translation)["alternates"]] == ["en-gb"]

    def test_one_that_moves_while_the_other_goes_names_it_no_more(self, newsroom: Newsroom, german, client):
        original = publish(newsroom, "The ferry is late")
        translation = newsroom.release(newsroom.clear_at_once(translate(newsroom, original, "Die Fähre")))
        Article.objects.filter(pk=translation.pk).update(live=False)
        Article.objects.filter(pk=original.pk).update(url_path="/courier/harbour/elsewhere/")
        reconcile_many([original.pk, translation.pk], timezone.now())
        assert detail(client, original)["path"] == "/harbour/elsewhere/"
        assert detail(client, original)["alternates"] == []

    def test_the_sitemap_names_every_language_of_a_story(self, newsroom: Newsroom, german, client):
        original = publish(newsroom, "The ferry is late")
        newsroom.release(newsroom.clear_at_once(translate(newsroom, original, "Die Fähre")))
        publish(newsroom, "Only in English")
        now = timezone.now()
        sitemap = client.get(f"/sitemaps/{now.year}-{now.month:02}-1.xml").content.decode()
        link = f'<xhtml:link rel="alternate" hreflang="en-gb" href="http://127.0.0.1:3000{original.public_path}"/>'
        assert sitemap.count(link) == 2
        assert sitemap.count('hreflang="de"') == 2
        assert sitemap.count("<loc>") == 3


class TestLanguages:
    def test_lists_by_language(self, newsroom: Newsroom, german, client):
        publish(newsroom, "The ferry is late")
        publish(newsroom, "Die Fähre", section=german)
        assert titles(client, "articles/?language=de") == ["Die Fähre"]
        assert [one["slug"] for one in client.get("/api/v1/sections/?language=de").json()["items"]] == ["hafen"]
        assert client.get("/api/v1/authors/?language=de").json()["items"][0]["article_count"] == 1
        assert client.get("/api/v1/suggest/?q=fahre&language=en-gb").json()["items"] == []
        assert "<language>de</language>" in client.get("/feeds/hafen.rss").content.decode()
        assert "The ferry" not in client.get("/feeds/all.rss?language=de").content.decode()

    def test_each_story_is_searched_by_the_stems_of_its_own_language(self, newsroom: Newsroom, german, client):
        publish(newsroom, "The house opens", text="<p>It opens.</p>")
        publish(newsroom, "Die Häuser öffnen", section=german, text="<p>Sie öffnen.</p>")
        assert titles(client, "articles/?q=haus") == ["Die Häuser öffnen"]
        assert titles(client, "articles/?q=houses&order=relevance") == ["The house opens"]
        found = client.get("/api/v1/articles/?q=haus&highlight=true").json()["items"][0]
        assert found["highlight"]["title"] == "Die <mark>Häuser</mark> öffnen"


class TestWebsites:
    def test_a_story_has_the_address_of_its_website(self, newsroom: Newsroom, coast, client):
        shown = detail(client, publish(newsroom, "A new beach", section=coast))
        assert (shown["site"], shown["url"]) == ("coast.example", f"https://coast.example{shown['path']}")
        assert shown["seo"]["json_ld"]["publisher"]["name"] == "The Coast"
        assert detail(client, publish(newsroom, "The ferry"))["site"] == "localhost"

    def test_lists_by_website(self, newsroom: Newsroom, coast, client):
        publish(newsroom, "A new beach", section=coast)
        publish(newsroom, "The ferry is late")
        assert titles(client, "articles/?site=coast.example") == ["A new beach"]
        assert titles(client, "articles/?site=nowhere.example") == []
        assert [one["slug"] for one in client.get("/api/v1/sections/?site=coast.example").json()["items"]] == [
            "beaches"
        ]
        assert client.get("/api/v1/sections/harbour/?site=coast.example").status_code == 404
        assert client.get("/api/v1/suggest/?q=ferry&site=coast.example").json()["items"] == []

    def test_feeds_and_sitemaps_by_website(self, newsroom: Newsroom, coast, client):
        publish(newsroom, "A new beach", section=coast)
        publish(newsroom, "The ferry is late")
        feed = json.loads(client.get("/feeds/all.json?site=coast.example").content)
        assert (feed["title"], feed["home_page_url"]) == ("The Coast", "https://coast.example/")
        assert [item["title"] for item in feed["items"]] == ["A new beach"]
        assert client.get("/feeds/harbour.rss?site=coast.example").status_code == 404
        assert client.get("/feeds/all.rss?site=nowhere.example").status_code == 404
        news = client.get("/sitemaps/news.xml?site=coast.example").content.decode()
        assert "https://coast.example/beaches/a-new-beach/" in news
        assert "ferry" not in news
        assert "?site=coast.example</loc>" in client.get("/sitemaps/index.xml?site=coast.example").content.decode()

    def test_a_path_is_resolved_on_one_website(self, newsroom: Newsroom, coast, client):
        article = publish(newsroom, "A new beach", section=coast)
        there = client.get("/api/v1/resolve/", {"path": article.public_path, "site": "coast.example"}).json()
        assert (there["type"], there["id"]) == ("article", str(article.public_id))
        elsewhere = {"path": article.public_path, "site": "localhost"}
        assert client.get("/api/v1/resolve/", elsewhere).status_code == 404
        assert client.get("/api/v1/resolve/", elsewhere | {"site": "nowhere.example"}).status_code == 404
        assert client.get("/api/v1/resolve/", {"path": "/beaches/", "site": "localhost"}).status_code == 404
        assert client.get("/api/v1/resolve/", {"path": "/beaches/"}).json()["type"] == "section"
        newsroom.fresh(article).unpublish()
        assert client.get("/api/v1/resolve/", elsewhere).status_code == 404
        assert client.get("/api/v1/resolve/", elsewhere | {"site": "coast.example"}).json()["type"] == "gone"

    def test_a_story_that_moved_to_another_website_is_found_there(self, newsroom: Newsroom, coast, client):
        article = publish(newsroom, "The ferry is late")
        old_path = article.public_path
        newsroom.fresh(article).move(coast, pos="last-child")
        moved = client.get("/api/v1/resolve/", {"path": old_path, "site": "localhost"}).json()
        assert moved["location"] == "https://coast.example/beaches/the-ferry-is-late/"

    def test_redirects_are_those_of_the_website(self, newsroom: Newsroom, coast, client):
        Redirect.add_redirect("/old", "/beaches/", site=Site.objects.get(hostname="coast.example"))
        ask = {"path": "/old/", "site": "coast.example"}
        assert client.get("/api/v1/resolve/", ask).json()["location"] == "/beaches/"
        assert client.get("/api/v1/resolve/", ask | {"site": "localhost"}).status_code == 404

    def test_a_new_address_of_a_website_reaches_its_stories(self, newsroom: Newsroom, coast, client):
        article = publish(newsroom, "A new beach", section=coast)
        site = Site.objects.get(hostname="coast.example")
        site.hostname = "beach.example"
        site.save()
        assert PublishedArticle.objects.get(article_id=article.pk).shape != shape()
        reconcile_strays()
        assert detail(client, article)["url"] == f"https://beach.example{article.public_path}"

    def test_a_link_to_a_story_of_another_website_leads_there(self, newsroom: Newsroom, coast, client):
        beach = publish(newsroom, "A new beach", section=coast)
        text = f'<p>See <a linktype="page" id="{beach.pk}">the beach</a>.</p>'
        shown = detail(client, publish(newsroom, "The ferry", text=text))
        assert 'href="https://coast.example/beaches/a-new-beach/"' in shown["body"]["html"]


def titles(client, query: str) -> list[str]:
    answer = client.get(f"/api/v1/{query}")
    assert answer.status_code == 200, answer.content
    return [item["title"] for item in answer.json()["items"]]
