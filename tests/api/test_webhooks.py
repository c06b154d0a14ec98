"""Webhooks: what a receiver gets, how often, and what an administrator sees of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from api.models import Change, Delivery, Subscription
from api.webhooks.admin import SubscriptionViewSet
from api.webhooks.deliver import PAUSES, deliver_due, replay, rotate_secret
from api.webhooks.tasks import forget_old_deliveries, tell_subscribers
from cms.actions import kill
from tests.newsroom import Newsroom
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_house(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True


@pytest.fixture
def receiver():
    with Receiver() as one:
        yield one


@pytest.fixture
def subscription(receiver: Receiver) -> Subscription:
    return Subscription.objects.create(name="The app", url=receiver.url)


def tell(subscription: Subscription) -> None:
    """What the worker does."""
    tell_subscribers()
    deliver_due(subscription.pk)


def events(receiver: Receiver) -> list[str]:
    return [json.loads(one.body)["type"] for one in receiver.requests]


def test_a_receiver_is_told_of_a_publication_with_its_summary_and_a_signature(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription
):
    story = newsroom.publish("The ferry sails again")
    tell(subscription)

    (request,) = receiver.requests
    event = Webhook(subscription.secret).verify(request.body, request.headers)
    assert event["type"] == "article.published"
    assert event["data"]["id"] == str(story.public_id)
    assert event["data"]["article"]["title"] == "The ferry sails again"


def test_a_signature_with_another_secret_does_not_hold(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription
):
    newsroom.publish()
    tell(subscription)

    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(receiver.requests[0].body, receiver.requests[0].headers)


def test_a_receiver_is_told_of_a_withdrawal_with_its_public_reason(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription
):
    story = newsroom.publish()
    kill(story, reason="The ferry never sailed.", by=newsroom.publisher)
    tell(subscription)

    assert events(receiver) == ["article.published", "article.withdrawn"]
    assert json.loads(receiver.requests[1].body)["data"]["reason"] == "The ferry never sailed."
    assert json.loads(receiver.requests[1].body)["data"]["article"] is None


def test_nothing_is_told_of_a_draft_or_a_story_under_embargo(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription
):
    newsroom.clear(newsroom.draft())
    newsroom.publish(embargo_until=timezone.now() + timedelta(hours=1))
    tell(subscription)

    assert receiver.requests == []


def test_a_new_subscription_is_not_told_of_the_past(newsroom: Newsroom, receiver: Receiver):
    newsroom.publish()
    subscription = Subscription.objects.create(name="Late", url=receiver.url)
    tell(subscription)

    assert receiver.requests == []


def test_an_event_that_was_not_asked_for_is_not_told(newsroom: Newsroom, receiver: Receiver):
    subscription = Subscription.objects.create(name="Purge", url=receiver.url, events=["article.withdrawn"])
    newsroom.publish().unpublish()
    tell(subscription)

    assert events(receiver) == ["article.withdrawn"]


def test_a_subscription_to_a_section_hears_of_that_section(newsroom: Newsroom, receiver: Receiver):
    subscription = Subscription.objects.create(name="Harbour", url=receiver.url, sections=["harbour"])
    newsroom.publish("In the council", section=newsroom.other_section)
    newsroom.publish("In the harbour")
    tell(subscription)

    assert [json.loads(one.body)["data"]["article"]["title"] for one in receiver.requests] == ["In the harbour"]


def test_a_subscription_to_a_section_hears_of_what_leaves_it_and_of_no_other_withdrawal(
    newsroom: Newsroom, receiver: Receiver
):
    subscription = Subscription.objects.create(name="Harbour", url=receiver.url, sections=["harbour"])
    elsewhere = newsroom.publish(section=newsroom.other_section)
    moved = newsroom.publish()
    elsewhere.unpublish()
    newsroom.fresh(moved).move(newsroom.other_section, pos="last-child")
    newsroom.fresh(moved).unpublish()
    tell(subscription)

    assert events(receiver) == ["article.published", "article.updated"]
    assert {json.loads(one.body)["data"]["id"] for one in receiver.requests} == {str(moved.public_id)}


class TestStages:
    def test_each_step_of_a_review_is_told_to_who_asked(self, newsroom: Newsroom, receiver: Receiver):
        subscription = Subscription.objects.create(
            name="Planning", url=receiver.url, events=["article.stage_changed"], sections=["harbour"]
        )
        story = newsroom.submit(newsroom.draft("A secret headline"))
        newsroom.send_back(story, by=newsroom.editor, reason="It lacks a second source.")
        newsroom.release(newsroom.clear(story))
        tell(subscription)

        told = [json.loads(one.body)["data"] for one in receiver.requests]
        assert [(one["before"]["name"], one["after"]["name"]) for one in told] == [
            ("Draft", "Desk edit"),
            ("Desk edit", "Sent back"),
            ("Sent back", "Desk edit"),
            ("Desk edit", "Copy and facts"),
            ("Copy and facts", "Ready"),
            ("Ready", "Published"),
        ]
        assert {one["id"] for one in told} == {str(story.public_id)}
        assert told[3]["after"]["slug"] == "copy-and-facts"

    def test_they_hold_no_text_and_no_names(self, newsroom: Newsroom, receiver: Receiver):
        subscription = Subscription.objects.create(name="Planning", url=receiver.url, events=["article.stage_changed"])
        newsroom.submit(newsroom.draft("A secret headline"))
        tell(subscription)

        (event,) = [json.loads(one.body) for one in receiver.requests]
        assert event.keys() == {"type", "timestamp", "data"}
        assert event["data"].keys() == {"id", "before", "after", "at"}
        assert "secret" not in json.dumps(event)

    def test_they_are_not_told_to_who_did_not_ask(
        self, newsroom: Newsroom, receiver: Receiver, subscription: Subscription
    ):
        newsroom.submit(newsroom.draft())
        tell(subscription)

        assert receiver.requests == []

    def test_a_subscription_to_another_section_hears_nothing(self, newsroom: Newsroom, receiver: Receiver):
        subscription = Subscription.objects.create(
            name="Council", url=receiver.url, events=["article.stage_changed"], sections=["council"]
        )
        newsroom.submit(newsroom.draft())
        tell(subscription)

        assert receiver.requests == []

    def test_a_step_that_is_undone_is_not_told(self, newsroom: Newsroom, receiver: Receiver):
        subscription = Subscription.objects.create(name="Planning", url=receiver.url, events=["article.stage_changed"])
        with transaction.atomic():
            newsroom.submit(newsroom.draft())
            transaction.set_rollback(True)
        tell(subscription)

        assert receiver.requests == []

    def test_a_review_that_is_cancelled_leaves_a_draft(self, newsroom: Newsroom, receiver: Receiver):
        subscription = Subscription.objects.create(name="Planning", url=receiver.url, events=["article.stage_changed"])
        story = newsroom.submit(newsroom.draft())
        story.current_workflow_state.cancel(user=newsroom.editor)
        tell(subscription)

        assert json.loads(receiver.requests[-1].body)["data"]["after"] == {"slug": "draft", "name": "Draft"}


def test_what_failed_is_sent_again_with_the_same_id(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription, freezer
):
    receiver.answers = [500, 204]
    newsroom.publish()
    tell(subscription)
    tell(subscription)
    assert len(receiver.requests) == 1

    freezer.tick(timedelta(seconds=10))
    tell(subscription)

    assert len({one.headers["webhook-id"] for one in receiver.requests}) == 1
    assert len(receiver.requests) == 2
    assert Delivery.objects.get().status == "delivered"


def test_a_receiver_that_never_takes_it_is_given_up_after_three_days(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription, freezer
):
    receiver.answers = [503]
    newsroom.publish()
    began = timezone.now()
    for _ in range(len(PAUSES) + 1):
        tell(subscription)
        freezer.move_to(max(Delivery.objects.get().next_attempt_at, timezone.now()) + timedelta(seconds=1))

    delivery = Delivery.objects.get()
    assert delivery.status == "failed"
    assert delivery.attempts.count() == len(PAUSES) + 1
    assert timedelta(days=3) <= delivery.attempts.last().at - began <= timedelta(days=3.5)


def test_gone_ends_the_subscription(newsroom: Newsroom, receiver: Receiver, subscription: Subscription):
    receiver.answers = [410]
    newsroom.publish()
    tell(subscription)
    newsroom.publish()
    tell(subscription)

    subscription.refresh_from_db()
    assert not subscription.active
    assert "410" in subscription.stopped_because
    assert len(receiver.requests) == 1


def test_what_is_sent_late_holds_nothing_of_a_story_that_was_withdrawn_since(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription, freezer
):
    receiver.answers = [500, 204]
    story = newsroom.publish("Killed an hour later")
    tell(subscription)
    kill(newsroom.fresh(story), reason="It was not true.", by=newsroom.publisher)

    freezer.tick(timedelta(minutes=1))
    tell(subscription)

    late = next(one for one in receiver.requests[1:] if json.loads(one.body)["type"] == "article.published")
    assert json.loads(late.body)["data"]["article"] is None
    assert "Killed an hour later" in receiver.requests[0].body.decode()
    assert "Killed an hour later" not in "".join(one.body.decode() for one in receiver.requests[1:])


def test_what_is_sent_again_holds_nothing_of_a_story_that_was_withdrawn_since(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription
):
    newsroom.publish("Published and taken down").unpublish()
    tell(subscription)
    replay(Delivery.objects.values_list("pk", flat=True))
    receiver.requests.clear()
    tell(subscription)

    assert events(receiver) == ["article.published", "article.withdrawn"]
    assert "Published and taken down" not in "".join(one.body.decode() for one in receiver.requests)


def test_a_subscriber_whose_events_cannot_be_prepared_keeps_no_other_waiting(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription
):
    Subscription.objects.create(name="Broken", url=receiver.url)
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE api_delivery ADD CONSTRAINT broken CHECK (subscription_id = %s) NOT VALID", [subscription.pk]
        )
    newsroom.publish()
    tell(subscription)

    assert events(receiver) == ["article.published"]


def test_a_redirect_is_not_followed(newsroom: Newsroom, receiver: Receiver, subscription: Subscription):
    receiver.answers = [302]
    newsroom.publish()
    tell(subscription)

    assert len(receiver.requests) == 1
    assert Delivery.objects.get().status == "pending"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "http://10.0.0.7/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://localhost:9/",
        "http://0.0.0.0:9/",
    ],
)
def test_a_private_address_is_refused_at_each_attempt(newsroom: Newsroom, settings, url):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    subscription = Subscription.objects.create(name="Inside", url=url)
    newsroom.publish()
    tell(subscription)

    assert "private network" in Delivery.objects.get().attempts.get().error


def test_during_a_change_of_secrets_both_hold(newsroom: Newsroom, receiver: Receiver, subscription: Subscription):
    former = subscription.secret
    rotate_secret(subscription)
    newsroom.publish()
    tell(subscription)

    request = receiver.requests[0]
    assert subscription.secret != former
    for secret in (former, subscription.secret):
        Webhook(secret).verify(request.body, request.headers)


def test_a_worker_that_died_holds_nobody_up_for_long(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription, freezer
):
    newsroom.publish()
    Subscription.objects.update(busy_until=timezone.now() + timedelta(minutes=2))
    tell(subscription)
    assert receiver.requests == []

    freezer.tick(timedelta(minutes=3))
    tell(subscription)

    assert len(receiver.requests) == 1


def test_a_receiver_that_does_not_answer_is_asked_once_a_round(newsroom: Newsroom, subscription: Subscription):
    subscription.url = "http://127.0.0.1:9/"
    subscription.save()
    newsroom.publish()
    newsroom.publish()

    tell_subscribers()

    assert deliver_due(subscription.pk) == 1


def test_many_events_cost_queries_by_the_batch(
    newsroom: Newsroom, subscription: Subscription, django_assert_num_queries
):
    Change.objects.bulk_create(
        Change(sequence=number, event="published", public_id="0" * 32, at=timezone.now()) for number in range(1, 301)
    )

    with django_assert_num_queries(16):
        tell_subscribers()

    assert Delivery.objects.count() == 300


def test_old_deliveries_are_forgotten_but_not_those_that_are_owed(
    newsroom: Newsroom, receiver: Receiver, subscription: Subscription, freezer, settings
):
    receiver.answers = [204, 500]
    newsroom.publish()
    tell(subscription)
    newsroom.publish()
    tell(subscription)
    freezer.tick(timedelta(days=settings.WEBHOOK_LOG_DAYS + 1))

    forget_old_deliveries()

    assert Delivery.objects.get().status == "pending"


class TestInTheAdmin:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, newsroom: Newsroom):
        client.force_login(newsroom.boss)

    def test_an_administrator_makes_a_webhook_and_sees_its_secret(self, client, newsroom: Newsroom):
        answer = client.post(
            "/admin/webhooks/new/",
            {
                "name": "The app",
                "url": "https://app.example.org/hook",
                "events": ["article.published", "article.withdrawn"],
                "sections": "",
                "active": "on",
            },
            follow=True,
        )

        assert Subscription.objects.get().secret in answer.content.decode()
        assert Subscription.objects.get().created_by == newsroom.boss
        assert Subscription.objects.get().events == ["article.published", "article.withdrawn"]

    def test_a_section_that_is_not_there_is_refused(self, client):
        answer = client.post(
            "/admin/webhooks/new/", {"name": "The app", "url": "https://app.example.org/", "sections": "nowhere"}
        )

        assert "There is no section with the slug nowhere." in answer.content.decode()
        assert not Subscription.objects.exists()

    def test_a_form_that_was_open_for_long_sets_nothing_back(
        self, client, newsroom: Newsroom, receiver: Receiver, subscription: Subscription
    ):
        form_class = SubscriptionViewSet().get_form_class(for_update=True)
        form = form_class(
            {"name": "The app", "url": receiver.url, "sections": "", "active": "on"},
            instance=Subscription.objects.get(pk=subscription.pk),
        )
        newsroom.publish()
        tell(subscription)
        assert form.is_valid(), form.errors
        form.save()
        newsroom.publish()
        tell(subscription)

        assert events(receiver) == ["article.published", "article.published"]

    def test_a_test_arrives(self, client, receiver: Receiver, subscription: Subscription):
        client.post(f"/admin/webhooks/{subscription.pk}/test/")
        deliver_due(subscription.pk)

        assert events(receiver) == ["test"]

    def test_a_delivery_shows_its_attempts_and_is_sent_again_with_its_id(
        self, client, newsroom: Newsroom, receiver: Receiver, subscription: Subscription
    ):
        receiver.answers = [500, 204]
        newsroom.publish()
        tell(subscription)
        delivery = Delivery.objects.get()

        assert "<strong>500</strong>" in client.get(f"/admin/webhooks/deliveries/{delivery.pk}/").content.decode()
        client.post("/admin/webhooks/deliveries/again/", {"delivery": delivery.pk})
        deliver_due(subscription.pk)

        assert len({one.headers["webhook-id"] for one in receiver.requests}) == 1
        assert len(receiver.requests) == 2

    def test_a_range_is_sent_again(self, client, newsroom: Newsroom, receiver: Receiver, subscription: Subscription):
        newsroom.publish()
        newsroom.publish().unpublish()
        tell(subscription)

        client.post("/admin/webhooks/deliveries/again/?event=article.withdrawn")
        deliver_due(subscription.pk)

        assert events(receiver) == ["article.published", "article.published", "article.withdrawn", "article.withdrawn"]

    def test_everything_is_not_sent_again_by_a_slip(self, client, newsroom: Newsroom, subscription: Subscription):
        newsroom.publish()
        tell(subscription)

        client.post("/admin/webhooks/deliveries/again/")

        assert Delivery.objects.filter(status="pending").count() == 0

    def test_the_list_of_deliveries_costs_the_same_queries_for_many(
        self, client, subscription: Subscription, django_assert_max_num_queries
    ):
        Delivery.objects.bulk_create(
            Delivery(subscription=subscription, message_id=f"msg_{number}", event="test", payload="{}")
            for number in range(40)
        )

        with django_assert_max_num_queries(16):
            assert client.get("/admin/webhooks/deliveries/").status_code == 200

    @pytest.mark.parametrize("who", ["reporter", "editor", "publisher"])
    def test_nobody_else_sees_a_secret(self, client, newsroom: Newsroom, subscription: Subscription, who):
        client.force_login(newsroom.people[who])

        for address in ("", f"inspect/{subscription.pk}/", "deliveries/"):
            assert subscription.secret not in client.get(f"/admin/webhooks/{address}", follow=True).content.decode()
        client.post(f"/admin/webhooks/{subscription.pk}/new-secret/")
        assert Subscription.objects.get().former_secret == ""
