"""What is asked about the occurrences of one entry."""

from datetime import datetime

from runner.store.asked.decoding import occurrence_row
from runner.store.asked.questions import AskedPart
from runner.store.conditions import LISTED, OPEN
from runner.store.rows import OccurrenceRow


class AskedOccurrences(AskedPart):
    def of_entry(
        self,
        campaign: str,
        entry: str,
        from_utc: datetime | None = None,
        until_utc: datetime | None = None,
        limit: int = 100,
    ) -> list[OccurrenceRow]:
        """The occurrences of an entry from an instant (included) until one (excluded), newest first."""
        where: dict[str, object] = {"campaign = :campaign": campaign, "entry = :entry": entry}
        if from_utc is not None:
            where["instant_utc >= :from_utc"] = from_utc
        if until_utc is not None:
            where["instant_utc < :until_utc"] = until_utc
        question = (
            f"SELECT * FROM occurrences WHERE {' AND '.join(where)}"
            " ORDER BY instant_utc DESC, id DESC LIMIT :limit"
        )
        values = {condition.partition(":")[2]: value for condition, value in where.items()}
        rows = self._ask(f"read the occurrences of {campaign}/{entry}", question, limit=limit, **values)
        return list(map(occurrence_row, rows))

    def open_nominals(self, campaign: str, entry: str) -> list[str]:
        """The nominal times of an entry that have pending or running tasks, by their instants."""
        question = (
            "SELECT occurrences.nominal FROM tasks JOIN occurrences ON occurrences.id = tasks.occurrence_id"
            f" WHERE tasks.{OPEN} AND tasks.{LISTED} AND tasks.campaign = :campaign AND tasks.entry = :entry"
            " GROUP BY occurrences.id, occurrences.nominal, occurrences.instant_utc"
            " ORDER BY occurrences.instant_utc, occurrences.id"
        )
        action = f"read what is open of {campaign}/{entry}"
        return [row.nominal for row in self._ask(action, question, campaign=campaign, entry=entry)]
