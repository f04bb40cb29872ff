"""Occurrences, and the tasks that are made with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from runner.planning.rotation import Files
from runner.store import file_uses, schema
from runner.store.asked.decoding import occurrence_row
from runner.store.asked.occurrences import AskedOccurrences
from runner.store.bulk import Values, ask, insert_and_number, insert_rows, instant, text
from runner.store.json_text import to_json
from runner.store.part import Part
from runner.store.reading import IS_LISTED, IS_MISSED, IS_OPEN
from runner.store.rows import Decision, Identity, OccurrenceRow, OccurrenceState
from runner.store.task_options import options_text
from runner.tasks import Occurrence, Task, TaskState

OCCURRENCE, TASK, VERSION = schema.occurrences.c, schema.tasks.c, schema.campaign_versions.c

IDENTITY = ("campaign", "entry", "nominal")
OCCURRENCE_COLUMNS = (
    *IDENTITY,
    "rule",
    "instant_utc",
    "run_id",
    "campaign_version_id",
    "git_commit",
    "state",
    "reason",
    "created_utc",
    "reason_kind",
)
TASK_COLUMNS = (
    "key",
    "occurrence_id",
    "ordinal",
    "run_id",
    "script",
    "backend",
    "lane",
    "device",
    "username",
    "target",
    "due_utc",
    "timeout_s",
    "git_commit",
    "state",
    "reason",
    "attempts",
    "created_utc",
    "options",
    "config",
    "campaign",
    "entry",
    "source",
    "grace_s",
    "retry_max",
    "retry_delay_s",
)

IDS = select(OCCURRENCE.id, OCCURRENCE.nominal).where(
    OCCURRENCE.campaign == bindparam("its_campaign"), OCCURRENCE.entry == bindparam("its_entry")
)
KEYS = select(TASK.key)
COMMITS = select(VERSION.id, VERSION.git_commit)


class Occurrences(AskedOccurrences, Part):
    def record(
        self,
        decisions: Sequence[Decision],
        run_id: str | None = None,
        *,
        files: Files | None = None,
        flush: bool = True,
    ) -> list[Task]:
        """Write occurrences and their tasks (pending) in one transaction; returns the tasks that are new.

        It leaves an occurrence or a task that the ledger has already as it is, a deleted task too; only an occurrence
        that was not started is started now, if that is decided. Each task belongs to the occurrence that it comes
        with.

        A task that posts gets its turn of `files`, what there is to post now by campaign and entry; nobody else who may
        not have it gets it then (`file_uses.py`).

        Without `flush` a failure of power may take them away until something else has been flushed: use that for
        decisions that whoever finds no row would make again. See docs/decisions/0010.
        """
        count = sum(len(decision.tasks) for decision in decisions)
        now = self._clock.now()
        return self._write(
            f"record {count} tasks",
            lambda connection: _record(connection, decisions, run_id, files or {}, now),
            flush=flush,
        )

    def add(
        self,
        version_id: int,
        occurrences: Sequence[Occurrence],
        tasks: Sequence[Task],
        run_id: str | None = None,
        *,
        files: Files | None = None,
    ) -> int:
        """`record` occurrences that are started, with their tasks in any order; returns how many tasks were new.

        The occurrence of each task must be among `occurrences`.
        """
        grouped: dict[Identity, list[Task]] = {_identity(occurrence): [] for occurrence in occurrences}
        for task in tasks:
            grouped[task.campaign, task.entry, task.nominal].append(task)
        started = OccurrenceState.STARTED
        decisions = [Decision(one, started, "", version_id, grouped[_identity(one)]) for one in occurrences]
        return len(self.record(decisions, run_id, files=files))

    def known(self, identities: Iterable[Identity]) -> set[Identity]:
        """Those of these occurrences that the ledger has, whatever became of them."""
        asked = list(identities)
        return set(self._read("look for occurrences", lambda connection: _ids(connection, asked)))

    def missed(self, since: datetime, offset: int = 0, limit: int = 1000) -> list[OccurrenceRow]:
        """The occurrences that were missed as a whole, and so decided from `since` on, newest first."""
        query = select(schema.occurrences).where(IS_MISSED, OCCURRENCE.created_utc >= since)
        query = query.order_by(OCCURRENCE.created_utc.desc(), OCCURRENCE.id.desc())
        page = query.offset(offset).limit(limit)
        return self._read("read what was missed", lambda connection: occurrence_rows(connection, page))

    def between(self, from_utc: datetime, until_utc: datetime, limit: int) -> list[OccurrenceRow]:
        """The occurrences of all entries from an instant (included) until one (excluded), the latest ones first; at
        most `limit`."""
        query = (
            select(schema.occurrences)
            .where(OCCURRENCE.instant_utc >= from_utc, OCCURRENCE.instant_utc < until_utc)
            .order_by(OCCURRENCE.instant_utc.desc())
            .limit(limit)
        )
        return self._read("read occurrences", lambda connection: occurrence_rows(connection, query))

    def open_entries(self) -> set[tuple[str, str]]:
        """The (campaign, entry) that have pending or running tasks."""
        query = select(TASK.campaign, TASK.entry).where(IS_OPEN, IS_LISTED).distinct()

        def work(connection: Connection) -> set[tuple[str, str]]:
            return {(row.campaign, row.entry) for row in connection.execute(query)}

        return self._read("read what is open", work)


def occurrence_rows(connection: Connection, query: Select[Any]) -> list[OccurrenceRow]:
    return [occurrence_row(row) for row in connection.execute(query)]


def _record(
    connection: Connection,
    decisions: Sequence[Decision],
    run_id: str | None,
    files: Files,
    now: datetime,
) -> list[Task]:
    identities = [_identity(decision.occurrence) for decision in decisions]
    known = _ids(connection, identities)
    fresh = [one for one, identity in zip(decisions, identities, strict=True) if identity not in known]
    commits = _commits(connection, decisions)
    made = _occurrence_values(fresh, commits, run_id, instant(now))
    numbers = insert_and_number(connection, schema.occurrences, OCCURRENCE_COLUMNS, made, key=IDENTITY)
    ids = known | {_identity(one.occurrence): numbers[row[:3]] for one, row in zip(fresh, made, strict=True)}
    again = [one for one in decisions if _identity(one.occurrence) in known]
    _start_again(connection, again, known, _Start(run_id, commits, now))
    # Deleted tasks too: their keys stay taken, so that nothing makes them again.
    taken = _keys(connection, list(known.values()))
    new = [
        (ids[identity], task)
        for decision, identity in zip(decisions, identities, strict=True)
        for task in decision.tasks
        if task.key not in taken
    ]
    tasks = file_uses.give(connection, [task for _, task in new], files)
    rows = zip((number for number, _ in new), tasks, strict=True)
    insert_rows(connection, schema.tasks, TASK_COLUMNS, _task_values(rows, run_id, instant(now)))
    file_uses.note(connection, tasks)
    if run_id is not None and new:
        _begin_run(connection, decisions, _Start(run_id, commits, now))
    return tasks


class _Start(NamedTuple):
    """By which run, if by any, and when something is started; `commits` are by version."""

    run_id: str | None
    commits: Mapping[int, str | None]
    now: datetime


def _start_again(
    connection: Connection, decisions: Iterable[Decision], ids: Mapping[Identity, int], start: _Start
) -> None:
    """Start occurrences that are known and were not started: a person may run by hand what was missed."""
    for one in decisions:
        if one.state is OccurrenceState.STARTED:
            stopped = update(schema.occurrences).where(
                OCCURRENCE.id == ids[_identity(one.occurrence)], OCCURRENCE.state != OccurrenceState.STARTED
            )
            values = {
                "state": one.state,
                "reason": one.reason,
                "reason_kind": one.reason_kind,
                "run_id": start.run_id,
                "campaign_version_id": one.version_id,
                "git_commit": None if one.version_id is None else start.commits.get(one.version_id),
                "created_utc": start.now,
            }
            connection.execute(stopped.values(values))


def _begin_run(connection: Connection, decisions: Iterable[Decision], start: _Start) -> None:
    """Note the run that has made tasks, with the campaign that they come from, unless it is known."""
    version = next((one.version_id for one in decisions if one.version_id is not None), None)
    if version is None or connection.scalar(select(schema.runs.c.id).filter_by(id=start.run_id)):
        return
    row = {
        "id": start.run_id,
        "campaign_version_id": version,
        "git_commit": start.commits.get(version),
        "created_utc": start.now,
    }
    connection.execute(insert(schema.runs).values(row))


def _occurrence_values(
    decisions: Iterable[Decision], commits: Mapping[int, str | None], run_id: str | None, now: int | None
) -> list[Values]:
    return [
        (
            one.occurrence.campaign,
            text(one.occurrence.entry),
            one.occurrence.nominal,
            text(one.occurrence.rule),
            instant(one.occurrence.instant_utc),
            run_id,
            one.version_id,
            None if one.version_id is None else commits.get(one.version_id),
            one.state,
            text(one.reason),
            now,
            one.reason_kind,
        )
        for one in decisions
    ]


def _task_values(rows: Iterable[tuple[int, Task]], run_id: str | None, now: int | None) -> list[Values]:
    configs: dict[int, str] = {}  # the tasks of an entry share one
    return [
        (
            text(task.key),
            occurrence_id,
            task.ordinal,
            run_id,
            task.script,
            task.backend,
            text(task.lane),
            text(task.device),
            text(task.username),
            text(task.target),
            instant(task.due_utc),
            task.timeout_s,
            task.commit,
            TaskState.PENDING,
            "",
            0,
            now,
            options_text(task.options),
            configs.get(id(task.config)) or configs.setdefault(id(task.config), to_json(task.config)),
            task.campaign,
            text(task.entry),
            task.source,
            task.grace_s,
            task.retry.max,
            task.retry.delay_s,
        )
        for occurrence_id, task in rows
    ]


def _identity(occurrence: Occurrence) -> Identity:
    return occurrence.campaign, occurrence.entry, occurrence.nominal


def _ids(connection: Connection, identities: Iterable[Identity]) -> dict[Identity, int]:
    """The ids of those of these occurrences that the ledger has."""
    nominals: dict[tuple[str, str], list[str]] = defaultdict(list)
    for campaign, entry, nominal in identities:
        nominals[campaign, entry].append(nominal)
    found: dict[Identity, int] = {}
    for (campaign, entry), asked in nominals.items():
        for number, nominal in ask(
            connection, IDS, OCCURRENCE.nominal, asked, its_campaign=campaign, its_entry=entry
        ):
            found[campaign, entry, nominal] = number
    return found


def _keys(connection: Connection, occurrence_ids: Sequence[int]) -> set[str]:
    """The keys of all tasks of these occurrences, deleted ones too."""
    return {key for (key,) in ask(connection, KEYS, TASK.occurrence_id, occurrence_ids)}


def _commits(connection: Connection, decisions: Iterable[Decision]) -> dict[int, str | None]:
    """The git commits of the campaign versions that these decisions come from."""
    versions = {decision.version_id for decision in decisions} - {None}
    return dict(map(tuple, ask(connection, COMMITS, VERSION.id, list(versions))))
