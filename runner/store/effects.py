"""Effects: written down before and after they are made, and counted against limits."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, bindparam, cast, func, or_, select

from runner.clock import Clock
from runner.errors import HeldBack, LedgerError
from runner.journals import Settlement
from runner.planning.limits import LOOK_BACK, Usage
from runner.store import schema
from runner.store.asked.decoding import effect
from runner.store.asked.effects import AskedEffects
from runner.store.bulk import Values, ask, chunks, fetch, instant, text, update_rows
from runner.store.connector import json_list, least
from runner.store.database import Database
from runner.store.fence import check_holds
from runner.store.instants import EPOCH, MICROSECOND
from runner.store.json_text import to_json
from runner.store.leases import LaneHold
from runner.store.part import Part
from runner.store.reading import (
    MAY_HAVE_HAPPENED,
    AnyRow,
    effect_query,
)
from runner.store.rows import NewEffect
from runner.store.tally import Tally
from runner.store.usage_table import UsageTable
from runner.tasks import Effect, EffectState

ATTEMPT, EFFECT, TASK = schema.attempts.c, schema.effects.c, schema.tasks.c

NEW_EFFECT = (
    "task_id",
    "ordinal",
    "attempt_id",
    "kind",
    "target",
    "device",
    "account",
    "state",
    "begun_utc",
    "evidence",
    "app",
)
SETTLED = ("state", "settled_utc")

TRIES, PAUSE_S = 50, 0.02
"""How often, and after how many seconds, it is tried again to decide about a device or an account about which another
host decides at this moment."""

LOCKED = timedelta(seconds=1)
"""How long the task waits after that."""

NO_ATTEMPT = (0, None, None)
"""Where an effect's attempt is not among those that go on."""

# Locked: what is added to it must not be lost to somebody else who adds something at this moment.
EVIDENCE = select(EFFECT.id, cast(EFFECT.evidence, Text)).with_for_update(key_share=True)
LAST = select(func.max(EFFECT.ordinal)).where(EFFECT.task_id == ATTEMPT.task_id).scalar_subquery()
OPEN_ATTEMPTS = (
    select(ATTEMPT.id, ATTEMPT.task_id, TASK.key, LAST.label("last"))
    .join_from(schema.attempts, schema.tasks)
    .where(ATTEMPT.outcome.is_(None))
    .with_for_update(read=True, of=schema.attempts)
)
MADE = select(EFFECT.kind, EFFECT.begun_utc).where(MAY_HAVE_HAPPENED).order_by(EFFECT.begun_utc)
MADE_BY_KIND = select(EFFECT.kind, json_list(EFFECT.begun_utc)).where(MAY_HAVE_HAPPENED).group_by(EFFECT.kind)
"""In few rows: for each row SQLite lets another thread go on, and hundreds of lanes ask."""
BY_ACCOUNT = MADE_BY_KIND.where(EFFECT.account == bindparam("name"), EFFECT.begun_utc >= bindparam("since"))
BY_ACCOUNT_OF_APP = BY_ACCOUNT.where(or_(EFFECT.app.is_(None), EFFECT.app == bindparam("app")))
"""One name in two apps is two accounts; an effect whose app nobody knows may have been in this one."""
_LATEST = select(func.max(EFFECT.begun_utc)).where(EFFECT.device == bindparam("name"), MAY_HAVE_HAPPENED)
ON_DEVICE = MADE_BY_KIND.where(
    EFFECT.device == bindparam("name"),
    EFFECT.begun_utc
    >= least(bindparam("since"), func.coalesce(_LATEST.scalar_subquery(), bindparam("since"))),
)
"""What was made since an instant, and what was made last if that is older: the least gap counts from it."""

LATEST = (
    select(EFFECT.kind, EFFECT.begun_utc)
    .where(MAY_HAVE_HAPPENED, EFFECT.device == bindparam("name"))
    .order_by(EFFECT.begun_utc.desc())
    .limit(1)
)


