"""Phones: what they said of themselves last, and how they were over time."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from runner.store import schema
from runner.store.part import Part, add_all_unless_there
from runner.store.phone_rows import PhoneCondition, PhoneFacts, PhoneRow, PhoneState
from runner.store.reading import IS_LISTED, task_query, task_rows
from runner.store.rows import TaskRow

PHONE, STATE, TASK = schema.phones.c, schema.phone_states.c, schema.tasks.c
PHONE_COLUMNS = (PHONE.serial, PHONE.seen_utc, PHONE.facts)
STATE_COLUMNS = (STATE.serial, STATE.state, STATE.battery, STATE.problem, STATE.at_utc)

# For each phone the first row of an index: the newest of a group would read all of their states.
NEWEST = (
    select(STATE.id)
    .where(STATE.serial == PHONE.serial)
    .order_by(STATE.at_utc.desc(), STATE.id.desc())
    .limit(1)
    .correlate(schema.phones)
    .scalar_subquery()
)
"""The id of the state in which a phone of the table is."""

BATTERY_STEP = 5
BATTERY_EVERY = timedelta(minutes=10)
"""A change of the battery is written down once it is so many percent, or the last thing about the phone was written so
long ago."""

FACTS_EVERY = timedelta(hours=6)
"""Facts that are the same are written down again after this long, so that people see when they were read."""

MOST_STATES = 5000
"""How many states of one phone are read at once: a month of a battery that changes every ten minutes."""


class PhoneSeen(NamedTuple):
    """How a phone is now; `battery` is None if nobody has asked."""

    serial: str
    state: str
    battery: int | None = None
    problem: str = ""


class Phones(Part):
    def note(self, seen: Iterable[PhoneSeen]) -> list[PhoneState]:
        """Write down how phones are now, as far as that has changed; returns what was written. Only one process may
        call it: the daemon."""
        now, latest = self._clock.now(), self.latest()
        new = [state for one in seen if (state := _news(one, latest.get(one.serial), now))]
        if new:
            self._write(
                "record the states of phones", lambda connection: _record(connection, new, now), guarded=True
            )
        return new

    def learn(self, serial: str, facts: PhoneFacts) -> None:
        """Write down what a phone has just said of itself."""
        now, known = self._clock.now(), self.get(serial)
        facts = replace(facts, condition=known.facts.condition) if known else facts
        if known and known.facts == facts and known.seen_utc and now - known.seen_utc < FACTS_EVERY:
            return
        row = {"seen_utc": now, "facts": asdict(facts)}

        def work(connection: Connection) -> None:
            know(connection, [serial], now)
            connection.execute(update(schema.phones).where(PHONE.serial == serial).values(row))

        self._write(f"record the facts of {serial}", work, guarded=True)

    def learn_condition(self, serial: str, condition: PhoneCondition) -> bool:
        """Write down how a phone is now, if that has changed; returns whether it has. Whoever has said nothing else of
        itself yet is asked again."""
        known = self.get(serial)
        if known is None or known.seen_utc is None or known.facts.condition == condition:
            return False
        facts = asdict(replace(known.facts, condition=condition))
        statement = update(schema.phones).where(PHONE.serial == serial).values(facts=facts)
        self._write(f"record how {serial} is", lambda connection: connection.execute(statement), guarded=True)
        return True

    def latest(self, serial: str | None = None) -> dict[str, PhoneState]:
        """The state in which each known phone is, or this one, by serial."""
        query = select(*STATE_COLUMNS).join_from(schema.phones, schema.phone_states, STATE.id == NEWEST)
        query = query.where(PHONE.serial == serial) if serial is not None else query
        return {state.serial: state for state in self._states(query)}

    def all(self) -> list[PhoneRow]:
        """The phones that the ledger knows, by serial."""
        return self._phones(select(*PHONE_COLUMNS).order_by(PHONE.serial))

    def get(self, serial: str) -> PhoneRow | None:
        found = self._phones(select(*PHONE_COLUMNS).where(PHONE.serial == serial))
        return found[0] if found else None

    def last_tasks(self, serial: str | None = None) -> dict[str, TaskRow]:
        """The newest task that has begun on each known phone, or on this one, by serial."""
        newest = (
            select(TASK.id)
            .where(IS_LISTED, TASK.started_utc.is_not(None), TASK.device == PHONE.serial)
            .order_by(TASK.id.desc())
            .limit(1)
            .correlate(schema.phones)
            .scalar_subquery()
        )
        asked = select(newest).select_from(schema.phones)
        asked = asked.where(PHONE.serial == serial) if serial is not None else asked

        def work(connection: Connection) -> dict[str, TaskRow]:
            ids = [id for id in connection.scalars(asked) if id]
            query = task_query().where(TASK.id.in_(ids))
            return {row.task.device or "": row for row in task_rows(connection, query)}

        return self._read("read the newest tasks of phones", work)

    def history(self, serial: str, from_utc: datetime, until_utc: datetime) -> list[PhoneState]:
        """How a phone was between two instants, oldest first, beginning with what it was already at the first one; of
        more than MOST_STATES the newest."""
        own = select(*STATE_COLUMNS).where(STATE.serial == serial)
        backwards = (STATE.at_utc.desc(), STATE.id.desc())
        within = own.where(STATE.at_utc > from_utc, STATE.at_utc <= until_utc)
        before = own.where(STATE.at_utc <= from_utc).order_by(*backwards).limit(1)
        found = self._states(within.order_by(*backwards).limit(MOST_STATES))
        return [*self._states(before), *reversed(found)]

    def _states(self, query: Any) -> list[PhoneState]:
        def work(connection: Connection) -> list[PhoneState]:
            return [PhoneState(*row) for row in connection.execute(query)]

        return self._read("read the states of phones", work)

    def _phones(self, query: Any) -> list[PhoneRow]:
        def work(connection: Connection) -> list[PhoneRow]:
            return [_phone(*row) for row in connection.execute(query)]

        return self._read("read the phones", work)


def _news(seen: PhoneSeen, before: PhoneState | None, now: datetime) -> PhoneState | None:
    """What is to be written down of a phone; None if nothing worth it has changed."""
    if before is None:
        return PhoneState(seen.serial, seen.state, seen.battery, seen.problem, now)
    battery = before.battery if seen.battery is None else seen.battery
    state = PhoneState(seen.serial, seen.state, battery, seen.problem, now)
    if (seen.state, seen.problem) != (before.state, before.problem):
        return state
    if battery is None or battery == before.battery:
        return None
    is_far = before.battery is None or abs(battery - before.battery) >= BATTERY_STEP
    return state if is_far or now - before.at_utc >= BATTERY_EVERY else None


def _record(connection: Connection, states: list[PhoneState], now: datetime) -> None:
    know(connection, [state.serial for state in states], now)
    connection.execute(insert(schema.phone_states), [asdict(state) for state in states])


def know(connection: Connection, serials: list[str], now: datetime) -> None:
    """Make rows of phones that have none, even where another host does so at the same time."""
    known = set(connection.scalars(select(PHONE.serial).where(PHONE.serial.in_(serials))))
    new = [{"serial": serial, "seen_utc": now, "facts": {}} for serial in sorted(set(serials) - known)]
    add_all_unless_there(connection, schema.phones, new)


def _phone(serial: str, seen_utc: datetime, facts: Mapping[str, Any]) -> PhoneRow:
    if not facts:
        return PhoneRow(serial, PhoneFacts(), None)
    size = tuple(facts["size"]) if facts.get("size") else None
    condition = PhoneCondition(**facts.get("condition", {}))
    return PhoneRow(serial, PhoneFacts(**{**facts, "size": size, "condition": condition}), seen_utc)
