"""Holds: devices that run nothing until a person has looked at them, or, after they have failed several times in a row,
for a time."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from runner.store import schema
from runner.store.asked.obstacles import AskedHolds
from runner.store.part import Part, new_id
from runner.store.phones import know

HOLD, PHONE, TASK = schema.holds.c, schema.phones.c, schema.tasks.c


class Holds(AskedHolds, Part):
    def place(self, device: str, reason: str, task_key: str | None = None) -> int:
        """Hold a device until a person releases it; returns the hold's id."""
        statement = self._new(device, reason, task_key)
        return self._write(f"hold the device {device}", lambda connection: new_id(connection, statement))

    def place_until(self, device: str, reason: str, until_utc: datetime, task_key: str | None = None) -> None:
        """Hold a device until an instant, when it gets another try; a hold of this kind that it has goes on, for this
        reason."""
        goes_on = update(schema.holds).where(
            HOLD.device == device, HOLD.released_utc.is_(None), HOLD.until_utc.is_not(None)
        )
        statement = self._new(device, reason, task_key, until_utc)

        def work(connection: Connection) -> None:
            if not connection.execute(goes_on.values(reason=reason, until_utc=until_utc)).rowcount:
                connection.execute(statement)

        self._write(f"hold the device {device} for a time", work)

    def release(self, device: str) -> int:
        """Let a device go on, as if it had never failed; returns how many holds it had."""
        released = update(schema.holds).filter_by(device=device, released_utc=None)
        statement = released.values(released_utc=self._clock.now())

        def work(connection: Connection) -> int:
            connection.execute(_failures(device, 0))
            return connection.execute(statement).rowcount

        return self._write(f"release the device {device}", work)

    # phones that fail

    def failing(self) -> dict[str, int]:
        """How many attempts in a row have failed because of the phone, by device, where any has."""
        query = select(PHONE.serial, PHONE.failures).where(PHONE.failures > 0)

        def work(connection: Connection) -> dict[str, int]:
            return {row.serial: row.failures for row in connection.execute(query)}

        return self._read("read which phones fail", work)

    def phone_failed(self, device: str) -> int:
        """One more attempt has failed because of the phone; returns how many these are, in a row."""
        now = self._clock.now()

        def work(connection: Connection) -> int:
            know(connection, [device], now)
            return int(connection.execute(_failures(device, PHONE.failures + 1)).scalar_one())

        return self._write(f"record that {device} failed", work, guarded=True)

    def phone_worked(self, device: str) -> None:
        """An attempt has shown that the phone does what it is asked: its row of failures ends, and so does its hold, if
        that waits for no person."""
        ended = update(schema.holds).where(
            HOLD.device == device, HOLD.released_utc.is_(None), HOLD.until_utc.is_not(None)
        )
        statement = ended.values(released_utc=self._clock.now())

        def work(connection: Connection) -> None:
            connection.execute(_failures(device, 0))
            connection.execute(statement)

        self._write(f"record that {device} works", work, guarded=True)

    def _new(self, device: str, reason: str, task_key: str | None, until_utc: datetime | None = None) -> Any:
        task_id = select(TASK.id).filter_by(key=task_key).scalar_subquery()
        row = {"device": device, "reason": reason, "task_id": task_id, "placed_utc": self._clock.now()}
        return insert(schema.holds).values({**row, "until_utc": until_utc})


def _failures(device: str, count: Any) -> Any:
    return (
        update(schema.phones).where(PHONE.serial == device).values(failures=count).returning(PHONE.failures)
    )
