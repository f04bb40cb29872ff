"""The kinds of work that a campaign can ask for: one file per script, its config model and its targets."""

from runner.scripts.follow import FOLLOW
from runner.scripts.post import POST
from runner.scripts.script import Script

SCRIPTS: dict[str, Script] = {script.name: script for script in (POST, FOLLOW)}
"""Every built-in script by name."""

__all__ = ["SCRIPTS", "Script"]
