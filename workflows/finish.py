"""What happens when Wagtail's workflow has no stage left. Wagtail imports this before any model is loaded."""

from typing import Any


def do_not_publish(workflow_state: Any, user: Any = None) -> None:
    """Nothing goes live because a list of stages ran out.

    A story is cleared by the signature that completes its review (`workflows.actions.sign_off`) and released by a
    publisher (`workflows.actions.release`). A workflow also runs out of stages when an administrator disables the
    last one, and that must clear nothing.
    """
