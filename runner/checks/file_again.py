"""Check `file-again`: two entries post the same file on one account, or on one phone where no account is known."""

from collections.abc import Iterator
from pathlib import PurePath

from runner.checks.calendar import shown
from runner.checks.compact_campaign import CompactCampaign
from runner.checks.files_ahead import AgainAhead, files_ahead, local
from runner.checks.outlook import Outlook
from runner.checks.prospects import Prospect
from runner.diagnostics import Diagnostic, Related

CODE = "file-again"


def check(outlook: Outlook) -> Iterator[tuple[CompactCampaign, Diagnostic]]:
    """One diagnostic for two entries. An entry that posts its own files again either says so, or has no others."""
    told: set[frozenset[tuple[str, str]]] = set()
    for again in sorted(outlook.once(files_ahead), key=lambda one: one.start_s):
        posts, pair = again.prospect.posts, frozenset({_place(again.prospect), _place(again.before)})
        if posts and not posts.is_written and not again.has_run_out and len(pair) > 1 and pair not in told:
            told.add(pair)
            yield again.prospect.campaign, _warning(again)


def _place(prospect: Prospect) -> tuple[str, str]:
    return prospect.campaign.path, prospect.name


def _warning(again: AgainAhead) -> Diagnostic:
    campaign, before = again.prospect.campaign.view, again.before
    file, when = PurePath(again.file.path).name, shown(local(again))
    message = f"{file} comes again on {again.where} ({when}): {_named(again)} posts it there before"
    related: tuple[Related, ...] = ()
    if before.campaign is again.prospect.campaign:
        related = (campaign.related(campaign.head(before.path), "the entry that posts it before"),)
    hint = "name other files, or write `order: same` if it shall be posted again"
    return campaign.warning(CODE, campaign.head(again.prospect.path), message, hint, related=related)


def _named(again: AgainAhead) -> str:
    before = again.before
    if before.campaign is again.prospect.campaign or before.campaign.name is None:
        return before.name
    return f"{before.campaign.name.text}/{before.name}"
