"""Retention: the ledger forgets what is old, but nothing without which something could happen twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, and_, delete, func, literal, not_, or_, select, update

from runner.planning.limits import LOOK_BACK
from runner.store import schema
from runner.store.columns import Instant
from runner.store.file_uses import settle_uses
from runner.store.part import Part
from runner.store.phones import NEWEST
from runner.store.reading import IS_LISTED, IS_UNPRUNED, MAY_HAVE_HAPPENED
from runner.tasks import EffectState, TaskState

ATTEMPT, EFFECT, OCCURRENCE = schema.attempts.c, schema.effects.c, schema.occurrences.c
RUN, STEP, TASK = schema.runs.c, schema.steps.c, schema.tasks.c
VERSION = schema.campaign_versions.c

AT_ONCE = 500
"""How many tasks one transaction takes, so that others who write never wait long."""

KEPT = (TaskState.PENDING, TaskState.RUNNING, TaskState.UNCERTAIN)
"""The states of tasks that stay, however old: an uncertain task waits for a person."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one step of the retention removed: the records of tasks, tombstones and occurrences, by their numbers;
    `artifacts` are the paths of screenshots and hierarchies that nothing names any longer."""

    tasks: int = 0
    tombstones: int = 0
    occurrences: int = 0
    artifacts: tuple[str, ...] = ()


class Retention(Part):
    def prune(self, before: datetime, keep_from: datetime) -> Iterator[Pruned]:
        """Forget what is old, in short transactions; yields what each of them removed. A caller that asks for no more
        leaves the rest for another time.

        A task that was over before `before` loses its attempts, steps and effects, and is shown no longer; its key and
        state stay if it was due at `keep_from` or later, so that nothing can make it again. Effects that limits still
        count stay, and so do uncertain tasks. Commands, pauses, spans, schedules, what people did and were told, how
        phones were, and occurrences and runs without tasks go when nothing asks for them any longer.
        """
        now = self._clock.now()
        ended = func.coalesce(TASK.finished_utc, TASK.due_utc)
        over = and_(IS_LISTED, TASK.due_utc < before, TASK.state.not_in(KEPT), ended < before)
        for old in (over, and_(IS_UNPRUNED, TASK.deleted_utc < before)):
            yield from self._until_done("forget old tasks", partial(_forget, old=old, now=now))
        yield from self._until_done("remove tombstones", partial(_remove, keep_from=keep_from))
        yield from self._until_done(
            "forget old occurrences", partial(_remove_occurrences, keep_from=keep_from)
        )
        self._write("forget the rest", lambda connection: _forget_the_rest(connection, before, keep_from))

    def _until_done(self, action: str, work: Callable[[Connection], Pruned]) -> Iterator[Pruned]:
        """Repeat work that removes AT_ONCE rows of a kind, until it removes fewer."""
        while True:
            pruned = self._write(action, work)
            yield pruned
            if pruned.tasks + pruned.tombstones + pruned.occurrences < AT_ONCE:
                return


def _forget(connection: Connection, old: ColumnElement[bool], now: datetime) -> Pruned:
    """Make tombstones of up to AT_ONCE tasks."""
    ids = list(connection.scalars(select(TASK.id).where(old).limit(AT_ONCE)))
    if not ids:
        return Pruned()
    attempts = select(ATTEMPT.id).where(ATTEMPT.task_id.in_(ids))
    screens = select(STEP.screenshot, STEP.hierarchy).where(STEP.attempt_id.in_(attempts))
    paths = [path for row in connection.execute(screens) for path in row if path is not None]
    # Their steps go with them (ON DELETE CASCADE); effects lose only the name of their attempt.
    connection.execute(delete(schema.attempts).where(ATTEMPT.task_id.in_(ids)))
    settle_uses(connection, ids)  # before their effects go, which tell what was posted
    connection.execute(delete(schema.effects).where(EFFECT.task_id.in_(ids), not_(_still_counts(now))))
    tombstone = {
        "deleted_utc": func.coalesce(TASK.deleted_utc, literal(now, Instant)),
        "pruned_utc": now,
        "config": {},
    }
    connection.execute(update(schema.tasks).where(TASK.id.in_(ids)).values(tombstone))
    return Pruned(tasks=len(ids), artifacts=tuple(paths))


def _still_counts(now: datetime) -> ColumnElement[bool]:
    """The effects that `Effects.usage` counts."""
    other = schema.effects.alias("other")
    latest = (
        select(func.max(other.c.begun_utc))
        .where(other.c.device == EFFECT.device, other.c.state != EffectState.REFUTED)
        .scalar_subquery()
    )
    return and_(
        MAY_HAVE_HAPPENED,
        or_(EFFECT.begun_utc >= now - LOOK_BACK, EFFECT.begun_utc == func.coalesce(latest, -1)),
    )


def _remove(connection: Connection, keep_from: datetime) -> Pruned:
    """Remove up to AT_ONCE tombstones that nothing needs."""
    has_effects = select(EFFECT.id).where(EFFECT.task_id == TASK.id).exists()
    old = select(TASK.id).where(TASK.pruned_utc.is_not(None), TASK.due_utc < keep_from, ~has_effects)
    removed = connection.execute(delete(schema.tasks).where(TASK.id.in_(old.limit(AT_ONCE))))
    return Pruned(tombstones=removed.rowcount)


def _remove_occurrences(connection: Connection, keep_from: datetime) -> Pruned:
    """Remove up to AT_ONCE occurrences that nothing needs."""
    has_tasks = select(TASK.id).where(TASK.occurrence_id == OCCURRENCE.id).exists()
    old = select(OCCURRENCE.id).where(OCCURRENCE.instant_utc < keep_from, ~has_tasks).limit(AT_ONCE)
    removed = connection.execute(delete(schema.occurrences).where(OCCURRENCE.id.in_(old)))
    return Pruned(occurrences=removed.rowcount)


def _forget_the_rest(connection: Connection, before: datetime, keep_from: datetime) -> None:
    for table, ended in (
        (schema.commands, schema.commands.c.done_utc),
        (schema.pauses, schema.pauses.c.ended_utc),
        (schema.holds, schema.holds.c.released_utc),
        (schema.daemon_spans, schema.daemon_spans.c.stopped_utc),
        (schema.actions, schema.actions.c.at_utc),
        (schema.notifications, schema.notifications.c.created_utc),
    ):
        connection.execute(delete(table).where(ended < before))
    # What a phone still is stays, however long it has been so.
    present = select(NEWEST).select_from(schema.phones).where(NEWEST.is_not(None))
    states = schema.phone_states.c
    connection.execute(delete(schema.phone_states).where(states.at_utc < before, states.id.not_in(present)))
    connection.execute(delete(schema.schedules).where(schema.schedules.c.gone_utc < keep_from))
    has_tasks = select(TASK.id).where(TASK.run_id == RUN.id).exists()
    connection.execute(delete(schema.runs).where(RUN.created_utc < keep_from, ~has_tasks))
    is_used = or_(
        select(OCCURRENCE.id).where(OCCURRENCE.campaign_version_id == VERSION.id).exists(),
        select(RUN.id).where(RUN.campaign_version_id == VERSION.id).exists(),
        select(schema.campaigns.c.name).where(schema.campaigns.c.campaign_version_id == VERSION.id).exists(),
    )
    connection.execute(delete(schema.campaign_versions).where(VERSION.seen_utc < keep_from, ~is_used))
