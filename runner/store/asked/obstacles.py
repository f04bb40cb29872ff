"""What is asked about what keeps tasks from starting: pauses, and holds of devices."""

from datetime import datetime

from runner.store.asked.questions import AskedPart
from runner.store.phone_rows import Hold
from runner.store.request_rows import PauseRow, PauseScope

PAUSES = "SELECT scope, subject, requested_by, since_utc, ended_utc FROM pauses"
HOLDS = (
    "SELECT holds.id, holds.device, holds.reason, tasks.key, holds.placed_utc, holds.released_utc, holds.until_utc"
    " FROM holds LEFT JOIN tasks ON tasks.id = holds.task_id"
)


class AskedPauses(AskedPart):
    def current(self) -> list[PauseRow]:
        """The pauses that last, oldest first."""
        return self._pauses(f"{PAUSES} WHERE ended_utc IS NULL ORDER BY id")

    def between(self, from_utc: datetime, until_utc: datetime) -> list[PauseRow]:
        """The pauses that lasted at some instant from `from_utc` until `until_utc`, oldest first."""
        lasted = "since_utc < :until_utc AND (ended_utc IS NULL OR ended_utc > :from_utc)"
        return self._pauses(f"{PAUSES} WHERE {lasted} ORDER BY id", from_utc=from_utc, until_utc=until_utc)

    def _pauses(self, question: str, **values: object) -> list[PauseRow]:
        rows = self._ask("read the pauses", question, **values)
        return [PauseRow(PauseScope(scope), *rest) for scope, *rest in rows]


class AskedHolds(AskedPart):
    def current(self) -> list[Hold]:
        """The holds that have not been released, oldest first."""
        return self._holds(f"{HOLDS} WHERE holds.released_utc IS NULL ORDER BY holds.id")

    def between(self, from_utc: datetime, until_utc: datetime) -> list[Hold]:
        """The holds that lasted at some instant from `from_utc` until `until_utc`, oldest first; released ones too."""
        lasted = (
            "holds.placed_utc < :until_utc AND (holds.released_utc IS NULL OR holds.released_utc > :from_utc)"
        )
        return self._holds(
            f"{HOLDS} WHERE {lasted} ORDER BY holds.id", from_utc=from_utc, until_utc=until_utc
        )

    def of(self, device: str, limit: int = 50) -> list[Hold]:
        """The holds of a device, released ones too, newest first."""
        question = f"{HOLDS} WHERE holds.device = :device ORDER BY holds.id DESC LIMIT :limit"
        return self._holds(question, device=device, limit=limit)

    def _holds(self, question: str, **values: object) -> list[Hold]:
        return [Hold(*row) for row in self._ask("read the holds", question, **values)]
