"""What is asked about notifications."""

from datetime import datetime

from runner.store.asked.questions import AskedPart
from runner.store.notification_rows import NotificationRow

NOTIFICATIONS = f"SELECT {', '.join(NotificationRow._fields)} FROM notifications"
NEWEST_FIRST = "ORDER BY created_utc DESC, id DESC"


class AskedNotifications(AskedPart):
    def newest(self, limit: int = 50) -> list[NotificationRow]:
        """The latest notifications, newest first."""
        return self._notifications("read notifications", NEWEST_FIRST, limit)

    def failing(self, limit: int = 200) -> list[NotificationRow]:
        """What is still to be told, and could not be sent when it was tried last."""
        failing = "WHERE over_utc IS NULL AND problem <> '' ORDER BY not_before_utc"
        return self._notifications("read what could not be told yet", failing, limit)

    def given_up(self, since: datetime, limit: int = 50) -> list[NotificationRow]:
        """Those that were made since an instant and could never be sent though they were tried, newest first."""
        given_up = "created_utc >= :since AND over_utc IS NOT NULL AND NOT is_sent AND tries > 0"
        return self._notifications(
            "read failed notifications", f"WHERE {given_up} {NEWEST_FIRST}", limit, since=since
        )

    def _notifications(self, action: str, which: str, limit: int, **values: object) -> list[NotificationRow]:
        question = f"{NOTIFICATIONS} {which} LIMIT :limit"
        rows = self._ask(action, question, limit=limit, **values)
        return [NotificationRow(*row) for row in rows]
