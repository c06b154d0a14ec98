"""What is shown beside stories, and changes by itself: sections, topics, authors, pictures, redirects, the publication.

Stories that show any of these are compared with it soon after (`api.receivers`), and are forgotten with their keys.
"""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import post_page_move

from cms.models import Author, FrontPage, NewsImage, Section, Topic

from . import keys
from .outbox import forget


@receiver([post_save, post_delete], sender=Section)
def on_section_changed(instance: Section, **kwargs: Any) -> None:
    forget({keys.SECTIONS, keys.section(instance.slug)})


@receiver(post_page_move)
def on_page_moved(instance: Page, **kwargs: Any) -> None:
    forget({keys.SECTIONS})


@receiver([post_save, post_delete], sender=PageViewRestriction)
def on_privacy_changed(instance: PageViewRestriction, **kwargs: Any) -> None:
    forget({keys.SECTIONS})


@receiver([post_save, post_delete], sender=Topic)
def on_topic_changed(instance: Topic, **kwargs: Any) -> None:
    forget({keys.TOPICS, keys.topic(instance.slug)})


@receiver([post_save, post_delete], sender=Author)
def on_author_changed(instance: Author, **kwargs: Any) -> None:
    forget({keys.AUTHORS, keys.author(instance.slug)})


@receiver([post_save, post_delete], sender=NewsImage)
def on_picture_changed(instance: NewsImage, **kwargs: Any) -> None:
    forget({keys.image(instance.public_id)})


@receiver([post_save, post_delete], sender=Redirect)
def on_redirect_changed(instance: Redirect, **kwargs: Any) -> None:
    forget({keys.REDIRECTS})


@receiver([post_save, post_delete], sender=Site)
@receiver([post_save, post_delete], sender=FrontPage)
def on_publication_changed(instance: Site | FrontPage, **kwargs: Any) -> None:
    forget({keys.SITE, keys.SECTIONS})
