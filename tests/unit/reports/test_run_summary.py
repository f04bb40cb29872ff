"""What a run came to."""

from datetime import UTC, datetime, timedelta
from io import StringIO

from runner.reports.run_summary import summary_data, summary_table, totals
from runner.reports.terminal import Terminal
from runner.store.rows import TaskRow
from runner.tasks import Task, TaskState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def row(target: str, state: TaskState, reason: str = "", hint: str | None = None) -> TaskRow:
    key = f"demo/greet/run:1/A/{target}"
    task = Task(key, "demo", "greet", "follow", "device", "A", None, target, "run:1", 0, NOON, 600, {})
    ended = NOON + timedelta(seconds=1.25)
    return TaskRow(1, task, state, reason, hint, None, "1", 1, NOON, NOON, ended)


ROWS = [row("@one", TaskState.COMPLETED), row("@two", TaskState.FAILED, "no such user", "check the name")]


def test_the_table_has_a_row_for_each_task() -> None:
    stream = StringIO()
    Terminal(stream).print(summary_table(ROWS))
    _, first, second, hint = stream.getvalue().splitlines()
    assert first.split() == ["A", "greet", "follow", "@one", "completed", "1.2", "s"]
    assert second.rstrip().endswith("no such user")
    assert hint.strip() == "check the name"


def test_totals_count_by_state() -> None:
    assert totals(ROWS) == "2 tasks: 1 completed, 1 failed"
    assert totals(ROWS[:1]) == "1 task: 1 completed"


def test_programs_get_the_same() -> None:
    data = summary_data("1", ROWS, "report.html")
    assert data["counts"] == {"completed": 1, "failed": 1}
    assert (data["tasks"][1]["reason"], data["tasks"][1]["hint"]) == ("no such user", "check the name")
    assert data["tasks"][1]["device"] == "A"
