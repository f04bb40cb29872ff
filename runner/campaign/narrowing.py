"""Campaigns on the phones that fit now: what a `match` asks of phones is held against what they said last."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from runner.campaign.match import Sightings
from runner.campaign.resolve import Candidate, ResolvedCampaign, ResolvedEntry


def asks_phones(campaigns: Iterable[ResolvedCampaign]) -> bool:
    """Whether any of these campaigns works on phones that only they themselves choose."""
    return any(entry.conditions for campaign in campaigns for entry in campaign.entries)


def narrowed(campaign: ResolvedCampaign, seen: Sightings) -> ResolvedCampaign:
    """The campaign without the phones that do not fit; itself, if it asks nothing of them."""
    if not asks_phones([campaign]):
        return campaign
    return replace(campaign, entries=tuple(_narrowed(entry, seen) for entry in campaign.entries))


def _narrowed(entry: ResolvedEntry, seen: Sightings) -> ResolvedEntry:
    found = tuple(_candidates(entry, seen))
    gone = {one.serial for one in found if one.misfit}
    return replace(
        entry,
        devices=tuple(serial for serial in entry.devices if serial not in gone),
        accounts=tuple(one for one in entry.accounts if one.device not in gone),
        candidates=found,
    )


def _candidates(entry: ResolvedEntry, seen: Sightings) -> Iterator[Candidate]:
    """Each phone that has to fit one of several matches, with why it does not."""
    for serial, matches in entry.conditions.items():
        misfits = [match.misfit(seen.get(serial)) for match in matches]
        when = seen[serial].when if serial in seen else ""
        yield Candidate(serial, "" if "" in misfits else misfits[0], when)
