"""Which account works where, for hosts that share the ledger: one task at a time for each, on whatever phone."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select
from sqlalchemy import text as sql

from runner.backend_registry import batched_backends
from runner.store import schema
from runner.store.bulk import ask, insert_rows, instant, text
from runner.store.conditions import IN_DOUBT, OPEN
from runner.store.fence import check_holds
from runner.store.hosts import HOST
from runner.store.lane_leases import IS_HELD, LANE
from runner.store.leases import LaneHold
from runner.store.part import Part
from runner.store.reading import IS_LISTED

ATTEMPT, EFFECT, TASK, USE = (
    schema.attempts.c,
    schema.effects.c,
    schema.tasks.c,
    schema.account_uses.c,
)
COLUMNS = ("task_id", "lane", "app", "name", "since_utc")

IDS = select(TASK.key, TASK.id)

# As in the condition of the index.
IS_IN_DOUBT = sql(f"effects.{IN_DOUBT}")
HAS_DOUBT = select(EFFECT.id).where(EFFECT.task_id == TASK.id, IS_IN_DOUBT).exists()

# A use whose host has died counts no longer, unless the task has begun something that nobody has looked at.
USES = (
    select(USE.name, USE.app, USE.lane, LANE.host, TASK.key)
    .join_from(schema.account_uses, schema.tasks)
    .outerjoin(schema.lanes, LANE.name == USE.lane)
    .outerjoin(schema.hosts, HOST.name == LANE.host)
    .where(or_(IS_HELD, HAS_DOUBT))
)
"""The accounts that are in use, and by which tasks."""

DOUBTS = (
    select(EFFECT.account, EFFECT.app, TASK.lane, LANE.host, TASK.key, EFFECT.kind, TASK.backend, IS_HELD)
    .join_from(schema.effects, schema.tasks)
    .outerjoin(schema.lanes, LANE.name == TASK.lane)
    .outerjoin(schema.hosts, HOST.name == LANE.host)
    .where(IS_IN_DOUBT, sql(f"tasks.{OPEN}"), IS_LISTED)
)
"""What was begun as an account, and nobody has looked at."""


@dataclass(frozen=True, slots=True)
class AccountWish:
    """A task that wants to work as an account of an app; None: in any app."""

    key: str
    app: str | None
    name: str


@dataclass(frozen=True, slots=True)
class AccountElsewhere:
    """Why a task may not work as an account: the task `key` does so in a lane of another host, or has begun an effect
    of this kind as it, which is `in_doubt`. `lane` is its device, or the backend of its batch; `host` has that lane,
    or had it last."""

    lane: str
    host: str | None
    key: str
    in_doubt: str | None = None

    @property
    def name(self) -> str:
        return f"{self.lane} of the host {self.host}" if self.host else self.lane


SOMEWHERE = AccountElsewhere("another host", None, "")
"""Where a task works whose host decides about the same account at this moment, and is not done with it."""

TRIES, PAUSE_S = 50, 0.02
"""How often, and after how many seconds, it is tried again to decide about accounts of which another host decides."""


class AccountUses(Part):
    """A row is there from when a task begins to work as an account until its attempt has ended, however that ends."""

    def claim(self, wishes: Sequence[AccountWish], hold: LaneHold) -> dict[str, AccountElsewhere]:
        """Let tasks of one lane of hosts work as accounts; returns, by key, why those that may not may not. Within the
        lane nobody is refused. Raises LeaseLost."""
        for _ in range(TRIES):
            refused = self._write_beside(
                "claim accounts", lambda connection: self._claim(connection, wishes, hold)
            )
            if refused is not None:
                return refused
            self._clock.wait(threading.Event(), PAUSE_S)
        return {wish.key: SOMEWHERE for wish in wishes}

    def refusals(self, wishes: Sequence[AccountWish], hold: LaneHold) -> dict[str, AccountElsewhere]:
        """As `claim`, without taking anything."""
        return self._read("look for accounts", lambda connection: _refusals(connection, wishes, hold))

    def _claim(
        self, connection: Connection, wishes: Sequence[AccountWish], hold: LaneHold
    ) -> dict[str, AccountElsewhere] | None:
        check_holds(connection, [hold])
        # Never waited for: the other host may be frozen.
        locks = sorted({f"account {wish.name}" for wish in wishes})
        if not self._database.connector.try_lock(connection, locks):
            return None
        refused = _refusals(connection, wishes, hold)
        allowed = [wish for wish in wishes if wish.key not in refused]
        ids = dict(map(tuple, ask(connection, IDS, TASK.key, [wish.key for wish in allowed])))
        now = instant(self._clock.now())
        rows = [(ids[wish.key], hold.name, wish.app, text(wish.name), now) for wish in allowed]
        insert_rows(connection, schema.account_uses, COLUMNS, rows)
        return refused


def _refusals(
    connection: Connection, wishes: Sequence[AccountWish], hold: LaneHold
) -> dict[str, AccountElsewhere]:
    found: dict[str, AccountElsewhere] = {}
    others = list(_others(connection, sorted({wish.name for wish in wishes}), hold))
    for wish in wishes:
        for name, app, elsewhere in others:
            if name == wish.name and (app == wish.app or None in (app, wish.app)):
                found.setdefault(wish.key, elsewhere)
    return found


def _others(
    connection: Connection, names: list[str], hold: LaneHold
) -> Iterator[tuple[str, str | None, AccountElsewhere]]:
    """Who works as these accounts in other lanes, and what is in doubt of them in lanes that this host does not hold:
    of its own it knows that without asking. A batch finds what it began by itself."""
    for name, app, lane, host, key in ask(connection, USES, USE.name, names):
        if lane != hold.name:
            yield name, app, AccountElsewhere(lane, host, key)
    for row in ask(connection, DOUBTS, EFFECT.account, names):
        name, app, lane, host, key, kind, backend, is_held = row
        is_own = is_held and host == hold.lease.host
        if not is_own and backend not in batched_backends():
            yield name, app, AccountElsewhere(lane, host, key, in_doubt=kind)
