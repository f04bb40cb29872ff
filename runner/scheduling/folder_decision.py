"""What becomes of each campaign, by its file and by what the ledger says of it. Looks at paths, else pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from runner.campaign.masking import without_keys
from runner.checks import duplicate_name
from runner.checks.written import Item
from runner.diagnostics import Diagnostic, Related, Severity, tidy
from runner.file_names import escaped
from runner.reports.text import excerpts
from runner.scheduling.campaign_files import CampaignFile, FilesReading
from runner.store.campaign_rows import CampaignRow, InvalidFile

_MOST_TOLD = 3
"""How many problems of a wrong file are told."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A file that is wrong, or cannot be read; `campaign` is the one that it belongs to, if any."""

    path: str
    campaign: str | None
    problem: str
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class FolderDecision:
    """`good` are the files that take effect, by campaign; `bad` those that do not; `renamed` gives the new names of
    campaigns by their old ones; `gone` the campaigns that are no longer there, and why."""

    good: Mapping[str, CampaignFile]
    bad: Sequence[Bad]
    renamed: Mapping[str, str]
    gone: Mapping[str, str]
    problems: tuple[Diagnostic, ...]


def decide_files(
    reading: FilesReading,
    rows: Mapping[str, CampaignRow],
    commits: Mapping[Path, str | None],
    invalid: Sequence[InvalidFile],
) -> FolderDecision:
    """Decide for all files, and for all campaigns that are in force in the ledger; `invalid` are the files that were
    wrong before."""
    problems = tidy([*reading.problems, *(problem for _, problem in _newcomers(reading.files, rows))])
    errors = _errors(reading.files, problems)
    good = {file.name.text: file for file in reading.files if file.path not in errors and file.name}
    standing = {name: row for name, row in rows.items() if row.withdrawn_utc is None}
    owners = _owners([file for file in reading.files if file.path in errors], standing, good, invalid)
    bad = [
        Bad(
            file.place,
            owners.get(file.path),
            _worded(file, errors[file.path], reading),
            commits.get(file.path),
        )
        for file in reading.files
        if file.path in errors
    ]
    kept = {*good, *owners.values()}
    lost = {name: row for name, row in standing.items() if name not in kept}
    renamed = {old: new for new, file in good.items() for old in _formerly(file) if old in lost}
    found = {file.place for file in reading.files}
    gone = {}
    for name, row in lost.items():
        if name not in renamed:
            # A file that is there and cannot be read is no deletion: its campaign stays in force.
            if row.path not in found and (trouble := _trouble(row.path)):
                bad.append(Bad(row.path, name, trouble))
            else:
                gone[name] = _why_gone(row, found)
    return FolderDecision(good, bad, renamed, gone, tuple(problems))


def _errors(files: Sequence[CampaignFile], problems: Iterable[Diagnostic]) -> dict[Path, list[Diagnostic]]:
    """The errors of each file that has any, with those of the files beside it."""
    wrong = [problem for problem in problems if problem.severity is Severity.ERROR]
    by_path: dict[str, list[Diagnostic]] = {}
    for problem in wrong:
        by_path.setdefault(problem.path, []).append(problem)
    found = {}
    for file in files:
        paths = (file.loaded.document.path, *file.paths_beside)
        errors = [problem for path in paths for problem in by_path.get(path, ())]
        if errors:
            found[file.path] = errors
    return found


def _owners(
    wrong: Sequence[CampaignFile],
    standing: Mapping[str, CampaignRow],
    good: Mapping[str, CampaignFile],
    invalid: Sequence[InvalidFile],
) -> dict[Path, str]:
    """The campaign of each wrong file: the one that lay there, whose wrong file did, or whose name it bears."""
    named = [(file.place, name) for file in wrong if (name := file.likely_name)]
    former = [(file.place, old) for file in wrong for old in _formerly(file)]
    before = [(file.path, file.campaign) for file in invalid if file.campaign]
    of_standing = [(place, name) for place, name in [*before, *named, *former] if name in standing]
    # The surest claims come first, and campaigns in force before new ones: one that gets no file is withdrawn.
    claims = [*((row.path, name) for name, row in standing.items()), *of_standing, *named]
    paths = {file.place: file.path for file in wrong}
    owners: dict[Path, str] = {}
    taken = set(good)
    for place, name in claims:
        if place in paths and paths[place] not in owners and name not in taken:
            owners[paths[place]] = name
            taken.add(name)
    return owners


def _formerly(file: CampaignFile) -> list[str]:
    return [item.text for item in file.checked.campaign.former_names]


def _worded(file: CampaignFile, errors: Sequence[Diagnostic], reading: FilesReading) -> str:
    """What is wrong with a file, for the log and the ledger; lines that may be somebody else's are not quoted."""
    if file.path in reading.outside:
        first = errors[0]
        return (
            f"{first.path}:{first.span.line}: it is wrong, and lies outside of the campaigns' folders, to which a link "
            f"leads: what it holds is not told here; `runner validate {file.path}` tells"
        )
    more = len(errors) - _MOST_TOLD
    lines = list(excerpts(errors[:_MOST_TOLD], reading.texts))
    text = "\n".join([*lines[:-1], *([f"and {more} more problems"] if more > 0 else [])])
    return escaped(without_keys(text))


def _trouble(path: str) -> str | None:
    """Why a file was not found; None if it is simply gone."""
    try:
        mode = Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return f"{path}: the file cannot be read: {error.strerror}"
    return None if S_ISREG(mode) else f"{path}: this is no file any more"


def _why_gone(row: CampaignRow, found: Collection[str]) -> str:
    if row.path in found:
        return f"its file {row.path} is another campaign now"
    if Path(row.path).exists():
        return f"its file {row.path} is not among those that the daemon was started with"
    return f"its file {row.path} is gone"


# Who has a name when several files claim it: the one that was there first.

_UNCHANGED, _SAME_PLACE, _NEW = range(3)
"""How much of a claim was there before: file and text, the file, or nothing."""


class _Claim(NamedTuple):
    """A file says that a name is its campaign's, or was; `item` is None if the file cannot be read that far."""

    rank: int
    is_former: bool
    order: int
    file: CampaignFile
    name: str
    item: Item | None


def _newcomers(
    files: Sequence[CampaignFile], rows: Mapping[str, CampaignRow]
) -> Iterator[tuple[CampaignFile, Diagnostic]]:
    """The files that claim a name which another file had before them. If nobody had it before, none of them gets it."""
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
