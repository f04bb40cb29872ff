"""Commands in terminals of several widths and kinds, and in pipes: phones, states and reasons are always whole."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from claims import claim
from real_terminal import in_terminal, runner_in_terminal

from runner.clock import SystemClock
from runner.reports.shown import width
from runner.store.ledger import Ledger
from runner.store.notification_rows import NewNotification
from runner.tasks import AttemptOutcome, Occurrence, Outcome, Task, TaskState, task_key

ROOT = Path(__file__).parents[2]
ERR = ROOT / "tests" / "campaigns" / "err"
RUNNER = (sys.executable, "-m", "runner")
PHONES = ("R58M123ABC", "R58M123ABD", "R58M124ABC")
ADDRESS = "https://example.com/@somebody_with_a_long_name/video/73012345678901234"
REASON = "the phone did not show the button Follow within 15 s, and no other page either"
COLORS = re.compile(rb"\x1b\[[0-9;]*m")
REHEARSED = """\
version: 1
name: trial
timezone: UTC
limits: {min_gap: 0s}
devices: {shelf: [R58M123ABC, "R58M123ABD[/b]1"]}
scripts:
  greet: {script: follow, devices: shelf, config: {target_users: ["@demo_north"]}, start_times: ["09:00"]}
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state directory whose ledger has a run that failed on three phones, and a campaign that names its run."""
    folder = tmp_path_factory.mktemp("terminals")
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", SystemClock()) as ledger:
        _fill(ledger)
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "trial.yaml").write_text(REHEARSED, encoding="utf-8")
    yield folder


def _fill(ledger: Ledger) -> None:
    now = SystemClock().now()
    version = ledger.campaigns.record("trial", "trial.yaml", REHEARSED, None)
    occurrence = Occurrence("trial", "greet", "run:1", "manual", now)
    tasks = [
        Task(
            key=task_key("trial", "greet", "run:1", phone, ADDRESS),
            campaign="trial",
            entry="greet",
            script="follow",
            backend="device",
            device=phone,
            username=None,
            target=ADDRESS,
            nominal="run:1",
            ordinal=number,
            due_utc=now,
            timeout_s=600,
            config={},
        )
        for number, phone in enumerate(PHONES)
    ]
    ledger.occurrences.add(version, [occurrence], tasks, "1")
    for task in tasks:
        attempt = claim(ledger, task.key)
        ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.FAILED, REASON), TaskState.FAILED)
    ledger.holds.place(PHONES[0], REASON, tasks[0].key)
    content = {"what": f"the phone {PHONES[0]} needs a person"}
    ledger.notifications.note([NewNotification("1", "needs-person", PHONES[0], "phone-room", content, now)])
    ledger.notifications.begin([1])
    ledger.notifications.give_up([1], REASON)


@pytest.fixture
def variables(state: Path) -> dict[str, str]:
    return {"RUNNER_STATE_DIR": str(state), "RUNNER_TIMEZONE": "UTC", "ANDROID_ADB_SERVER_PORT": "1"}


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize(
    "words",
    [("tasks", "list"), ("run", "--resume", "1"), ("holds",), ("status",), ("logs", "1")],
    ids=" ".join,
)
def test_phones_states_and_reasons_are_whole(
    variables: dict[str, str], words: tuple[str, ...], columns: int
) -> None:
    shown = runner_in_terminal(*words, columns=columns, **variables)
    assert shown.code in (0, 1), shown.text
    text = " ".join(shown.text.split())
    assert re.sub(r"\W", "", REASON) in re.sub(r"\W|REASON", "", text)
    assert all(width(line) <= columns for line in shown.lines)
    if words[0] == "run":
        assert any(line.startswith("all") and line.endswith("0 tasks") for line in shown.lines)
    if words[0] in ("tasks", "run"):
        rows = [line for line in shown.lines if "greet" in line]
        assert [next(one for one in PHONES if one in row) for row in rows] in (
            list(PHONES),
            list(PHONES[::-1]),
        )
        assert all("failed" in row for row in rows)
        assert shown.text.count(ADDRESS) == len(PHONES) or columns < 80


@pytest.mark.parametrize("columns", [60, 80])
def test_what_could_not_be_told_is_whole(variables: dict[str, str], columns: int) -> None:
    shown = in_terminal([*RUNNER, "notify"], columns, **variables)
    text = " ".join(shown.text.split())
    assert f"the phone {PHONES[0]} needs a person" in text and REASON in text
    assert all(width(line) <= columns for line in shown.lines)


@pytest.mark.parametrize("words", [("tasks", "list"), ("run", "--resume", "1")], ids=" ".join)
def test_in_a_pipe_a_task_is_one_line_with_its_whole_reason(
    variables: dict[str, str], words: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [*RUNNER, *words], env=os.environ | variables, capture_output=True, text=True, check=False
    )
    rows = [line for line in done.stdout.splitlines() if ADDRESS in line]
    assert len(rows) == len(PHONES)
    assert all(REASON in row and "failed" in row for row in rows)


@pytest.mark.parametrize(
    "words",
    [
        ("validate", "nothing.yaml"),
        ("validate", str(ERR / "five-mistakes.yaml")),
        ("plan", str(ROOT / "campaigns")),
        ("status",),
        ("why", "trial/greet"),
        ("tasks", "list"),
        ("logs", "1"),
        ("notify",),
        ("holds",),
        ("run", "--resume", "1"),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("kind", [{"term": "dumb"}, {"NO_COLOR": "1"}], ids=["dumb", "NO_COLOR"])
def test_who_wants_no_styles_gets_none(
    variables: dict[str, str], words: tuple[str, ...], kind: dict[str, str]
) -> None:
    shown = runner_in_terminal(*words, **kind, **variables)  # type: ignore[arg-type]
    assert COLORS.findall(shown.sent) == []
    assert shown.text


def test_a_terminal_has_styles(variables: dict[str, str]) -> None:
    assert COLORS.search(in_terminal([*RUNNER, "tasks", "list"], 80, **variables).sent)


@pytest.mark.phones
@pytest.mark.parametrize("columns", [60, 80])
def test_a_live_run_names_each_phone_and_reads_no_markup(state: Path, tmp_path: Path, columns: int) -> None:
    words = ("run", state / "campaigns" / "trial.yaml", "--virtual")
    shown = runner_in_terminal(*words, columns=columns, RUNNER_STATE_DIR=str(tmp_path))
    assert shown.code == 0, shown.text
    sent = COLORS.sub(b"", shown.sent).decode()
    drawn = [
        line for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9?;]*[A-Za-z]", "", sent)) if "0/1" in line
    ]
    assert {line.split()[0] for line in drawn} == {"R58M123ABC", "R58M123ABD[/b]1"}
    assert all(width(line.rstrip()) <= columns for line in drawn)
    rows = [line for line in shown.lines if "greet" in line]
    assert [row.split()[0] for row in rows] == ["R58M123ABC", "R58M123ABD[/b]1"]


@pytest.mark.phones
def test_a_dumb_terminal_gets_a_line_for_each_event(state: Path, tmp_path: Path) -> None:
    command = [*RUNNER, "run", state / "campaigns" / "trial.yaml", "--virtual"]
    shown = in_terminal(command, 80, term="dumb", RUNNER_STATE_DIR=str(tmp_path))
    assert b"\x1b" not in shown.sent
    assert "R58M123ABC  follow @demo_north: started" in shown.lines