class Effects(AskedEffects, Part):
    """To begin an effect raises the ledger's tally: a copy that lacks it must be noticed.

    Where hosts share the ledger, an effect is begun and settled under the `hold` of its task's lane; once that is lost,
    nothing is written, and LeaseLost is raised.
    """

    def __init__(self, database: Database, clock: Clock, tally: Tally) -> None:
        super().__init__(database, clock)
        self._tally = tally

    def begin(
        self,
        attempt_id: int,
        key: str,
        kind: str,
        target: str | None,
        device: str | None,
        account: str | None,
        evidence: Mapping[str, str],
        app: str | None = None,
        *,
        hold: LaneHold | None = None,
        judge: Callable[[Usage], None] | None = None,
    ) -> int:
        """Write down an effect that is about to be made, and the screen before it; returns its id.

        With `judge` it decides about limits where hosts share the ledger: that is called with what they count, while
        nobody else decides about the device or the account; what it raises goes through, and nothing is written then.
        """
        new = NewEffect(attempt_id, key, kind, target, device, account, evidence, app)
        if judge is not None:
            return self._begin_judged(new, hold, judge)
        action = f"record the {kind} that the task {key} is about to make"
        return self._tally.write_together(action, self._begin_each, (new, hold), guarded=True)

    def begin_all(self, effects: Sequence[NewEffect], hold: LaneHold | None = None) -> list[int]:
        """Write down effects that are about to be made, in one transaction; returns their ids in this order."""
        action = f"record {len(effects)} effects that are about to be made"
        return self._tally.write(
            action, lambda connection: self._begin(connection, effects, [hold]), guarded=True
        )

    def begin_allowed(
        self, effects: Sequence[NewEffect], hold: LaneHold, judge: Callable[[UsageTable], Container[str]]
    ) -> tuple[list[NewEffect], list[int]]:
        """As `begin_all` where hosts share the ledger; returns which were written, too: not those of the tasks that
        `judge` names. It is given what limits count, while no host writes another effect, and may be called twice."""
        devices = {new.device for new in effects if new.device}
        accounts = {new.account for new in effects if new.account}

        def work(connection: Connection) -> tuple[list[NewEffect], list[int]]:
            refused = judge(_usage_of(connection, devices, accounts, self._clock.now()))
            allowed = [new for new in effects if new.task_key not in refused]
            return allowed, self._begin(connection, allowed, [hold]) if allowed else []

        # Not guarded, so alone: locks of thousands of devices and accounts would be more than a server has.
        return self._tally.write(f"record {len(effects)} effects that are about to be made", work)

    def settle(
        self,
        effect_id: int,
        state: EffectState,
        evidence: Mapping[str, str],
        *,
        hold: LaneHold | None = None,
    ) -> None:
        """Write down what became of an effect; `evidence` is added to what was recorded before."""
        action = f"record that effect {effect_id} is {state}"
        self._settle(action, [Settlement(effect_id, state, evidence)], hold)

    def settle_all(self, settlements: Sequence[Settlement], hold: LaneHold | None = None) -> None:
        """Write down what became of effects, in one transaction."""
        self._settle(f"record what became of {len(settlements)} effects", settlements, hold)

    def of_all(self, keys: Collection[str]) -> dict[str, list[Effect]]:
        """The effects of many tasks by key; a task without any has an empty list."""
        found: dict[str, list[Effect]] = {key: [] for key in keys}
        with self._database.read(f"read the effects of {len(found)} tasks") as connection:
            for chunk in chunks(list(found)):
                for row in connection.execute(effect_query().where(TASK.key.in_(chunk))):
                    found[row.key].append(effect(row))
        return found

    def in_doubt(self, keys: Collection[str]) -> set[str]:
        """The keys of the tasks with an effect that an attempt has begun and nobody has settled."""
        return {
            key
            for key, effects in self.of_all(keys).items()
            if any(effect.state.is_in_doubt for effect in effects)
        }

    def alike(self, keys: Collection[str]) -> list[Effect]:
        """Effects of other tasks, in whatever state, with the same kind and target as an effect of these tasks, and on
        the same device or by the same account (in the same app, as far as is known); oldest first."""
        with self._database.read("look for effects alike") as connection:
            own = [
                row
                for chunk in chunks(list(keys))
                for row in connection.execute(effect_query().where(TASK.key.in_(chunk)))
            ]
            found = {
                row.id: effect(row)
                for column in (EFFECT.device, EFFECT.account)
                for row in _alike(connection, column, own)
            }
        return [found[effect_id] for effect_id in sorted(found)]

    def usage(
        self, *, device: str | None, account: str | None, now: datetime, app: str | None = None
    ) -> Usage:
        """What limits count on a device and by an account: effects of all runs that may have happened. For an account
        they are those in its `app` and those whose app is not known; all of them if `app` is None."""
        is_one = device is None or account is None
        reading = (
            self._database.look if is_one else self._database.read
        )  # one statement sees one state by itself
        with reading("read what limits count") as connection:
            return _usage(connection, device, account, app, now)

    def usage_of(self, devices: Collection[str], accounts: Collection[str], now: datetime) -> UsageTable:
        """As `usage`, for many devices and accounts."""
        with self._database.read("read what limits count") as connection:
            return _usage_of(connection, devices, accounts, now)

    def _begin_judged(self, new: NewEffect, hold: LaneHold | None, judge: Callable[[Usage], None]) -> int:
        names = (("device", new.device), ("account", new.account))
        locks = sorted(f"{what} {name}" for what, name in names if name)

        def work(connection: Connection) -> int | None:
            # Never waited for: the writes that share this transaction may have locked what the other one wants.
            if not self._database.connector.try_lock(connection, locks):
                return None
            judge(_usage(connection, new.device, new.account, new.app, self._clock.now()))
            return self._begin(connection, [new], [hold])[0]

        action = f"record the {new.kind} that the task {new.task_key} is about to make"
        for _ in range(TRIES):
            effect_id = self._tally.write(action, work, guarded=True)
            if effect_id is not None:
                return effect_id
            self._clock.wait(threading.Event(), PAUSE_S)
        now = self._clock.now()
        raise HeldBack(
            f"another host decides about {' and '.join(locks)} at this moment", not_before=now + LOCKED
        )

    def _settle(self, action: str, settlements: Sequence[Settlement], hold: LaneHold | None) -> None:
        self._write_together(action, self._settle_each, (settlements, hold), guarded=True)

    def _settle_each(
        self, connection: Connection, items: Sequence[tuple[Sequence[Settlement], LaneHold | None]]
    ) -> Sequence[None]:
        check_holds(connection, [hold for _, hold in items])
        settle(connection, [one for settlements, _ in items for one in settlements], self._clock.now())
        return [None] * len(items)

    def _begin_each(
        self, connection: Connection, items: Sequence[tuple[NewEffect, LaneHold | None]]
    ) -> list[int]:
        return self._begin(connection, [new for new, _ in items], [hold for _, hold in items])

    def _begin(
        self, connection: Connection, effects: Sequence[NewEffect], holds: Iterable[LaneHold | None]
    ) -> list[int]:
        check_holds(connection, holds)
        now = instant(self._clock.now())
        asked = [new.attempt_id for new in effects]
        attempts = {row[0]: row[1:] for row in ask(connection, OPEN_ATTEMPTS, ATTEMPT.id, asked)}
        ordinals = {task_id: 0 if last is None else last + 1 for task_id, _, last in attempts.values()}
        rows: list[Values] = []
        for new in effects:
            task_id, key, _ = attempts.get(new.attempt_id, NO_ATTEMPT)
            if key != new.task_key:
                raise LedgerError(
                    f"cannot record the {new.kind} that the task {new.task_key} is about to make: "
                    f"attempt {new.attempt_id} has ended, or is none of this task's"
                )
            about = (text(new.kind), text(new.target), new.device, text(new.account))
            before = (EffectState.COMMITTING, now, to_json(new.evidence) if new.evidence else "{}", new.app)
            rows.append((task_id, ordinals[task_id], new.attempt_id, *about, *before))
            ordinals[task_id] += 1
        insert = self._database.connector.insert_and_number
        ids = insert(connection, schema.effects, NEW_EFFECT, rows, ("task_id", "ordinal"))
        return [ids[task_id, ordinal] for task_id, ordinal, *_ in rows]


