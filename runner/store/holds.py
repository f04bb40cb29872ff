"""Holds: devices that run nothing until a person has looked at them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, or_, select, update

from runner.store import schema
from runner.store.part import Part, new_id
from runner.store.phone_rows import Hold

HOLD, TASK = schema.holds.c, schema.tasks.c


class Holds(Part):
    def place(self, device: str, reason: str, task_key: str | None = None) -> int:
        """Hold a device until a person releases it; returns the hold's id."""
        task_id = select(TASK.id).filter_by(key=task_key).scalar_subquery()
        row = {"device": device, "reason": reason, "task_id": task_id, "placed_utc": self._clock.now()}
        statement = insert(schema.holds).values(row)
        return self._write(f"hold the device {device}", lambda connection: new_id(connection, statement))

    def current(self) -> list[Hold]:
        """The holds that have not been released, oldest first."""
        return self._holds(_query(HOLD.released_utc.is_(None)).order_by(HOLD.id))

    def between(self, from_utc: datetime, until_utc: datetime) -> list[Hold]:
        """The holds that lasted at some instant from `from_utc` until `until_utc`, oldest first; released ones too."""
        goes_on = or_(HOLD.released_utc.is_(None), HOLD.released_utc > from_utc)
        return self._holds(_query(HOLD.placed_utc < until_utc).where(goes_on).order_by(HOLD.id))

    def of(self, device: str, limit: int = 50) -> list[Hold]:
        """The holds of a device, released ones too, newest first."""
        return self._holds(_query(HOLD.device == device).order_by(HOLD.id.desc()).limit(limit))

    def release(self, device: str) -> int:
        """Let a device go on; returns how many holds it had."""
        released = update(schema.holds).filter_by(device=device, released_utc=None)
        statement = released.values(released_utc=self._clock.now())
        return self._write(
            f"release the device {device}", lambda connection: connection.execute(statement).rowcount
        )

    def _holds(self, query: Select[Any]) -> list[Hold]:
        def work(connection: Connection) -> list[Hold]:
            return [Hold(*row) for row in connection.execute(query)]

        return self._read("read the holds", work)


def _query(where: ColumnElement[bool]) -> Select[Any]:
    columns = (HOLD.id, HOLD.device, HOLD.reason, TASK.key, HOLD.placed_utc, HOLD.released_utc)
    return select(*columns).outerjoin_from(schema.holds, schema.tasks).where(where)
