"""Which signatures of earlier versions still hold, because what their desk is responsible for has not changed.

Only a rule that names its matters carries; a rule that names none asks again after any change.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db.models import Max, QuerySet
from wagtail.models import PageLogEntry, Revision

from cms.models import Article
from workflows import matters, stages
from workflows.models import ReviewStage, SignOff, Snapshot

_WRITING = ("wagtail.edit", "wagtail.revert", "wagtail.workflow.start", "wagtail.workflow.resume")


def find_carried(
    version: Article,
    content_hash: str,
    every_stage: Sequence[ReviewStage],
    rules_for: Callable[[ReviewStage, Article], list[stages.Rule]],
) -> list[SignOff]:
    """Signatures that hold for `version` although they were given to an earlier one, unsaved unless they were kept.

    A signature is carried if the version that was signed is still there to compare with, and whole, its desk was asked
    then by the rules of now and is asked again, no matter of its rule has changed, the desk has not sent the story back
    since, and whoever gave it has neither changed nor submitted the story since. At most one for a person and stage.
    """
    asked = {
        (stage.pk, rule.desk_id): rule for stage in every_stage for rule in rules_for(stage, version) if rule.matters
    }
    if not asked:
        return []
    given = SignOff.objects.filter(article_id=version.pk, voided_at=None, stage__in={pk for pk, _desk in asked})
    earlier = [
        one
        for one in given.valid()
        .filter(carried_from=None)
        .exclude(content_hash=content_hash)
        .select_related("by", "guest", "desk")
        .order_by("-at", "-pk")
        if (one.stage_id, one.desk_id) in asked
    ]
    if not earlier:
        return []
    kept = {
        one.carried_from_id: one for one in given.valid().filter(content_hash=content_hash, carried_from__isnull=False)
    }
    sent_back = _last_sent_back(given)
    wrote = _last_wrote(version, {one.responsible_id for one in earlier})
    by_stage = {stage.pk: stage for stage in every_stage}
    then = _Versions(version, {one.content_hash for one in earlier})
    carried: dict[tuple[int, int], SignOff] = {}
    for one in earlier:
        place = (one.stage_id, one.responsible_id)
        if (
            place not in carried
            and _is_before(sent_back.get((one.stage_id, one.desk_id)), one.at)
            and _is_before(wrote.get(one.responsible_id), one.at)
            and then.unchanged(one, asked[one.stage_id, one.desk_id], rules_for, by_stage[one.stage_id])
        ):
            carried[place] = kept.get(one.pk) or _copy(one, content_hash)
    return list(carried.values())


class _Versions:
    """Earlier versions of a story, compared with the one of now."""

    def __init__(self, version: Article, hashes: Iterable[str]) -> None:
        self.now = version.public_content()
        self.then = {
            snapshot.content_hash: version.with_content_json(snapshot.content)
            for snapshot in Snapshot.objects.filter(article_id=version.pk, content_hash__in=hashes)
        }
        self.changed: dict[str, set[str]] = {}

    def unchanged(
        self,
        signed: SignOff,
        rule: stages.Rule,
        rules_for: Callable[[ReviewStage, Article], list[stages.Rule]],
        stage: ReviewStage,
    ) -> bool:
        """Whether the desk of `signed` was asked then, and nothing that its rule names has changed since."""
        then = self.then.get(signed.content_hash)
        if then is None or then.lost or signed.desk_id not in {asked.desk_id for asked in rules_for(stage, then)}:
            return False
        if signed.content_hash not in self.changed:
            self.changed[signed.content_hash] = matters.changed(then.public_content(), self.now)
        return stages.carries(rule, self.changed[signed.content_hash])


def _copy(signed: SignOff, content_hash: str) -> SignOff:
    return SignOff(
        article_id=signed.article_id,
        stage_id=signed.stage_id,
        desk=signed.desk,
        task_state_id=signed.task_state_id,
        content_hash=content_hash,
        verdict=signed.verdict,
        by=signed.by,
        guest=signed.guest,
        carried_from=signed,
    )


def _is_before(moment: datetime | None, at: datetime) -> bool:
    return moment is None or moment < at


def _last_sent_back(given: QuerySet[SignOff]) -> dict[tuple[int, int], datetime]:
    """Stage and desk to when it last sent the story back."""
    rows = given.filter(verdict=SignOff.Verdict.SENT_BACK).order_by("at").values_list("stage_id", "desk_id", "at")
    return {(stage, desk): at for stage, desk, at in rows}


def _last_wrote(version: Article, people: set[int]) -> dict[int, datetime]:
    """Person to when they last saved or submitted the story.

    Revisions know of programs that log nothing, the log of revisions that were purged.
    """
    saved = Revision.objects.for_instance(version).filter(user__in=people).order_by()
    logged = PageLogEntry.objects.filter(page_id=version.pk, user__in=people, action__in=_WRITING).order_by()
    found: dict[int, datetime] = {}
    for person, at in (
        *saved.values_list("user_id").annotate(Max("created_at")),
        *logged.values_list("user_id").annotate(Max("timestamp")),
    ):
        found[person] = max(at, found.get(person, at))
    return found
