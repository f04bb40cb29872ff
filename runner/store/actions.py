"""Actions: who did what by hand, so that nobody has to ask around."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, insert, select

from runner.store import schema
from runner.store.part import Part
from runner.store.request_rows import ActionRow

ACTION = schema.actions.c
COLUMNS = (ACTION.at_utc, ACTION.by, ACTION.kind, ACTION.subject, ACTION.detail)


class ActionKind(StrEnum):
    """What a person did; the subject is what it was done to."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    RETRY = "retry"
    RESOLVE = "resolve"
    RUN = "run"
    REHEARSE = "rehearse"
    HOLD = "hold"
    RELEASE = "release"
    FORGET = "forget"
    INPUT = "input"
    LOG_IN = "log in"
    LOG_OUT = "log out"


class Actions(Part):
    def note(self, by: str, kind: ActionKind, subject: str | None, detail: str = "") -> None:
        """Write down that somebody did something to a subject (a campaign's name, a device, a task's key; None:
        everything). `detail` is for people, and holds no secret: of typed text only its length."""
        row = {
            "at_utc": self._clock.now(),
            "by": by,
            "kind": kind.value,
            "subject": subject,
            "detail": detail,
        }
        self._write(
            f"record the action {kind}",
            lambda connection: connection.execute(insert(schema.actions), row),
            guarded=True,
        )

    def of(self, subject: str, limit: int = 50) -> list[ActionRow]:
        """What was done to a subject, newest first."""
        return self._actions(limit, ACTION.subject == subject)

    def newest(self, limit: int = 50) -> list[ActionRow]:
        """What was done to anything, newest first."""
        return self._actions(limit)

    def since(self, instant: datetime, kind: ActionKind, limit: int) -> list[ActionRow]:
        """The newest actions of a kind since then, newest first."""
        return self._actions(limit, ACTION.at_utc >= instant, ACTION.kind == kind.value)

    def _actions(self, limit: int, *where: ColumnElement[bool]) -> list[ActionRow]:
        query = select(*COLUMNS).where(*where).order_by(ACTION.at_utc.desc(), ACTION.id.desc()).limit(limit)

        def work(connection: Connection) -> list[ActionRow]:
            return [ActionRow(*row) for row in connection.execute(query)]

        return self._read("read what people did", work)
