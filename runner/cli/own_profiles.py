"""The app profiles for commands that look at phones and screens."""

from pathlib import Path
from typing import TYPE_CHECKING

from runner.campaign.app_file import apps_beside, texts_of
from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.flows.profile import Profiles


def profiles_beside(campaigns: Path) -> "Profiles":
    """The profiles that come with the runner, and the user's own in `apps/` beside the campaigns over them.

    Raises UsageError if one of those has errors.
    """
    from runner.flows.profile import Profiles

    own = apps_beside(str(campaigns / "campaign.yaml"))
    for problem in (problem for file in own.values() for problem in file.diagnostics):
        place = f"{problem.path}:{problem.span.line}:{problem.span.column}"
        raise UsageError(f"{place}: {problem.message}", hint="`runner validate` shows all problems")
    return Profiles.over(texts_of(own))
