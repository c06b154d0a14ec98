"""What schemathesis is told of this API that no schema can say."""

from typing import Any

import schemathesis

READS = {"GET"}
# A value may be fit by itself and unfit beside the others, or be good only if the API gave it out.
DEPENDENT = {
    "cursor": set(),
    "after": set(),
    "highlight": {"q"},
    "order": {"q"},
    "facet_limit": {"facets"},
    "count": set(),
}


@schemathesis.check
def sound_requests_are_answered(ctx: Any, response: Any, case: Any) -> None:
    """A request that the schema allows is refused only for what lies between parameters.

    In the place of `positive_data_acceptance`, which knows no such thing.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    document = response.json()
    unfounded = [
        one
        for one in document.get("errors", [])
        if one["parameter"] not in DEPENDENT or DEPENDENT[one["parameter"]] & set(case.query or {})
    ]
    assert document.get("errors"), f"Refused without saying why: {document}"
    assert not unfounded, f"Refused although the document allows it: {unfounded}"


@schemathesis.check
class EveryReadSucceedsOnce:
    """No operation is only ever refused, which would show nothing of its answers."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.answered: set[str] = set()

    def after_response(self, ctx: Any, response: Any, case: Any) -> None:
        if case.operation.method.upper() in READS:
            self.asked.add(case.operation.label)
            if response.status_code == 200:
                self.answered.add(case.operation.label)

    def after_run(self, ctx: Any) -> None:
        assert self.asked == self.answered, f"Never answered: {sorted(self.asked - self.answered)}"
