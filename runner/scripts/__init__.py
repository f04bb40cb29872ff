"""The kinds of work that a campaign can ask for. Each script has a file: its config, targets, effects and duration."""

from runner.scripts.account_warmup import ACCOUNT_WARMUP
from runner.scripts.comment import COMMENT
from runner.scripts.follow import FOLLOW, UNFOLLOW
from runner.scripts.like import LIKE
from runner.scripts.post import POST
from runner.scripts.profile import PROFILE
from runner.scripts.script import Script, complete, defaults

SCRIPTS: dict[str, Script] = {
    script.name: script for script in (POST, FOLLOW, UNFOLLOW, LIKE, COMMENT, ACCOUNT_WARMUP, PROFILE)
}
"""Every built-in script by name."""

__all__ = ["SCRIPTS", "Script", "complete", "defaults"]
