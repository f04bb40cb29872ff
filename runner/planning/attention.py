"""What needs attention in a plan: conflicts, limits, clocks, what does not come, and the calls that it makes.

Nothing is kept but the notes themselves, and of each code only so many: a year takes no more memory than a
day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, tzinfo

from runner.planning import notes
from runner.planning.calls import calls
from runner.planning.coming import inactive, next_occurrence
from runner.planning.conflicts import conflicts
from runner.planning.limits import Usage
from runner.planning.notes import MOST_OF_A_CODE, Held, Note, Posts, shorten
from runner.planning.plan import Plan
from runner.planning.simulation import Delay, Simulation
from runner.planning.work import Work, works


def attention(plan: Plan, zone: tzinfo, past: Mapping[str, Usage] | None = None) -> Iterator[Note]:
    """The notes of a plan.

    `zone` is the fleet's, whose days and working hours limits count; `past` what has been done already, by
    device or account.
    """
    found = {work.name: work for work in works(plan.sources)}
    zones = {source.campaign.name: source.zone for source in plan.sources}
    for conflict in conflicts(plan.sources, plan.window):
        yield notes.on_conflict(conflict, zones[conflict.second.campaign])
    yield from _delays(plan, found, zone, past)
    yield from shorten(note for one in plan.coming() for note in notes.on_clocks(one))
    yield from shorten(note for one in plan.coming() for note in notes.on_merging(one))
    for work in found.values():
        yield from notes.on_inactive(work, inactive(work, plan.window))
    yield from _calls(plan, zones)
    if next(plan.tasks(), None) is None:
        upcoming = next_occurrence(plan.sources, plan.window.until_utc)
        yield notes.nothing_due(upcoming, zones[upcoming.campaign] if upcoming else UTC)


def _delays(
    plan: Plan, found: Mapping[tuple[str, str], Work], zone: tzinfo, past: Mapping[str, Usage] | None
) -> Iterator[Note]:
    """What limits hold back, and what would start too late: a note for each limit and occurrence."""
    held: dict[tuple[object, ...], Held] = {}
    more = 0
    for delay in _simulated(plan, found.values(), zone, past):
        task, limit = delay.task, delay.refusal.limit if delay.refusal else ""
        key = (task.campaign, task.entry, task.nominal, limit, delay.is_interrupted)
        if key not in held and len(held) >= MOST_OF_A_CODE:
            more += 1
            continue
        held.setdefault(key, Held(delay)).add(delay)
    for one in held.values():
        work = found[one.first.task.campaign, one.first.task.entry]
        yield notes.on_delays(one, work.entry.grace, zone)
    if more:
        yield Note("limit-reached", f"and {more} more tasks wait like these")


def _simulated(
    plan: Plan, found: Iterable[Work], zone: tzinfo, past: Mapping[str, Usage] | None
) -> Iterator[Delay]:
    simulation = Simulation(found, zone, past)
    for task in plan.tasks():
        yield from simulation.feed(task)
    yield from simulation.finish()


def _calls(plan: Plan, zones: Mapping[str, tzinfo]) -> Iterator[Note]:
    """The calls of the Local API that would be made, a note for each occurrence."""
    posting = tuple(source for source in plan.sources if source.campaign.backend == "local_api")
    posts: dict[tuple[str, str, str], Posts] = {}
    more = 0
    for call in calls(replace(plan, sources=posting).tasks()):
        task = call.tasks[0]
        key = (task.campaign, task.entry, task.nominal)
        if key not in posts and len(posts) >= MOST_OF_A_CODE:
            more += 1
            continue
        posts.setdefault(key, Posts(call)).add(call)
    for key, one in posts.items():
        yield notes.on_calls(one, zones[key[0]])
    if more:
        yield Note("api-calls", f"and {more} more calls")
