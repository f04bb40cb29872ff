"""Who has a name when several files claim it: the one that was there first. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from runner.checks import duplicate_name
from runner.checks.written import Item
from runner.diagnostics import Diagnostic, Related
from runner.scheduling.campaign_files import CampaignFile
from runner.store.rows import CampaignRow

_UNCHANGED, _SAME_PLACE, _NEW = range(3)
"""How much of a claim was there before: file and text, the file, or nothing."""


class _Claim(NamedTuple):
    """A file says that a name is its campaign's, or was; `item` is None where the file cannot be read so far."""

    rank: int
    is_former: bool
    order: int
    file: CampaignFile
    name: str
    item: Item | None


def newcomers(
    files: Sequence[CampaignFile], rows: Mapping[str, CampaignRow]
) -> Iterator[tuple[CampaignFile, Diagnostic]]:
    """The files that claim a name which another file had before them, or that nobody had: then none gets it."""
    claims: dict[str, list[_Claim]] = {}
    for claim in _claims(files, rows):
        claims.setdefault(claim.name, []).append(claim)
    for rivals in claims.values():
        if len(rivals) > 1:
            yield from _refused(sorted(rivals, key=lambda claim: claim[:3]))


def _claims(files: Iterable[CampaignFile], rows: Mapping[str, CampaignRow]) -> Iterator[_Claim]:
    by_place = {row.path: row for row in rows.values() if row.withdrawn_utc is None}
    for order, file in enumerate(files):
        row = by_place.get(file.place)
        name = file.name.text if file.name else row and row.name
        rank = _NEW
        if row and row.name == name:
            rank = _UNCHANGED if row.text == file.text else _SAME_PLACE
        if name:
            yield _Claim(rank, False, order, file, name, file.name)
        for item in file.checked.campaign.former_names:
            yield _Claim(rank, True, order, file, item.text, item)


def _refused(claims: Sequence[_Claim]) -> Iterator[tuple[CampaignFile, Diagnostic]]:
    owner, *others = claims
    nobody_was_there = owner.rank == _NEW and not owner.is_former
    if nobody_was_there and any(not other.is_former for other in others):
        yield from _problem(owner, next(other for other in others if not other.is_former))
    for other in others:
        yield from _problem(other, owner)


def _problem(claim: _Claim, owner: _Claim) -> Iterator[tuple[CampaignFile, Diagnostic]]:
    name, where = claim.name, owner.file.path
    if claim.item is None:
        return
    hint = "this file is the newcomer: give its campaign another name, or remove one of the two files"
    if owner.file is claim.file:
        message, hint = f"`{name}` is a name of this campaign already", "remove it"
    elif claim.is_former:
        message = f"`{name}` belongs to another campaign, that of {where}"
        hint = "a history can be carried over to one only, when the old file is no longer there"
    elif owner.rank == _NEW:
        message, hint = (
            f"another campaign is called `{name}` too, that of {where}",
            "neither is in force: rename one",
        )
    elif owner.is_former:
        message = f"the campaign of {where} was called `{name}` before, and carries its history"
    else:
        message = f"`{name}` is the campaign of {where}, which was here before"
    campaign = claim.file.checked.campaign
    related: tuple[Related, ...] = ()
    if owner.item is not None:
        related = (owner.file.checked.campaign.view.related(owner.item.path, "the other one"),)
    yield (
        claim.file,
        campaign.view.problem(duplicate_name.CODE, claim.item.path, message, hint, related=related),
    )