def _usage_of(
    connection: Connection, devices: Collection[str], accounts: Collection[str], now: datetime
) -> UsageTable:
    since = now - LOOK_BACK
    of_devices = _made_by(connection, EFFECT.device, devices, since)
    # The least gap counts from the last effect of a device, however long ago that was.
    of_devices |= _latest(connection, [device for device in devices if device not in of_devices])
    return UsageTable(of_devices, _made_by(connection, EFFECT.account, accounts, since))


def settle(connection: Connection, settlements: Iterable[Settlement], now: datetime) -> None:
    """Write down what became of effects. Raises LedgerError for one that the ledger does not hold."""
    at = instant(now)
    # In runs: those without evidence, the most, need not read what was recorded before.
    for says_more, some in groupby(settlements, lambda one: bool(one.evidence)):
        group = list(some)
        if says_more:
            update_rows(connection, schema.effects, (*SETTLED, "evidence"), _told_more(connection, group, at))
        else:
            rows = ((one.effect_id, (one.state, at)) for one in group)
            changed = update_rows(connection, schema.effects, SETTLED, rows)
            if changed != len(group):  # one of them is not there: this raises, and names it
                _evidence(connection, group)


def _told_more(
    connection: Connection, settlements: Sequence[Settlement], at: int | None
) -> Iterator[tuple[int, Values]]:
    evidence = _evidence(connection, settlements)
    for one in settlements:
        evidence[one.effect_id] |= one.evidence
        yield one.effect_id, (one.state, at, to_json(evidence[one.effect_id]))


