"""Who had which file: each account gets every file of a list once before one comes again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, not_, or_, select, update

from runner.planning.rotation import Files, Rotation, owner, with_files
from runner.store import schema
from runner.store.bulk import Values, ask, insert_rows, text
from runner.store.connector import among
from runner.store.json_text import to_json
from runner.store.part import Part
from runner.store.reading import MAY_HAVE_HAPPENED
from runner.store.task_options import options_of, options_row
from runner.tasks import SeenFile, Task, TaskState

USE, TASK, OCCURRENCE, EFFECT = (
    schema.file_uses.c,
    schema.tasks.c,
    schema.occurrences.c,
    schema.effects.c,
)
COLUMNS = ("task_id", "owner", "sha256", "path", "fingerprint")

HOLDING = (TaskState.PENDING, TaskState.RUNNING, TaskState.COMPLETED, TaskState.UNCERTAIN)
"""The states of tasks whose files nobody else gets. Any other state gives them back, unless an effect may have
happened."""

HOLDS: ColumnElement[bool] = or_(
    *(TASK.state == state for state in HOLDING),
    select(EFFECT.id).where(EFFECT.task_id == TASK.id, MAY_HAVE_HAPPENED).exists(),
)
# A use without a task is one that the retention has settled: its file has been posted.
COUNTS = or_(USE.task_id.is_(None), HOLDS)
WITH_TASKS = schema.file_uses.outerjoin(schema.tasks, USE.task_id == TASK.id)


def _by(column: ColumnElement[str]) -> Select[tuple[str, str, int]]:
    """Which contents owners had, and when last, with the contents told apart by a column."""
    return (
        select(USE.owner, column, func.max(USE.id))
        .select_from(WITH_TASKS)
        .where(COUNTS, among(column, bindparam("contents")))
        .group_by(USE.owner, column)
    )


USED, USED_AT_A_GLANCE = _by(USE.sha256), _by(USE.fingerprint)
IDS = select(TASK.key, TASK.id)


class FileUses(Part):
    """A task has its files from when its row is made. It gives them back when it ends without its effect."""

    def of(self, owners: Collection[str], fingerprints: Collection[str]) -> dict[str, list[str]]:
        """Which of these contents, by their fingerprints, each of these accounts or devices has had, oldest first."""

        def work(connection: Connection) -> dict[str, list[str]]:
            return _used(connection, USED_AT_A_GLANCE, owners, fingerprints)

        return self._read("read who had which file", work)

    def choose(self, task: Task, files: Files) -> Task:
        """The task with its files; if it could not get any when its row was made, it gets them now, for good."""
        return self._write(f"choose the files of {task.key}", lambda it: _choose(it, task, files))

    def recorded(self, from_utc: datetime, until_utc: datetime) -> dict[str, tuple[SeenFile, ...]]:
        """The files of the tasks whose occurrences lie between two instants, by task key."""
        query = (
            select(TASK.key, USE.path, USE.sha256)
            .select_from(schema.occurrences.join(schema.tasks).join(schema.file_uses))
            .where(OCCURRENCE.instant_utc >= from_utc, OCCURRENCE.instant_utc < until_utc)
            # By an expression: else SQLite reads the whole table in the order of its ids.
            .order_by(USE.id + 0)
        )
        found: dict[str, tuple[SeenFile, ...]] = {}
        with self._database.read("read which files tasks have") as connection:
            for key, path, sha256 in connection.execute(query):
                found[key] = (*found.get(key, ()), SeenFile(path, sha256))
        return found


def _used(
    connection: Connection,
    query: Select[tuple[str, str, int]],
    owners: Collection[str],
    contents: Collection[str],
) -> dict[str, list[str]]:
    rows = ask(connection, query, USE.owner, list(owners), contents=to_json(list(contents)))
    found: dict[str, list[str]] = {}
    for name, content, _ in sorted(rows, key=lambda row: row[2]):
        found.setdefault(name, []).append(content)
    return found


def give(connection: Connection, tasks: Sequence[Task], files: Files) -> list[Task]:
    """The tasks with the files that each of them gets; those that have files keep them."""
    takers = [task for task in tasks if task.options.files or _gets_files(task, files)]
    if not takers:
        return list(tasks)
    hashes = {file.sha256 for offered in files.values() for file in offered if file.sha256}
    rotation = Rotation(_used(connection, USED, {owner(task) for task in takers}, hashes))
    given: list[Task] = []
    for task in tasks:
        if _gets_files(task, files):
            given.append(with_files(task, rotation.give(task, files[task.campaign, task.entry]).files))
        else:
            rotation.take(owner(task), task.options.files)
            given.append(task)
    return given


def _choose(connection: Connection, task: Task, files: Files) -> Task:
    options = options_of(connection.scalar(select(TASK.options).where(TASK.key == task.key)) or {})
    if options.files:  # an earlier attempt has chosen them
        return replace(task, options=options)
    (chosen,) = give(connection, [task], files)
    row = update(schema.tasks).where(TASK.key == task.key)
    connection.execute(row.values(options=options_row(chosen.options)))
    note(connection, [chosen])
    return chosen


def note(connection: Connection, tasks: Iterable[Task]) -> None:
    """Write down which files tasks have whose rows have just been made."""
    having = {task.key: task for task in tasks if any(file.sha256 for file in task.options.files)}
    rows: list[Values] = [
        (task_id, owner(having[key]), file.sha256, text(file.path), file.fingerprint)
        for key, task_id in ask(connection, IDS, TASK.key, list(having))
        for file in having[key].options.files
        if file.sha256
    ]
    rows.sort()  # in the order of the tasks: the ids tell which file was given out the longest ago
    insert_rows(connection, schema.file_uses, COLUMNS, rows)


def taken_since(connection: Connection, task_id: int) -> tuple[str, str] | None:
    """A file of this task that its owner has had again since, by another task: its path, and that task's key."""
    own = schema.file_uses.alias("own")
    later = (
        select(USE.path, TASK.key)
        .select_from(WITH_TASKS.join(own, (own.c.owner == USE.owner) & (own.c.sha256 == USE.sha256)))
        .where(own.c.task_id == task_id, USE.id > own.c.id, COUNTS)
        .order_by(USE.id)
        .limit(1)
    )
    row = connection.execute(later).one_or_none()
    return None if row is None else (row.path, row.key or "")


def settle_uses(connection: Connection, task_ids: Sequence[int]) -> None:
    """Forget which tasks had files: what was posted stays in memory for ever, what was given back does not."""
    holding = select(TASK.id).where(TASK.id.in_(task_ids), HOLDS)
    gone = delete(schema.file_uses).where(USE.task_id.in_(task_ids), not_(USE.task_id.in_(holding)))
    connection.execute(gone)
    connection.execute(update(schema.file_uses).where(USE.task_id.in_(task_ids)).values(task_id=None))


def _gets_files(task: Task, files: Files) -> bool:
    offered: Mapping[tuple[str, str], Sequence[SeenFile]] = files
    return not task.options.files and bool(offered.get((task.campaign, task.entry)))
