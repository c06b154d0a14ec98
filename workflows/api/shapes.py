"""The JSON of the workflow API: what acts take, and what stories look like; the OpenAPI document is made of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from workflows.models import SignOff
from workflows.models.standing import HASH_LENGTH

from .offers import ACTIONS
from .problems import InvalidBody

STATES = ("draft", "in-review", "sent-back", "cleared", "scheduled", "published")


class MomentField(serializers.DateTimeField):
    """A moment with its offset: a time that a program means is nobody's local time."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = parse_datetime(str(value))
            if moment and moment.tzinfo:
                # PostgreSQL takes no offset of sixteen hours or more, which Python does.
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise serializers.ValidationError("Give a moment with its offset, such as 2026-05-04T06:00:00Z.")


# What acts take -------------------------------------------------------------------------------------------------------


class Act(serializers.Serializer[Any]):
    """What every act names, so that it is done to what its maker saw or not at all."""

    content_hash = serializers.RegexField(
        rf"^[0-9a-f]{{{HASH_LENGTH}}}$", help_text="Of the version that was looked at: `content_hash` of the story."
    )
    visit = serializers.IntegerField(
        allow_null=True,
        min_value=1,
        max_value=2**63 - 1,
        help_text="The stay at a stage for which the act is meant: `visit` of the story; null where it is in none.",
    )

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """The members of a body.

        Raises:
            InvalidBody: one is missing, unknown or cannot be read.
        """
        if not isinstance(data, Mapping):
            raise InvalidBody({"body": "Send a JSON object."})
        form = cls(data=data)
        form.is_valid()
        errors = {str(name): " ".join(map(str, texts)) for name, texts in form.errors.items()}
        known = sorted(form.fields)
        errors |= {
            str(name): f"There is no such member. Known: {', '.join(known)}."
            for name in data
            if name not in form.fields
        }
        if errors:
            raise InvalidBody(errors)
        return dict(form.validated_data)


class Sign(Act):
    comment = serializers.CharField(required=False, allow_blank=True, max_length=5000, default="")


class SendBack(Act):
    reason = serializers.CharField(max_length=5000, help_text="The writer gets this.")
    kind = serializers.ChoiceField(
        choices=SignOff.Reason.choices, required=False, allow_blank=True, default="", help_text="The reason in a word."
    )


class Assign(Act):
    to = serializers.CharField(max_length=150, help_text="The login of who should have it.")


class Schedule(Act):
    at = MomentField(help_text="When it goes out, with the offset; a story that is scheduled already is moved.")


# What stories look like -----------------------------------------------------------------------------------------------


class Person(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()


class DeskVotes(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    signed = serializers.IntegerField(help_text="How many of it have signed this version.")
    needed = serializers.IntegerField()


class Signature(serializers.Serializer[Any]):
    desk = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    comment = serializers.CharField(allow_blank=True)
    carried = serializers.BooleanField(help_text="Whether it was given to an earlier version and still holds.")


class Stage(serializers.Serializer[Any]):
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["complete", "current", "waiting", "skipped"])
    desks = DeskVotes(many=True)
    signatures = Signature(many=True)


class Check(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    place = serializers.CharField(allow_blank=True, help_text="Path of the field; empty for the whole story.")
    blocking = serializers.BooleanField(help_text="Whether it keeps the story out of print.")
    waived = serializers.BooleanField()


class Scheduled(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    content_hash = serializers.CharField(help_text="Of the version that goes out.")
    is_latest = serializers.BooleanField()


class RefusedAction(serializers.Serializer[Any]):
    action = serializers.ChoiceField(choices=ACTIONS)
    reason = serializers.CharField()


class SectionName(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class Story(serializers.Serializer[Any]):
    """Where a story stands, as the owner of the token meets it."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    section = SectionName()
    kind = serializers.CharField()
    language = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES, help_text="Of the latest version.")
    is_live = serializers.BooleanField(help_text="Whether a version of it is live.")
    content_hash = serializers.CharField(help_text="Of the latest version: SHA-256 of its content.")
    changed_at = serializers.DateTimeField()
    changed_by = Person(allow_null=True)
    word_count = serializers.IntegerField()
    stage = serializers.CharField(allow_null=True, help_text="Where it waits; null where it is in no review.")
    visit = serializers.IntegerField(allow_null=True, help_text="This stay at that stage; acts name it.")
    assignee = Person(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    stages = Stage(many=True)
    missing_desks = serializers.ListField(child=serializers.CharField(), help_text="Who must still sign, in order.")
    checks = Check(many=True)
    schedule = Scheduled(allow_null=True)
    embargo_until = serializers.DateTimeField(allow_null=True)
    allowed_actions = serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS))
    refused_actions = RefusedAction(many=True)
    review_url = serializers.URLField(help_text="The page of the admin on which a person reads and signs it.")


class Content(serializers.Serializer[Any]):
    content_hash = serializers.CharField(help_text="SHA-256 of `content` as canonical JSON.")
    content = serializers.DictField(
        help_text="What a signature signs. People, topics and pictures stand in it by number."
    )
    text = serializers.CharField(help_text="The body as plain text.")


class Due(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    name = serializers.CharField()
    late = serializers.BooleanField()


class ListedVotes(serializers.Serializer[Any]):
    name = serializers.CharField()
    signed = serializers.IntegerField()
    needed = serializers.IntegerField()


class ListedStory(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    section = serializers.CharField()
    kind = serializers.CharField()
    column = serializers.CharField(help_text="Key of the column of the board in which it stands.")
    byline = serializers.CharField(allow_blank=True)
    word_count = serializers.IntegerField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())
    assignee = serializers.CharField(allow_blank=True)
    due = Due(many=True)
    desks = ListedVotes(many=True)
    note = serializers.CharField(allow_blank=True)
    content_hash = serializers.CharField(allow_blank=True)
    visit = serializers.IntegerField(allow_null=True)
    allowed_actions = serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS))


class Column(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField(help_text="Of all stories in it.")
    late_count = serializers.IntegerField()
    warning = serializers.CharField(allow_blank=True)


class StoryList(serializers.Serializer[Any]):
    items = ListedStory(many=True)
    columns = Column(many=True)


class WaitingList(serializers.Serializer[Any]):
    items = ListedStory(many=True)
    count = serializers.IntegerField(help_text="Of all that waits, shown or not.")


class MyDesk(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class Me(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    token = serializers.CharField(help_text="Name of the token.")
    desks = MyDesk(many=True)


class ProblemShape(serializers.Serializer[Any]):
    """RFC 9457; further members are those of its type."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    request_id = serializers.CharField(required=False)
