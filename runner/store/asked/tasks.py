"""What is asked about tasks. No answer has deleted tasks, but for those to questions about these."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from runner.store.asked.decoding import attempt_row, effect, step_row, task_row
from runner.store.asked.effects import EFFECTS, IN_THEIR_ORDER
from runner.store.asked.hosts import IS_ON_HOST
from runner.store.asked.questions import Ask, AskedPart, is_one_of
from runner.store.conditions import LISTED, OPEN
from runner.store.rows import AttemptRow, DeletedTask, StepRow, TaskFilter, TaskRecord, TaskRow
from runner.tasks import Effect, Occurrence, TaskState

IS_LISTED = f"tasks.{LISTED}"
IS_DELETED = "tasks.deleted_utc IS NOT NULL"
IS_PENDING = f"tasks.{OPEN} AND tasks.state = '{TaskState.PENDING}'"

TASKS = (
    "SELECT tasks.*, occurrences.nominal FROM tasks JOIN occurrences ON occurrences.id = tasks.occurrence_id"
)
IN_ORDER = "ORDER BY tasks.due_utc, tasks.id"
"""In the order in which tasks fall due, then in that of the plan."""

IS_OF = (
    "tasks.occurrence_id = (SELECT id FROM occurrences WHERE campaign = :its_campaign AND entry = :its_entry"
    " AND nominal = :its_nominal)"
)

LAST_CHARACTER = "\U0010ffff"
"""Sorts after every other character: all that begins with a text lies between that text and the text with this one."""


class AskedTasks(AskedPart):
    def all(self, *, run_id: str | None = None, states: Collection[TaskState] | None = None) -> list[TaskRow]:
        """The tasks of a run, in these states (None: of all), in the order in which they fall due."""
        where, values = conditions(TaskFilter(run_id=run_id, states=states))
        return self._tasks("read tasks", *where, **values)

    def of(self, occurrence: Occurrence) -> list[TaskRow]:
        """The tasks of an occurrence, in the order in which they fall due."""
        return self._tasks(f"read the tasks of {occurrence.nominal}", IS_OF, **_identity(occurrence))

    def pending(self) -> list[TaskRow]:
        """Every task that waits, in the order in which they fall due."""
        return self._tasks("read the pending tasks", IS_PENDING)

    def added_since(self, task_id: int) -> list[TaskRow]:
        """The pending tasks that were made after the one with this id, in the order in which they fall due."""
        return self._tasks("read new tasks", "tasks.id > :task_id", IS_PENDING, task_id=task_id)

    def find(self, text: str, limit: int = 20) -> list[TaskRow]:
        """The task whose id or key is `text`; else those whose key begins with it, else those that contain it.

        At most `limit`, newest first.
        """
        with self._asked.asking(f"look for the task {text}") as ask:
            for condition, values in _ways_to_find(text):
                # Sorted by an expression: else SQLite reads the whole table backwards instead of the index of keys.
                ids = f"SELECT id FROM tasks WHERE {condition} ORDER BY id + 0 DESC LIMIT :limit"
                question = f"{TASKS} WHERE tasks.id IN ({ids}) AND {IS_LISTED} ORDER BY tasks.id DESC"
                if rows := ask(question, limit=limit, **values):
                    return list(map(task_row, rows))
        return []

    def find_deleted(self, text: str) -> DeletedTask | None:
        """The task with this id or key, if it was deleted: what is left of it."""
        column, wanted = ("id", int(text)) if is_id(text) else ("key", text)
        question = f"SELECT key, state, deleted_utc FROM tasks WHERE {column} = :wanted AND {IS_DELETED}"
        rows = self._ask(f"look for the deleted task {text}", question, wanted=wanted)
        return next((DeletedTask(row.key, TaskState(row.state), row.deleted_utc) for row in rows), None)

    def count_deleted(self, occurrence: Occurrence) -> int:
        """How many of an occurrence's tasks were deleted."""
        question = f"SELECT count(*) AS many FROM tasks WHERE {IS_OF} AND {IS_DELETED}"
        action = f"count the deleted tasks of {occurrence.nominal}"
        return int(self._ask(action, question, **_identity(occurrence))[0].many)

    def page(self, chosen: TaskFilter, offset: int = 0, limit: int = 50) -> tuple[int, list[TaskRow]]:
        """How many tasks a filter lets through, and those from `offset` on, newest first."""
        where, values = _listed(chosen)
        ids = f"SELECT id FROM tasks WHERE {where} ORDER BY id DESC LIMIT :limit OFFSET :offset"
        with self._asked.asking("read a page of tasks") as ask:
            (total,) = ask(f"SELECT count(*) AS many FROM tasks WHERE {where}", **values)
            question = f"{TASKS} WHERE tasks.id IN ({ids}) ORDER BY tasks.id DESC"
            rows = ask(question, limit=limit, offset=offset, **values)
        return total.many, list(map(task_row, rows))

    def counts(self, chosen: TaskFilter | None = None) -> dict[TaskState, int]:
        """How many tasks, of those that a filter lets through, are in each state; a state without any is left out."""
        where, values = _listed(chosen or TaskFilter())
        question = f"SELECT state, count(*) AS many FROM tasks WHERE {where} GROUP BY state"
        rows = self._ask("count the tasks", question, **values)
        return {TaskState(row.state): row.many for row in rows}

    def troubles(self, since: datetime, offset: int = 0, limit: int = 1000) -> list[TaskRow]:
        """The tasks that ended failed, missed or uncertain from `since` on and are so still, newest first."""
        question = (
            f"{TASKS} WHERE tasks.trouble_utc >= :since AND {IS_LISTED}"
            " ORDER BY tasks.trouble_utc DESC, tasks.id DESC LIMIT :limit OFFSET :offset"
        )
        rows = self._ask("read what went wrong", question, since=since, limit=limit, offset=offset)
        return list(map(task_row, rows))

    def record_of(self, key: str | int) -> TaskRecord | None:
        """A task with its attempts, their steps, and its effects."""
        is_it = "tasks.id = :wanted" if isinstance(key, int) else "tasks.key = :wanted"
        with self._asked.asking(f"read the task {key}") as ask:
            rows = ask(f"{TASKS} WHERE {is_it} AND {IS_LISTED}", wanted=key)
            return next(iter(records(ask, map(task_row, rows), is_it, wanted=key)), None)

    def records_of(self, occurrence: Occurrence) -> list[TaskRecord]:
        """The tasks of an occurrence as planned, each with its attempts, their steps, and its effects."""
        identity = _identity(occurrence)
        with self._asked.asking(f"read the tasks of {occurrence.nominal}") as ask:
            rows = ask(f"{TASKS} WHERE {IS_OF} AND {IS_LISTED} ORDER BY tasks.ordinal", **identity)
            return records(ask, map(task_row, rows), IS_OF, **identity)

    def _tasks(self, action: str, *where: str, **values: object) -> list[TaskRow]:
        question = f"{TASKS} WHERE {' AND '.join((*where, IS_LISTED))} {IN_ORDER}"
        return list(map(task_row, self._ask(action, question, **values)))


