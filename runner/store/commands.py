"""Commands: what people ask of the process that carries tasks out. See docs/decisions/0008-requests-are-rows.md."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update

from runner.errors import LedgerError
from runner.store import schema
from runner.store.part import Part, new_id
from runner.store.request_rows import CommandKind, CommandRow
from runner.store.rows import Attempt

COMMAND = schema.commands.c
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

COMMAND_COLUMNS = (
    COMMAND.id,
    COMMAND.kind,
    COMMAND.subject,
    COMMAND.arguments,
    COMMAND.requested_by,
    COMMAND.requested_utc,
    COMMAND.done_utc,
    COMMAND.answer,
)
COMMANDS = select(*COMMAND_COLUMNS).order_by(COMMAND.id)
OPEN = COMMANDS.where(COMMAND.done_utc.is_(None))
"""Made once: the executor asks after each step."""


class Commands(Part):
    def request(
        self, kind: CommandKind, subject: str | None, by: str, arguments: Mapping[str, object] | None = None
    ) -> int:
        """Ask for something; returns the command's id. `subject` is the key of the task, if it is about one."""
        row = {
            "kind": kind,
            "subject": subject,
            "arguments": arguments or {},
            "requested_by": by,
            "requested_utc": self._clock.now(),
            "answer": "",
        }
        statement = insert(schema.commands).values(row)
        return self._write(f"ask for {kind}", lambda connection: new_id(connection, statement), guarded=True)

    def open(self, stops_since: int | None = None) -> list[CommandRow]:
        """The commands that nobody has answered, oldest first; with `stops_since` also those to stop everything that
        came after the command with this id, answered or not."""
        if stops_since is None:
            return self._commands(OPEN)
        is_stop = and_(COMMAND.kind == CommandKind.STOP_ALL, COMMAND.id > stops_since)
        return self._commands(COMMANDS.where(or_(COMMAND.done_utc.is_(None), is_stop)))

    def latest(self, kind: CommandKind) -> int:
        """The id of the latest command of a kind, whether answered or not; 0 if there is none."""
        query = select(func.max(COMMAND.id)).where(COMMAND.kind == kind)
        return self._read(f"look for {kind}", lambda connection: connection.scalar(query) or 0)

    def get(self, command_id: int) -> CommandRow | None:
        return next(iter(self._commands(COMMANDS.where(COMMAND.id == command_id))), None)

    def answer(self, command_id: int, answer: str) -> None:
        """Close a command that has been carried out, or cannot be; `answer` tells a person which."""
        done = update(schema.commands).filter_by(id=command_id, done_utc=None)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if not connection.execute(done.values(done_utc=now, answer=answer)).rowcount:
                raise LedgerError(
                    f"cannot answer command {command_id}: it has been answered, or never existed"
                )

        self._write(f"answer command {command_id}", work, guarded=True)

    def asked_to_stop(self, attempts: Iterable[Attempt]) -> set[str]:
        """The keys of tasks that a person asked to stop since these attempts at them began."""
        # By when it was answered, if it was: the request may be older than the attempt, and reach it all the same.
        query = (
            select(COMMAND.subject, func.max(func.coalesce(COMMAND.done_utc, COMMAND.requested_utc)))
            .where(COMMAND.kind == CommandKind.STOP_TASK)
            .group_by(COMMAND.subject)
        )

        def work(connection: Connection) -> set[str]:
            asked = {row[0]: row[1] for row in connection.execute(query)}
            return {
                one.task_key for one in attempts if asked.get(one.task_key, BEFORE_ALL) >= one.started_utc
            }

        return self._read("read what was to be stopped", work)

    def _commands(self, query: Select[Any]) -> list[CommandRow]:
        def work(connection: Connection) -> list[CommandRow]:
            return [CommandRow(*row) for row in connection.execute(query)]

        return self._read("read the commands", work)
