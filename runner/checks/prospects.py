"""What the entries of a campaign would do in the days ahead: the part of the dry plan that needs devices.

It covers the sound entries: those that use a name that means nothing, or a wrong value, are left out.
"""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

from runner.checks.calendar import Calendar, Tick
from runner.checks.compact_campaign import CompactCampaign
from runner.checks.sound import sound_works
from runner.checks.view import CampaignView
from runner.checks.written import Path, WrittenEntry
from runner.planning.limits import Cap, Scope, Span, effective_limits
from runner.planning.plannable_entry import PlannableEntry, PlannedLane
from runner.planning.rotation import Order
from runner.scripts.post import FILES_KEY, FOLDER_KEY, count, is_from_folder, kind
from runner.tasks import SeenFile

HOUR_S = 3600.0

_MOST_FILES = 1000
"""How many files of an entry are looked at: more hardly run out in the days ahead."""

# The day on which the clocks go back.
_LONGEST_DAY_S = 25 * HOUR_S

CapKey = tuple[str, Scope, Span]
"""What a cap counts: a kind of effect, of a device or an account, in a day or an hour."""

Limits = tuple[Mapping[CapKey, Cap], float]
"""The caps of a campaign, and its least gap between two effects in seconds."""


class Posts(NamedTuple):
    """What an entry posts: its files, each with its fingerprint for its hash, how tasks share them out, and how many
    each of them takes. `owners` are those who get them, lane by lane; `is_written` says whether the entry itself says
    how."""

    files: tuple[SeenFile, ...]
    order: Order
    several: int
    owners: tuple[str, ...]
    is_written: bool


class Prospect(NamedTuple):
    """An entry, and when its occurrences come; `busy_s` is how long one of them keeps a phone busy.

    `effects` are the most effects of one occurrence on one phone, by kind; `on_a_day` is how many occurrences may come
    on one day of any zone, `close` how many may have effects in the same hour. `zone` is the zone of the days of limits
    that the campaign names, `fleet_zone` that of built-in caps. `posts` is None
    for an entry that posts no files of this machine, or too many.
    """

    campaign: CompactCampaign
    path: Path
    lanes: tuple[PlannedLane, ...]
    caps: Mapping[CapKey, Cap]
    min_gap_s: float
    ticks: tuple[Tick, ...]
    busy_s: float
    effects: Mapping[str, int]
    on_a_day: int
    close: int
    zone: tzinfo
    fleet_zone: tzinfo
    posts: Posts | None = None

    def day_zone(self, cap: Cap) -> tzinfo:
        """The zone of the days that a cap counts."""
        return self.fleet_zone if cap.built_in else self.zone

    @property
    def name(self) -> str:
        return str(self.path[-1])


class Prospector:
    """Makes prospects, and remembers what campaigns have in common."""

    def __init__(self) -> None:
        self._limits: dict[str, Limits] = {}

    def prospects(self, campaign: CampaignView, compact: CompactCampaign) -> Iterator[Prospect]:
        """The entries of a campaign that have something to do in the days ahead."""
        works = campaign.once(sound_works)
        if not works:
            return
        limits = self._effective(works[0][1].campaign.limits)
        for entry, plannable in works:
            calendar = campaign.calendar_in(plannable.own_zone)
            if ticks := _ticks(calendar, entry):
                posts = _posts(campaign, plannable)
                yield _prospect(compact, entry.path, plannable, ticks, calendar, limits, posts)

    def _effective(self, written: Mapping[str, Any]) -> Limits:
        """The limits that are written, computed once for campaigns with the same limits."""
        key = repr(written)
        if key not in self._limits:
            limits = effective_limits(written)
            caps = {(cap.kind, cap.scope, cap.span): cap for kind in limits.caps.values() for cap in kind}
            self._limits[key] = caps, limits.min_gap.total_seconds()
        return self._limits[key]


def _prospect(
    compact: CompactCampaign,
    path: Path,
    plannable: PlannableEntry,
    ticks: tuple[Tick, ...],
    calendar: Calendar,
    limits: Limits,
    posts: Posts | None,
) -> Prospect:
    caps, min_gap_s = limits
    tasks, of_a_task = len(plannable.targets), plannable.entry.script.effects(plannable.entry.config)
    effects = {kind: count * tasks for kind, count in of_a_task.items()}
    busy_s = tasks * plannable.expected.total_seconds()
    lasting_s = max(busy_s, max(effects.values(), default=0) * min_gap_s)
    return Prospect(
        campaign=compact,
        path=path,
        lanes=plannable.lanes,
        caps=caps,
        min_gap_s=min_gap_s,
        ticks=ticks,
        busy_s=busy_s,
        effects=effects,
        on_a_day=_most_within(_LONGEST_DAY_S, ticks),
        close=_most_within(HOUR_S + lasting_s, ticks),
        zone=calendar.working_zone,
        fleet_zone=calendar.horizon.fleet_zone,
        posts=posts,
    )


def _posts(campaign: CampaignView, plannable: PlannableEntry) -> Posts | None:
    config, order = plannable.entry.config, plannable.order
    if order is None or not campaign.reads_files_here:
        return None
    from_folder = is_from_folder(config)
    paths = campaign.files.posted(config[FOLDER_KEY], kind(config)) if from_folder else config[FILES_KEY]
    if len(paths) > _MOST_FILES:
        return None
    files = (SeenFile(path, campaign.files.fingerprint(path)) for path in paths)
    return Posts(
        tuple(file for file in files if file.sha256),
        order,
        count(config),
        tuple(map(plannable.owner, plannable.lanes)),
        is_written=plannable.entry.order is not None,
    )


def _ticks(calendar: Calendar, entry: WrittenEntry) -> tuple[Tick, ...]:
    ticks = [calendar.coming(time).ticks for time in entry.times]
    return ticks[0] if len(ticks) == 1 else tuple(sorted(set().union(*ticks)))


# Campaigns share their rhythms.
@lru_cache(maxsize=4096)
def _most_within(reach_s: float, ticks: tuple[Tick, ...]) -> int:
    first = most = 0
    for number, instant_s in enumerate(ticks):
        while ticks[first] <= instant_s - reach_s:
            first += 1
        most = max(most, number + 1 - first)
    return most