def records(ask: Ask, rows: Iterable[TaskRow], condition: str, **values: object) -> list[TaskRecord]:
    """Each task with its attempts, their steps, and its effects; `condition` is the one that these tasks meet."""
    steps: dict[int, list[StepRow]] = defaultdict(list)
    of_tasks = f"JOIN tasks ON tasks.id = attempts.task_id WHERE {condition}"
    for row in ask(
        f"SELECT steps.* FROM steps JOIN attempts ON attempts.id = steps.attempt_id {of_tasks}"
        " ORDER BY steps.attempt_id, steps.ordinal",
        **values,
    ):
        steps[row.attempt_id].append(step_row(row))
    attempts: dict[int, list[AttemptRow]] = defaultdict(list)
    for row in ask(f"SELECT attempts.* FROM attempts {of_tasks} ORDER BY attempts.id", **values):
        attempts[row.task_id].append(attempt_row(row, steps[row.id]))
    effects: dict[int, list[Effect]] = defaultdict(list)
    for row in ask(f"{EFFECTS} WHERE {condition} {IN_THEIR_ORDER}", **values):
        effects[row.task_id].append(effect(row))
    return [TaskRecord(row, tuple(attempts[row.id]), tuple(effects[row.id])) for row in rows]


def conditions(chosen: TaskFilter) -> tuple[list[str], dict[str, Any]]:
    """What a filter asks of tasks, and the values of that."""
    where: list[str] = []
    values: dict[str, Any] = {}
    if chosen.occurrence_ids is not None:
        where.append(is_one_of("tasks.occurrence_id", chosen.occurrence_ids))
    for name in ("campaign", "entry", "device", "username", "script", "run_id"):
        if (value := getattr(chosen, name)) is not None:
            where.append(f"tasks.{name} = :chosen_{name}")
            values[f"chosen_{name}"] = value
    if chosen.host is not None:
        where.append(IS_ON_HOST)
        values["chosen_host"] = chosen.host
    if chosen.states is not None:
        where.append(is_one_of("tasks.state", chosen.states))
    if chosen.sources is not None:
        where.append(is_one_of("tasks.source", chosen.sources))
    if chosen.since_utc is not None:
        where.append("tasks.due_utc >= :chosen_since")
        values["chosen_since"] = chosen.since_utc
    if chosen.until_utc is not None:
        where.append("tasks.due_utc < :chosen_until")
        values["chosen_until"] = chosen.until_utc
    return where, values


def is_id(text: str) -> bool:
    """Whether a text can be a task's id; longer numbers do not fit into the column."""
    return text.isascii() and text.isdigit() and len(text) < 19


def _listed(chosen: TaskFilter) -> tuple[str, dict[str, Any]]:
    where, values = conditions(chosen)
    return " AND ".join((IS_LISTED, *where)), values


def _identity(occurrence: Occurrence) -> dict[str, str]:
    return {
        "its_campaign": occurrence.campaign,
        "its_entry": occurrence.entry,
        "its_nominal": occurrence.nominal,
    }


def _ways_to_find(text: str) -> Iterator[tuple[str, dict[str, object]]]:
    # From the quickest to the slowest: only the last one reads every key.
    if is_id(text):
        yield "id = :wanted", {"wanted": int(text)}
    yield "key = :wanted", {"wanted": text}
    yield "key BETWEEN :wanted AND :last", {"wanted": text, "last": text + LAST_CHARACTER}
    escaped = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    yield "key LIKE :pattern ESCAPE '/'", {"pattern": f"%{escaped}%"}
