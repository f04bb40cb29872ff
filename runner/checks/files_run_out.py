"""Check `files-run-out`: an entry has posted all of its files on an account, and would begin again."""

from collections.abc import Iterator

from runner.checks.calendar import shown
from runner.checks.compact_campaign import CompactCampaign
from runner.checks.files_ahead import AgainAhead, files_ahead, local
from runner.checks.outlook import Outlook
from runner.diagnostics import Diagnostic
from runner.planning.plural import plural

CODE = "files-run-out"


def check(outlook: Outlook) -> Iterator[tuple[CompactCampaign, Diagnostic]]:
    """One diagnostic for an entry."""
    for again in outlook.once(files_ahead):
        if again.has_run_out:
            yield again.prospect.campaign, _warning(again)


def _warning(again: AgainAhead) -> Diagnostic:
    campaign, posts = again.prospect.campaign.view, again.prospect.posts
    files = plural(len({file.sha256 for file in posts.files}) if posts else 0, "file")
    message = f"{files} to post run out on {again.where}: from {shown(local(again))} on files come again"
    if files.startswith("1 "):
        message = message.replace("run out", "runs out", 1)
    hint = "add files, or let `active: {until: DAY}` end the campaign before"
    return campaign.warning(CODE, campaign.head(again.prospect.path), message, hint)
