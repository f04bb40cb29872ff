"""What a run by hand would do, before anybody starts it: its tasks, the phones, and the limits that it would meet."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from runner.backends.material import glance
from runner.campaign.resolve import ResolvedCampaign
from runner.planning import notes
from runner.planning.material import Material
from runner.planning.notes import Held
from runner.planning.plan import manual
from runner.planning.plannable_entry import PlannableEntry
from runner.planning.simulation import Simulation
from runner.queries.asked_times import alone, scheduled_at
from runner.queries.situation import Situation
from runner.queries.usage import usage_until
from runner.store.ledger import Ledger
from runner.store.phone_rows import Hold
from runner.store.request_rows import PauseRow
from runner.tasks import Task

MOST_NAMED = 20
"""How many tasks are told one by one."""


@dataclass(frozen=True, slots=True)
class RunPreview:
    """`tasks` are the first of `total`, `known` of which are in the ledger already, and are not made again; `lanes` is
    how many of them each phone or account has, `effects` the most that they would make, by kind.

    `held` says which tasks a limit would hold back, and until when; `pauses` and `holds` are those that keep tasks from
    starting now.
    """

    campaign: str
    entry: str
    tasks: tuple[Task, ...]
    total: int
    known: int
    lanes: Mapping[str, int]
    effects: Mapping[str, int]
    held: tuple[str, ...]
    pauses: tuple[PauseRow, ...]
    holds: tuple[Hold, ...]


def preview_run(
    ledger: Ledger,
    campaign: ResolvedCampaign,
    entry: str,
    situation: Situation,
    zone: tzinfo,
    at: str | None = None,
) -> RunPreview:
    """What running an entry now would do, or carrying out its occurrences of a typed time now. `zone` is the one of the
    days of limits that span campaigns. Raises UsageError if there is no such entry, or no such occurrence."""
    only = alone(campaign, entry)
    plannable = PlannableEntry.of(campaign, only.entries[0])
    known = 0
    if at is None:
        made = manual(only, "preview", situation.now)[1]
    else:
        coming = scheduled_at(only, at, situation.now)
        made = tuple(task for one in coming for task in one.tasks())
        known = sum(len(ledger.tasks.of(one.occurrence)) for one in coming)
    tasks = _with_files(ledger, plannable, made)
    pauses = {pause for task in tasks if (pause := situation.pause_of(task.campaign, task.device))}
    devices = {task.device for task in tasks}
    effects = plannable.entry.script.effects(plannable.entry.config)
    return RunPreview(
        campaign=campaign.name,
        entry=entry,
        tasks=tuple(tasks[:MOST_NAMED]),
        total=len(tasks),
        known=known,
        lanes=Counter(task.place for task in tasks),
        effects={kind: count * len(tasks) for kind, count in effects.items() if count},
        held=tuple(_held(ledger, plannable, tasks, situation, zone)),
        pauses=tuple(sorted(pauses, key=lambda pause: pause.since_utc)),
        holds=tuple(hold for device, hold in situation.holds.items() if device in devices),
    )


def _with_files(ledger: Ledger, plannable: PlannableEntry, tasks: Sequence[Task]) -> list[Task]:
    """The tasks with the files that they would get."""
    if plannable.order is None:
        return list(tasks)
    files = glance(plannable.entry.config)
    owners = {plannable.owner(lane) for lane in plannable.lanes}
    prints = {file.fingerprint for file in files if file.fingerprint}
    material = Material({plannable.name: files}, ledger.file_uses.of(owners, prints))
    return material.given(tasks, tasks[0].due_utc, material.rotation())[0] if tasks else []


def _held(
    ledger: Ledger, plannable: PlannableEntry, tasks: Sequence[Task], situation: Situation, zone: tzinfo
) -> Iterator[str]:
    """What limits would hold back, in the words of the plan."""
    simulation = Simulation([plannable], zone, usage_until(ledger, plannable.lanes, situation.now))
    found: dict[tuple[object, ...], Held] = {}
    delays = [delay for task in tasks for delay in simulation.feed(task)] + list(simulation.finish())
    for delay in delays:
        together = (delay.refusal.limit if delay.refusal else "", delay.is_interrupted)
        found.setdefault(together, Held(delay)).add(delay)
    for held in found.values():
        yield notes.on_delays(held, plannable.entry.grace, zone).message
