"""From campaigns to the tasks of a window of time, and of a run by hand: the only maker of tasks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from runner.campaign.document import Document
from runner.campaign.loader import Loaded, ResolvedEntry, resolve
from runner.campaign.models import Campaign
from runner.planning.notes import Note, nothing_due, on_occurrence
from runner.planning.occurrences import Moment, gather
from runner.planning.rules import needs_zone, parse
from runner.scripts import SCRIPTS
from runner.tasks import Occurrence, Task, task_key

_LEAST_TIMEOUT_S = 600.0
_TIMEOUT_MARGIN_S = 300.0
_THE_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, `until_utc` exclusive."""

    from_utc: datetime
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """A campaign to plan from: its file, its typed form, its names resolved, the git revision of the file."""

    document: Document
    campaign: Campaign
    entries: tuple[ResolvedEntry, ...]
    commit: str | None = None

    @classmethod
    def of(cls, loaded: Loaded, commit: str | None = None) -> "Source":
        """A loaded file, whose checks found no error, as a source."""
        assert loaded.campaign is not None, f"{loaded.document.path} has errors"
        return cls(loaded.document, loaded.campaign, resolve(loaded), commit)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its wall-clock times; UTC if it names none, and then it may use none."""
        return ZoneInfo(self.campaign.timezone or "UTC")


@dataclass(frozen=True, slots=True)
class Plan:
    """The tasks of a window, resolved and not executed.

    Tasks are ordered by due instant, then as declared: campaigns, entries, devices, targets.
    """

    window: Window
    sources: tuple[Source, ...]
    occurrences: tuple[Occurrence, ...]
    tasks: tuple[Task, ...]
    notes: tuple[Note, ...]


def plan(sources: Sequence[Source], window: Window) -> Plan:
    """What the campaigns would do in the window. Pure: the same arguments give the same plan."""
    occurrences: list[Occurrence] = []
    tasks: list[Task] = []
    notes: list[Note] = []
    for source in sources:
        for entry in source.entries:
            due = list(_due(source, entry, window))
            occurrences += (occurrence for occurrence, _ in due)
            tasks += _tasks(source, entry, (occurrence for occurrence, _ in due))
            for occurrence, moments in due:
                notes += on_occurrence(occurrence, moments, source.zone)
    if not tasks:
        notes.append(_nothing_due(sources, window))
    return Plan(
        window,
        tuple(sources),
        tuple(sorted(occurrences, key=attrgetter("instant_utc"))),
        tuple(sorted(tasks, key=attrgetter("due_utc"))),
        tuple(notes),
    )


def manual(source: Source, run_id: str, now: datetime) -> tuple[tuple[Occurrence, ...], tuple[Task, ...]]:
    """A run by hand: one occurrence of each entry now, whatever its start times say, and their tasks."""
    named = source.campaign.name
    occurrences = tuple(
        Occurrence(named, entry.name, f"run:{run_id}", "manual", now) for entry in source.entries
    )
    pairs = zip(source.entries, occurrences, strict=True)
    return occurrences, tuple(
        task for entry, occurrence in pairs for task in _tasks(source, entry, [occurrence])
    )


def next_occurrence(sources: Iterable[Source], from_utc: datetime) -> Occurrence | None:
    """The first occurrence at or after an instant, or None if no start time lies there."""
    ahead = Window(from_utc, _THE_END)
    firsts = (next(_due(source, entry, ahead), None) for source in sources for entry in source.entries)
    return min((first[0] for first in firsts if first), key=attrgetter("instant_utc"), default=None)


def _due(
    source: Source, entry: ResolvedEntry, window: Window
) -> Iterator[tuple[Occurrence, tuple[Moment, ...]]]:
    """An entry's occurrences in order, each with the moments that merged into it."""
    rules = [parse(written) for written in entry.start_times]
    assert source.campaign.timezone or not any(map(needs_zone, rules)), "a wall-clock time needs a zone"
    for moments in gather(rules, source.zone, window.from_utc, window.until_utc):
        named = moments[0]
        yield (
            Occurrence(
                source.campaign.name, entry.name, named.nominal, named.rule.written, named.instant_utc
            ),
            moments,
        )


def _tasks(source: Source, entry: ResolvedEntry, occurrences: Iterable[Occurrence]) -> Iterator[Task]:
    """The tasks of an entry's occurrences; they share one config."""
    script = SCRIPTS[entry.script]
    targets = dict.fromkeys(script.targets(entry.config))
    work = [(device, target) for device in entry.devices for target in targets]
    campaign, backend, commit = source.campaign.name, source.campaign.backend, source.commit
    timeout_s = max(_LEAST_TIMEOUT_S, script.expected_s(entry.config) + _TIMEOUT_MARGIN_S)
    config = entry.config.model_dump(mode="json")
    for occurrence in occurrences:
        nominal, due_utc = occurrence.nominal, occurrence.instant_utc
        for ordinal, (device, target) in enumerate(work):
            yield Task(
                key=task_key(campaign, entry.name, nominal, device, target),
                campaign=campaign,
                entry=entry.name,
                script=entry.script,
                backend=backend,
                device=device,
                username=None,
                target=target,
                nominal=nominal,
                ordinal=ordinal,
                due_utc=due_utc,
                timeout_s=timeout_s,
                config=config,
                commit=commit,
            )


def _nothing_due(sources: Sequence[Source], window: Window) -> Note:
    upcoming = next_occurrence(sources, window.until_utc)
    zones = (source.zone for source in sources if upcoming and source.campaign.name == upcoming.campaign)
    return nothing_due(upcoming, next(zones, UTC))
