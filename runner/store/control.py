"""What people ask of the process that carries tasks out: commands, pauses, and the holds that they release."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from runner.errors import LedgerError
from runner.store import schema
from runner.store.part import Part, new_id
from runner.store.rows import Attempt, CommandKind, CommandRow, Hold, PauseRow, PauseScope

COMMAND, HOLD, PAUSE, TASK = schema.commands.c, schema.holds.c, schema.pauses.c, schema.tasks.c
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
PAUSE_COLUMNS = (PAUSE.scope, PAUSE.subject, PAUSE.requested_by, PAUSE.since_utc, PAUSE.ended_utc)


class Control(Part):
    # Commands

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
        return self._write(f"ask for {kind}", lambda connection: new_id(connection, statement))

    def open_commands(self) -> list[CommandRow]:
        """Those that have not been answered, oldest first."""
        return self._commands(COMMAND.done_utc.is_(None))

    def command(self, command_id: int) -> CommandRow | None:
        return next(iter(self._commands(COMMAND.id == command_id)), None)

    def answer(self, command_id: int, answer: str) -> None:
        """The command has been carried out, or cannot be: `answer` says which, for a person."""
        done = update(schema.commands).filter_by(id=command_id, done_utc=None)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if not connection.execute(done.values(done_utc=now, answer=answer)).rowcount:
                raise LedgerError(
                    f"cannot answer command {command_id}: it has been answered, or never existed"
                )

        self._write(f"answer command {command_id}", work)

    def asked_to_stop(self, attempts: Iterable[Attempt]) -> set[str]:
        """The keys of those attempts' tasks that were asked to stop since the attempt began: the request was made,
        or answered, since then."""
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

    def _commands(self, where: ColumnElement[bool]) -> list[CommandRow]:
        query = select(*COMMAND_COLUMNS).where(where).order_by(COMMAND.id)

        def work(connection: Connection) -> list[CommandRow]:
            return [CommandRow(*row) for row in connection.execute(query)]

        return self._read("read the commands", work)

    # Pauses

    def pause(self, scope: PauseScope, subject: str | None, by: str) -> None:
        """Keep tasks from starting until `resume`; what is paused already stays so since then."""
        row = {"scope": scope, "subject": subject, "requested_by": by, "since_utc": self._clock.now()}
        lasting = select(PAUSE.id).filter_by(scope=scope, subject=subject, ended_utc=None)

        def work(connection: Connection) -> None:
            if connection.scalar(lasting) is None:
                connection.execute(insert(schema.pauses).values(row))

        self._write(f"pause {subject or 'everything'}", work)

    def resume(self, scope: PauseScope | None = None, subject: str | None = None) -> int:
        """End the pauses of a scope and a subject (None: of all of them); returns how many there were."""
        lasting = update(schema.pauses).filter_by(ended_utc=None)
        if scope is not None:
            lasting = lasting.filter_by(scope=scope)
        if subject is not None:
            lasting = lasting.filter_by(subject=subject)
        ended = lasting.values(ended_utc=self._clock.now())
        return self._write(
            f"resume {subject or 'everything'}", lambda connection: connection.execute(ended).rowcount
        )

    def pauses(self) -> list[PauseRow]:
        """The pauses that last, oldest first."""
        return self._pauses(PAUSE.ended_utc.is_(None))

    def pause_history(self, from_utc: datetime, until_utc: datetime) -> list[PauseRow]:
        """The pauses that lasted at some instant from `from_utc` until `until_utc`, oldest first."""
        return self._pauses(
            PAUSE.since_utc < until_utc, or_(PAUSE.ended_utc.is_(None), PAUSE.ended_utc > from_utc)
        )

    def _pauses(self, *where: ColumnElement[bool]) -> list[PauseRow]:
        query = select(*PAUSE_COLUMNS).where(*where).order_by(PAUSE.id)

        def work(connection: Connection) -> list[PauseRow]:
            return [PauseRow(*row) for row in connection.execute(query)]

        return self._read("read the pauses", work)

    # Holds

    def place_hold(self, device: str, reason: str, task_key: str | None = None) -> int:
        """Hold a device until a person releases it; returns the hold's id."""
        task_id = select(TASK.id).filter_by(key=task_key).scalar_subquery()
        row = {"device": device, "reason": reason, "task_id": task_id, "placed_utc": self._clock.now()}
        statement = insert(schema.holds).values(row)
        return self._write(f"hold the device {device}", lambda connection: new_id(connection, statement))

    def holds(self) -> list[Hold]:
        """The holds that have not been released, oldest first."""
        query = (
            select(HOLD.id, HOLD.device, HOLD.reason, TASK.key, HOLD.placed_utc)
            .outerjoin_from(schema.holds, schema.tasks)
            .where(HOLD.released_utc.is_(None))
            .order_by(HOLD.id)
        )

        def work(connection: Connection) -> list[Hold]:
            return [Hold(*row) for row in connection.execute(query)]

        return self._read("read the holds", work)

    def release_holds(self, device: str) -> int:
        """Let a device go on; returns how many holds it had."""
        released = update(schema.holds).filter_by(device=device, released_utc=None)
        statement = released.values(released_utc=self._clock.now())
        return self._write(
            f"release the device {device}", lambda connection: connection.execute(statement).rowcount
        )
