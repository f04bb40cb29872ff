"""What needs attention in a plan: conflicts, limits, clocks, what does not come, and the calls that it makes.

It keeps only the notes themselves, and a limited number of each code: a year takes no more memory than a day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, tzinfo

from runner.backend_registry import declared
from runner.planning import notes
from runner.planning.calls import calls
from runner.planning.coming import Coming, inactive, next_occurrence
from runner.planning.conflicts import conflicts
from runner.planning.limits import Usage
from runner.planning.notes import MOST_OF_A_CODE, Held, Note, Posts, shorten
from runner.planning.plan import Plan
from runner.planning.plannable_entry import plannable_entries
from runner.planning.repeats import repeats
from runner.planning.simulation import Delay, Simulation
from runner.planning.source import Clocks


def attention(plan: Plan, fleet_zone: tzinfo, past: Mapping[str, Usage] | None = None) -> Iterator[Note]:
    """The notes of a plan.

    `fleet_zone` is the zone of days that span campaigns; `past` is what has been done already, by device or account.
    """
    found, clocks = plannable_entries(plan.campaigns), Clocks(plan.campaigns)
    for conflict in conflicts(plan.campaigns, plan.window):
        yield notes.on_conflict(conflict, clocks.zone_of(conflict.second))
    yield from _delays(plan, _simulated(plan, fleet_zone, past), clocks)
    yield from shorten(note for one in plan.coming() for note in notes.on_clocks(one.coming))
    yield from shorten(note for one in plan.coming() for note in notes.on_merging(one.coming))
    yield from _files(plan, clocks)
    for plannable in found:
        if plannable.why_nobody:
            yield notes.on_nobody(plannable)
        yield from notes.on_candidates(plannable)
        yield from notes.on_inactive(plannable, inactive(plannable, plan.window))
    yield from _calls(plan, clocks)
    if next(plan.tasks(), None) is None:
        upcoming = next_occurrence(plan.campaigns, plan.window.until_utc)
        yield notes.nothing_due(upcoming, clocks.zone_of(upcoming) if upcoming else UTC)


def forecast(
    plan: Plan, one: Coming, fleet_zone: tzinfo, past: Mapping[str, Usage] | None = None
) -> list[Held]:
    """The tasks of one occurrence that the plan would hold back or start too late, grouped by what holds them.
    All of them are there, however many other occurrences have."""
    occurrence, found = one.occurrence, dict[tuple[object, ...], Held]()
    identity = (occurrence.campaign, occurrence.entry, occurrence.nominal)
    for delay in _simulated(plan, fleet_zone, past):
        key = _held_together(delay)
        if key[:3] == identity:
            found.setdefault(key, Held(delay)).add(delay)
    return list(found.values())


def _files(plan: Plan, clocks: Clocks) -> Iterator[Note]:
    """Files that come again, and which of them are only what is expected."""
    for found in repeats(plan):
        yield notes.on_repeats(found, clocks.zone_of(found.first))
    if any(task.options.files and plan.material.is_forecast(task) for task in plan.tasks()):
        yield notes.on_forecast_files()


def _delays(plan: Plan, delays: Iterable[Delay], clocks: Clocks) -> Iterator[Note]:
    """What limits hold back, and what would start too late: one note for each limit and occurrence."""
    graces = {plannable.name: plannable.entry.grace for plannable in plannable_entries(plan.campaigns)}
    held: dict[tuple[object, ...], Held] = {}
    more = 0
    for delay in delays:
        key = _held_together(delay)
        if key not in held and len(held) >= MOST_OF_A_CODE:
            more += 1
            continue
        held.setdefault(key, Held(delay)).add(delay)
    for one in held.values():
        task = one.first.task
        yield notes.on_delays(one, graces[task.campaign, task.entry], clocks.zone_of(task))
    if more:
        yield Note("limit-reached", f"and {more} more tasks wait like these")


def _held_together(delay: Delay) -> tuple[object, ...]:
    """The key by which delays share a note. It begins with their occurrence: `forecast` relies on that."""
    task, limit = delay.task, delay.refusal.limit if delay.refusal else ""
    return task.campaign, task.entry, task.nominal, limit, delay.is_interrupted


def _simulated(plan: Plan, fleet_zone: tzinfo, past: Mapping[str, Usage] | None) -> Iterator[Delay]:
    simulation = Simulation(plannable_entries(plan.campaigns), fleet_zone, past)
    for task in plan.tasks():
        yield from simulation.feed(task)
    yield from simulation.finish()


def _calls(plan: Plan, clocks: Clocks) -> Iterator[Note]:
    """The calls of the Local API that would be made, a note for each occurrence."""
    posting = tuple(campaign for campaign in plan.campaigns if declared(campaign.backend).speaks_local_api)
    posts: dict[tuple[str, str, str], Posts] = {}
    more = 0
    for call in calls(replace(plan, campaigns=posting).tasks()):
        task = call.tasks[0]
        key = (task.campaign, task.entry, task.nominal)
        if key not in posts and len(posts) >= MOST_OF_A_CODE:
            more += 1
            continue
        posts.setdefault(key, Posts(call)).add(call)
    for one in posts.values():
        yield notes.on_calls(one, clocks.zone_of(one.first.tasks[0]))
    if more:
        yield Note("api-calls", f"and {more} more calls")
