"""Check `too-short-timeout`: tasks have less time than they are expected to take."""

from collections.abc import Iterator

from runner.checks.sound import sound_works
from runner.checks.view import CampaignView
from runner.checks.written import Path, WrittenEntry
from runner.diagnostics import Diagnostic, Related

CODE = "too-short-timeout"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for entry, work in campaign.once(sound_works):
        timeout, expected_s = work.entry.timeout, work.expected.total_seconds()
        if timeout and timeout.seconds < expected_s:
            script = work.entry.script.name
            message = (
                f"a timeout of {timeout} is too short: `{script}` is expected to take {_shown(expected_s)}"
            )
            yield _warning(campaign, entry, message)


def _warning(campaign: CampaignView, entry: WrittenEntry, message: str) -> Diagnostic:
    """The warning, at the entry's own timeout or at the one in `defaults:`."""
    path: Path = (*entry.path, "timeout")
    related: tuple[Related, ...] = ()
    if "timeout" not in entry.values:
        path = ("defaults", "timeout")
        related = (campaign.related(campaign.head(entry.path), "for this entry"),)
    return campaign.warning(CODE, path, message, "give it more, or leave it out", related=related)


def _shown(seconds: float) -> str:
    """A duration as campaigns write it: in whole minutes if possible, else in seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{round(seconds)}s" if rest or not minutes else f"{minutes}m"
