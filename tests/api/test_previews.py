"""Drafts for a frontend on another server: by links, and as they are typed."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail_headless_preview.models import PagePreview

from api.models import PreviewLink
from api.preview import links
from api.preview.tasks import forget_old_previews
from cms.actions import take_down
from cms.models import Article
from cms.tasks import prepare_image
from tests.editing import address, form_data
from tests.factories import NewsImageFactory
from tests.newsroom import Newsroom
from workflows.exceptions import NotYours

pytestmark = pytest.mark.django_db
WEBSITE = "https://www.example.org/preview/"


@pytest.fixture
def website(settings):
    settings.PREVIEW_URL = WEBSITE
    return WEBSITE


def publish(newsroom: Newsroom, title: str = "", **fields) -> Article:
    """A story that readers see; how it was reviewed is not what is tried here."""
    return newsroom.release(newsroom.clear_at_once(newsroom.draft(title, **fields)))


def token_of(url: str) -> str:
    query = parse_qs(urlsplit(url).query)
    return query["token"][0] if query else urlsplit(url).path.rstrip("/").rpartition("/")[2]


def shown(client, token: str):
    return client.get(f"/api/v1/previews/{quote(token, safe='')}/")


def framed(client, article, *, mode: str = "website", **typed) -> str:
    """Type into the form and look at the preview; returns the address in its frame."""
    preview = address("preview_on_edit", article.pk)
    assert client.post(preview, form_data(article) | typed).json()["is_valid"]
    page = client.get(preview, {"mode": mode, "in_preview_panel": "true"})
    assert page.status_code == 200
    return re.search(r'<iframe src="([^"]+)"', page.content.decode()).group(1).replace("&amp;", "&")


# What a token shows ---------------------------------------------------------------------------------------------------


def test_a_draft_is_in_the_shape_of_a_published_story(newsroom: Newsroom, client):
    image = NewsImageFactory()
    prepare_image(image.pk)
    article = newsroom.draft(lead_image=image)
    preview = shown(client, token_of(links.make(article, by=newsroom.reporter).url)).json()
    assert preview.pop("preview") is True
    assert preview.pop("preview_expires_at")
    newsroom.release(newsroom.clear_at_once(article))
    published = client.get(f"/api/v1/articles/{article.public_id}/").json()

    def without_addresses_and_times(document):
        text = re.sub(r"\?signed=[\w.-]+", "", str(document))
        return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "", text)

    assert without_addresses_and_times(preview) == without_addresses_and_times(published)


def test_a_live_story_keeps_its_date_and_says_which_version_would_be_next(newsroom: Newsroom, client):
    article = publish(newsroom, "As it is")
    newsroom.edit(article, by=newsroom.reporter, title="As it will be")
    preview = shown(client, token_of(links.make(newsroom.fresh(article), by=newsroom.reporter).url)).json()
    live = client.get(f"/api/v1/articles/{article.public_id}/").json()
    assert (live["title"], preview["title"]) == ("As it is", "As it will be")
    assert (preview["published_at"], preview["version"]) == (live["published_at"], 2)


def test_a_link_shows_the_version_of_its_moment_and_no_later_one(newsroom: Newsroom, client):
    article = newsroom.draft("Before")
    token = token_of(links.make(article, by=newsroom.reporter).url)
    # Autosave writes over the version in place.
    version = newsroom.fresh(article).get_latest_revision()
    later = version.as_object()
    later.title = "After"
    later.save_revision(user=newsroom.reporter, overwrite_revision=version)
    assert shown(client, token).json()["title"] == "Before"


def test_pictures_of_a_draft_open_until_the_preview_ends(newsroom: Newsroom, client, freezer):
    image = NewsImageFactory()
    prepare_image(image.pk)
    article = newsroom.draft(lead_image=image, body=[("image", {"image": image, "alt": "", "caption": ""})])
    preview = shown(client, token_of(links.make(article, by=newsroom.reporter).url)).json()
    urls = {one["url"] for one in preview["image"]["renditions"]}
    urls |= {one.partition(" ")[0] for one in preview["image"]["srcset"]["image/webp"].split(", ")}
    urls |= set(re.findall(r'src="([^"]+)"', preview["body"]["html"]))
    paths = [url.partition("8000")[2] for url in urls]
    assert {client.get(path).status_code for path in paths} == {200}
    assert {client.get(path.partition("?")[0]).status_code for path in paths} == {404}
    freezer.move_to(timezone.now() + timedelta(minutes=15))
    assert {client.get(path).status_code for path in paths} == {404}


def test_what_a_draft_links_to_stays_secret(newsroom: Newsroom, client):
    secret = newsroom.draft("The secret merger")
    article = newsroom.draft(text=f'<p>See <a linktype="page" id="{secret.pk}">this</a>.</p>')
    answer = shown(client, token_of(links.make(article, by=newsroom.reporter).url))
    assert b"secret" not in answer.content
    assert answer.json()["body"]["html"] == "<p>See this.</p>"


def test_nobody_may_keep_a_draft(newsroom: Newsroom, client):
    token = token_of(links.make(newsroom.draft(), by=newsroom.reporter).url)
    for answer in (shown(client, token), shown(client, "nothing")):
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Robots-Tag"].startswith("noindex")
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "ETag" not in answer


def test_unknown_expired_and_revoked_are_answered_alike(newsroom: Newsroom, client, freezer):
    article = newsroom.draft()
    expired, revoked = (links.make(article, by=newsroom.reporter) for _ in range(2))
    links.revoke(revoked.link, by=newsroom.reporter)
    answers = [shown(client, "never-was"), shown(client, token_of(revoked.url))]
    freezer.move_to(timezone.now() + timedelta(minutes=15))
    answers.append(shown(client, token_of(expired.url)))
    assert {answer.status_code for answer in answers} == {404}
    documents = [answer.json() for answer in answers]
    for document in documents:
        document.pop("request_id", None)
        document.pop("instance", None)
    assert documents[0] == documents[1] == documents[2]


def test_a_parameter_is_refused(newsroom: Newsroom, client):
    token = token_of(links.make(newsroom.draft(), by=newsroom.reporter).url)
    assert client.get(f"/api/v1/previews/{token}/?fields=title").status_code == 400


def test_the_database_holds_no_token(newsroom: Newsroom):
    made = links.make(newsroom.draft(), by=newsroom.reporter)
    assert token_of(made.url) not in str(PreviewLink.objects.values().get())


def test_the_website_may_ask_from_a_browser(newsroom: Newsroom, client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.org"]
    token = token_of(links.make(newsroom.draft(), by=newsroom.reporter).url)
    answer = client.get(f"/api/v1/previews/{token}/", headers={"Origin": "https://www.example.org"})
    assert answer["Access-Control-Allow-Origin"] == "https://www.example.org"


# Making and closing links ---------------------------------------------------------------------------------------------


def test_a_link_leads_to_the_website_or_where_there_is_none_to_the_api(newsroom: Newsroom, settings):
    article = newsroom.draft()
    assert "/api/v1/previews/" in links.make(article, by=newsroom.reporter).url
    settings.PREVIEW_URL = WEBSITE
    assert links.make(article, by=newsroom.reporter).url.startswith(f"{WEBSITE}?token=")


def test_an_editor_makes_copies_and_closes_a_link(newsroom: Newsroom, client, website):
    article = newsroom.draft()
    client.force_login(newsroom.reporter)
    page = reverse("previews:links", args=[article.pk])
    assert page in client.get(address("edit", article.pk)).content.decode()
    made = client.post(page)
    url = re.search(r'value="(https://www\.example\.org/preview/\?token=[^"]+)"', made.content.decode()).group(1)
    assert "no-store" in made["Cache-Control"]
    assert shown(client, token_of(url)).status_code == 200
    listing = client.get(page).content.decode()
    assert token_of(url) not in listing
    client.post(page, {"revoke": PreviewLink.objects.get().pk})
    assert shown(client, token_of(url)).status_code == 404
    assert "closed" in client.get(page).content.decode()


def test_a_link_of_another_story_is_not_closed_from_here(newsroom: Newsroom, client):
    made = links.make(newsroom.draft(), by=newsroom.reporter)
    client.force_login(newsroom.reporter)
    other = newsroom.draft()
    answer = client.post(reverse("previews:links", args=[other.pk]), {"revoke": made.link.pk})
    assert (answer.status_code, shown(client, token_of(made.url)).status_code) == (404, 200)


def test_who_reviews_a_story_makes_links_to_it_and_who_waits_for_them_does_not(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    assert links.make(article, by=newsroom.editor).link.made_by == newsroom.editor
    with pytest.raises(NotYours):
        links.make(article, by=newsroom.other_reporter)


def test_a_link_ends_with_the_login_of_who_made_it(newsroom: Newsroom, client):
    token = token_of(links.make(newsroom.draft(), by=newsroom.reporter).url)
    newsroom.reporter.is_active = False
    newsroom.reporter.save()
    assert shown(client, token).status_code == 404


def test_links_are_closed_when_the_story_is_taken_down(newsroom: Newsroom, client):
    article = publish(newsroom)
    token = token_of(links.make(article, by=newsroom.publisher).url)
    take_down(article, by=newsroom.publisher)
    assert shown(client, token).status_code == 404


# As it is typed -------------------------------------------------------------------------------------------------------


def test_the_frame_shows_what_is_typed_and_not_saved(newsroom: Newsroom, client, website):
    article = newsroom.draft("As it was saved")
    client.force_login(newsroom.reporter)
    url = framed(client, article, title="As it is typed")
    assert url.startswith(f"{WEBSITE}?token=")
    document = shown(client, token_of(url)).json()
    assert (document["title"], document["preview"]) == ("As it is typed", True)
    assert document["id"] == str(article.public_id)
    again = framed(client, article, title="As it is typed on")
    assert again == url
    assert shown(client, token_of(url)).json()["title"] == "As it is typed on"
    assert newsroom.fresh(article).get_latest_revision().as_object().title == "As it was saved"


def test_a_story_that_was_never_saved_is_shown_too(newsroom: Newsroom, client, website):
    client.force_login(newsroom.reporter)
    preview = address("preview_on_add", "cms", "article", newsroom.section.pk)
    typed = form_data(newsroom.draft()) | {"title": "Not there yet", "slug": "not-there-yet"}
    assert client.post(preview, typed).json()["is_valid"]
    page = client.get(preview, {"mode": "website"}).content.decode()
    url = re.search(r'<iframe src="([^"]+)"', page).group(1)
    document = shown(client, token_of(url)).json()
    assert (document["title"], document["path"]) == ("Not there yet", "/harbour/not-there-yet/")
    assert document["section"]["slug"] == "harbour"


def test_two_people_who_type_at_once_do_not_read_each_other(newsroom: Newsroom, client, website, freezer):
    article = newsroom.draft()
    urls = []
    for person in ("reporter", "boss"):
        client.force_login(newsroom.people[person])
        urls.append(framed(client, article, title=f"Typed by {person}"))
    assert [shown(client, token_of(url)).json()["title"] for url in urls] == ["Typed by reporter", "Typed by boss"]


def test_a_frame_can_be_reloaded_for_ten_minutes_at_least_and_ends_after_fifteen(
    newsroom: Newsroom, client, website, freezer
):
    at = timezone.now()
    freezer.move_to(at)
    article = newsroom.draft()
    client.force_login(newsroom.reporter)
    first = framed(client, article)
    freezer.move_to(at + timedelta(minutes=6))
    second = framed(client, article)
    assert first != second
    freezer.move_to(at + timedelta(minutes=14))
    assert shown(client, token_of(first)).status_code == 200
    freezer.move_to(at + timedelta(minutes=15, seconds=1))
    assert (shown(client, token_of(first)).status_code, shown(client, token_of(second)).status_code) == (404, 200)
    forget_old_previews()
    assert [one.token for one in PagePreview.objects.all()] == [token_of(second)]


def test_a_token_that_somebody_made_up_opens_nothing(newsroom: Newsroom, client, website):
    article = newsroom.draft()
    client.force_login(newsroom.reporter)
    token = token_of(framed(client, article))
    for wrong in (f"id={article.pk}:1abcde:made-up", token[:-1], token.replace(":", ":0", 1), ":", "::"):
        assert shown(client, wrong).status_code == 404


def test_what_is_typed_is_closed_to_who_has_left(newsroom: Newsroom, client, website):
    article = newsroom.draft()
    client.force_login(newsroom.reporter)
    token = token_of(framed(client, article))
    newsroom.reporter.is_active = False
    newsroom.reporter.save()
    assert shown(client, token).status_code == 404


def test_only_the_website_is_framed_and_only_in_the_admin(newsroom: Newsroom, client, website):
    article = newsroom.draft()
    client.force_login(newsroom.reporter)
    framed(client, article)
    page = client.get(address("preview_on_edit", article.pk), {"mode": "website"})
    policy = page["Content-Security-Policy"]
    assert "frame-src https://www.example.org;" in policy
    assert policy.endswith("frame-ancestors 'self'")
    assert client.get(address("edit", article.pk))["X-Frame-Options"] in ("SAMEORIGIN", "DENY")


def test_the_house_style_is_there_beside_the_website_and_alone_without_one(newsroom: Newsroom, client, settings):
    article = newsroom.draft("In the house")
    client.force_login(newsroom.reporter)
    preview = address("preview_on_edit", article.pk)
    client.post(preview, form_data(article))
    assert "<h1>In the house</h1>" in client.get(preview).content.decode()
    settings.PREVIEW_URL = WEBSITE
    assert "<iframe" in client.get(preview).content.decode()
    assert "<h1>In the house</h1>" in client.get(preview, {"mode": ""}).content.decode()
    version = reverse("workflows:version", args=[article.pk, article.get_latest_revision().pk])
    assert "<h1>In the house</h1>" in client.get(version).content.decode()


def test_old_links_are_forgotten(newsroom: Newsroom, freezer):
    links.make(newsroom.draft(), by=newsroom.reporter)
    freezer.move_to(timezone.now() + timedelta(days=6))
    forget_old_previews()
    assert PreviewLink.objects.exists()
    freezer.move_to(timezone.now() + timedelta(days=2))
    forget_old_previews()
    assert not PreviewLink.objects.exists()