def _evidence(connection: Connection, settlements: Sequence[Settlement]) -> dict[int, dict[str, str]]:
    """What was recorded of effects before, by their ids."""
    ids = [one.effect_id for one in settlements]
    found = {row[0]: json.loads(row[1]) for row in ask(connection, EVIDENCE, EFFECT.id, ids)}
    for effect_id in ids:
        if effect_id not in found:
            raise LedgerError(f"cannot settle effect {effect_id}: the ledger has no such effect")
    return found


def _alike(connection: Connection, column: ColumnElement[Any], own: Sequence[AnyRow]) -> Iterator[AnyRow]:
    """The effects of other tasks that share kind, target and this column with one of `own`."""
    tasks = {row.task_id for row in own}
    apps: dict[tuple[Any, ...], set[str | None]] = defaultdict(set)
    for row in own:
        apps[row.kind, row.target, row._mapping[column]].add(row.app)
    names = {row._mapping[column] for row in own} - {None}
    query = effect_query().where(EFFECT.kind.in_({row.kind for row in own}))
    for chunk in chunks(list(names)):
        for row in connection.execute(query.where(column.in_(chunk))):
            shared = apps.get((row.kind, row.target, row._mapping[column]))
            if row.task_id in tasks or shared is None:
                continue
            if column is EFFECT.device or row.app is None or None in shared or row.app in shared:
                yield row


def _usage(
    connection: Connection, device: str | None, account: str | None, app: str | None, now: datetime
) -> Usage:
    since = now - LOOK_BACK
    of_device = {} if device is None else _made(connection, ON_DEVICE, name=device, since=since)
    if account is None:
        return Usage(of_device, {})
    if app is None:
        return Usage(of_device, _made(connection, BY_ACCOUNT, name=account, since=since))
    return Usage(of_device, _made(connection, BY_ACCOUNT_OF_APP, name=account, since=since, app=app))


def _made(
    connection: Connection, query: Select[Any], *, since: datetime, **given: str | None
) -> dict[str, tuple[datetime, ...]]:
    """When effects were begun, by kind."""
    rows = fetch(connection, query, since=instant(since), **given)
    return {
        kind: tuple(EPOCH + begun * MICROSECOND for begun in sorted(json.loads(begun_at)))
        for kind, begun_at in rows
    }


def _made_by(
    connection: Connection, column: ColumnElement[Any], names: Collection[str], since: datetime
) -> dict[str, dict[str, list[datetime]]]:
    """By device or account, then by kind."""
    found: dict[str, dict[str, list[datetime]]] = {}
    query = MADE.add_columns(column.label("name")).where(EFFECT.begun_utc >= since)
    for chunk in chunks(list(names)):
        for kind, begun, name in connection.execute(query.where(column.in_(chunk))):
            found.setdefault(name, {}).setdefault(kind, []).append(begun)
    return found


def _latest(connection: Connection, devices: Iterable[str]) -> dict[str, dict[str, list[datetime]]]:
    """The latest effect of each device, by device and kind."""
    found: dict[str, dict[str, list[datetime]]] = {}
    for device in devices:
        row = connection.execute(LATEST, {"name": device}).one_or_none()
        if row is not None:
            found[device] = {row.kind: [row.begun_utc]}
    return found
