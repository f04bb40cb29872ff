"""What a reload changes: it compares the campaigns in force before it with those after it. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from runner.campaign.resolve import ResolvedCampaign, ResolvedEntry
from runner.diagnostics import Diagnostic
from runner.planning.rules import Rule, parse
from runner.scripts import Script

_SHOWN = 3
"""How many of the things that differ are named; the others are counted."""


class ChangeKind(StrEnum):
    """What became of an entry (the first four) or of a campaign.

    An entry has `moved` if its start times differ, and `changed` if only something else does; a campaign has
    `changed` if a setting of all its entries does. It is `invalid` when its file is wrong, so that its last good text
    stays in force, and `mended` when the file is right again.
    """

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"
    RENAMED = "renamed"
    WITHDRAWN = "withdrawn"
    INVALID = "invalid"
    MENDED = "mended"


@dataclass(frozen=True, slots=True)
class CampaignChange:
    """One difference that a reload made; `entry` is None if it concerns the campaign as a whole.

    `detail` is for people; `commit` is that of the file which made the difference, shortened, with `-dirty` behind
    it if the file differs from that commit; None outside of git.
    """

    campaign: str
    entry: str | None
    what: ChangeKind
    detail: str
    commit: str | None


@dataclass(frozen=True, slots=True)
class Reload:
    """The result of a reload: the campaigns in force by name, what is different, and every problem in the files now,
    warnings included."""

    campaigns: tuple[ResolvedCampaign, ...]
    changes: tuple[CampaignChange, ...]
    problems: tuple[Diagnostic, ...]


Flow = tuple[str, str]
"""A campaign's name, and the script that one of its flows is."""


def differences(
    before: Iterable[ResolvedCampaign],
    after: Iterable[ResolvedCampaign],
    changed_flows: Collection[Flow] = (),
) -> list[CampaignChange]:
    """How campaigns differ, by campaign and then as declared.

    A campaign that was renamed, and says so (`formerly`), is compared with what it was. `changed_flows` are those
    whose text differs.
    """
    old, new = _by_name(before), _by_name(after)
    former = {was: name for name, campaign in new.items() for was in campaign.formerly if was not in new}
    old = {former.get(name, name): campaign for name, campaign in old.items()}
    found: list[CampaignChange] = []
    for name in sorted({*old, *new}):
        found += _of_campaign(name, old.get(name), new.get(name), changed_flows)
    return found


def short(commit: str | None) -> str | None:
    """A commit as people write it."""
    return commit and commit[:12] + "-dirty" * commit.endswith("-dirty")


def _by_name(campaigns: Iterable[ResolvedCampaign]) -> dict[str, ResolvedCampaign]:
    return {campaign.name: campaign for campaign in campaigns}


def _of_campaign(
    name: str,
    before: ResolvedCampaign | None,
    after: ResolvedCampaign | None,
    changed_flows: Collection[Flow],
) -> Iterator[CampaignChange]:
    made_by = after or before
    commit = short(made_by.commit) if made_by else None
    if before and after and (settings := list(_settings(before, after))):
        yield CampaignChange(name, None, ChangeKind.CHANGED, _named(settings), commit)
    old, new = _entries(before), _entries(after)
    for entry in dict.fromkeys((*new, *old)):
        if entry not in new:
            yield CampaignChange(name, entry, ChangeKind.REMOVED, "", commit)
        elif entry not in old:
            yield CampaignChange(name, entry, ChangeKind.ADDED, f"at {_times(_rules(new[entry]))}", commit)
        else:
            flow = (name, new[entry].script.name) in changed_flows
            others = [*(["flow"] if flow else []), *_others(old[entry], new[entry])]
            if moves := _moves(before, after, old[entry], new[entry]):
                yield CampaignChange(name, entry, ChangeKind.MOVED, "; ".join([moves, *others]), commit)
            elif others:
                yield CampaignChange(name, entry, ChangeKind.CHANGED, _named(others), commit)


def _entries(campaign: ResolvedCampaign | None) -> dict[str, ResolvedEntry]:
    return {entry.name: entry for entry in campaign.entries} if campaign else {}


def _settings(before: ResolvedCampaign, after: ResolvedCampaign) -> Iterator[str]:
    """The settings of all entries that differ, except those of their start times."""
    for name in ("backend", "limits"):
        if getattr(before, name) != getattr(after, name):
            yield name
    if before.profiles != after.profiles:
        yield "app profiles"


def _moves(
    before: ResolvedCampaign | None, after: ResolvedCampaign | None, old: ResolvedEntry, new: ResolvedEntry
) -> str:
    """How the start times of an entry differ, for people; empty if they do not."""
    assert before and after
    found = []
    if set(_rules(old)) != set(_rules(new)):
        found.append(f"{_times(_rules(old))} -> {_times(_rules(new))}")
    if before.timezone != after.timezone:
        found.append(f"{before.timezone} -> {after.timezone}")
    if old.zones != new.zones:
        found.append("other zones of groups")
    if before.active != after.active:
        found.append("other active days")
    return "; ".join(found)


def _rules(entry: ResolvedEntry) -> list[Rule]:
    return [parse(start.value) for start in entry.start_times]


def _times(rules: Sequence[Rule]) -> str:
    return _named([rule.written for rule in rules]) or "no time"


def _others(old: ResolvedEntry, new: ResolvedEntry) -> Iterator[str]:
    """What differs except the start times: settings by name, devices and accounts one by one."""
    for name in ("script", "spread", "jitter", "timeout", "on_missed", "grace", "overlap", "order"):
        was, now = (_written(getattr(entry, name)) for entry in (old, new))
        if was != now:
            yield f"{name} {was} -> {now}"
    if old.retry != new.retry:
        yield "retry"
    for name in ("app", "multi_account", "min_interval", "max_interval"):
        if getattr(old, name) != getattr(new, name):
            yield name
    yield from _lanes("devices", old.devices, new.devices)
    yield from _lanes("accounts", _placed(old), _placed(new))
    yield from _lanes("usernames", old.usernames, new.usernames)
    yield from (f"config.{key}" for key in _differing(old.config, new.config))


def _placed(entry: ResolvedEntry) -> list[str]:
    """The declared accounts, each with its phone: one that moves is another lane."""
    return [f"{one.identity} on {one.device}" for one in entry.accounts]


def _written(value: Any) -> str:
    return value.name if isinstance(value, Script) else str(value or "none")


def _lanes(name: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    added = [lane for lane in new if lane not in old]
    removed = [lane for lane in old if lane not in new]
    if added or removed:
        yield ", ".join(f"{sign}{_named(lanes)}" for sign, lanes in (("+", added), ("-", removed)) if lanes)
    elif old != new:
        yield f"order of {name}"


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    return (key for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key))


def _named(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
