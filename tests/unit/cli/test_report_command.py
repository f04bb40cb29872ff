"""`runner report`: each thing that can be reported, each form, each place, and each way to ask wrongly."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_ledger import AskedLedger, asked_ledger
from lxml import etree

from runner.errors import NothingToReport, UsageError
from runner.reports.remedies import hint_of
from runner.state_dir import REHEARSALS
from runner.store.ledger import Ledger
from runner.tasks import EffectState, TaskState

RUN = "20261121-180036-3fa9"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AskedLedger]:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    with asked_ledger(tmp_path) as made:
        yield made


@pytest.fixture
def keys(asked: AskedLedger) -> list[str]:
    """The tasks of a run: one is completed, one failed, two wait."""
    keys = asked.run_by_hand(RUN)
    asked.attempt(keys[0], TaskState.COMPLETED, effect=EffectState.COMMITTED)
    asked.attempt(keys[1], TaskState.FAILED, "the app closed")
    return keys


def refusal(asked: AskedLedger, *words: str) -> tuple[str, str]:
    """What a refused command says, and what to do."""
    error = asked("report", *words).exception
    assert isinstance(error, UsageError), error
    return error.message, hint_of(error) or ""


def written(asked: AskedLedger, *words: str) -> Path:
    """The file that a command says it has written."""
    said = asked("report", *words).stdout
    found = re.fullmatch(r"report: (.+)\n", said)
    assert found is not None, said
    return Path(found[1])


def test_html_goes_beside_the_reports_of_runs(asked: AskedLedger, keys: list[str]) -> None:
    for subject, name, title in [
        (RUN, f"run-{RUN}.html", f"Run {RUN} of demo"),
        ("demo", "campaign-demo.html", "demo"),
        ("demo/greet", "entry-demo-greet.html", "demo/greet"),
        (f"demo/greet@run:{RUN}", "occurrence-1.html", f"demo/greet at run:{RUN}"),
        ("1", "task-1.html", "Task 1: follow @north on VIRTUAL01"),
    ]:
        path = written(asked, subject)
        assert path == asked.state / "reports" / name
        assert path.stat().st_mode & 0o077 == 0
        assert f"<h1>{title}</h1>" in path.read_text("utf-8")


def test_times(asked: AskedLedger, keys: list[str]) -> None:
    for words in (
        ["--since", "1h"],
        ["--day", "today"],
        ["demo", "--since", "1h"],
        ["demo/greet", "--day", "today"],
    ):
        told = json.loads(asked("report", *words, "--format", "json").stdout)
        assert told["counts"] == {"pending": 2, "completed": 1, "failed": 1}, words


def test_a_week_is_summed_up(asked: AskedLedger, keys: list[str]) -> None:
    for words in (["--week"], ["--week", "this"], ["demo", "--week"]):
        told = json.loads(asked("report", *words, "--format", "json").stdout)
        assert (told["report"]["kind"], told["total"]) == ("week", 4)
    assert "What held things up" in written(asked, "--week").read_text("utf-8")


def test_other_forms_go_to_standard_output_or_a_file(
    asked: AskedLedger, keys: list[str], tmp_path: Path
) -> None:
    told = json.loads(asked("report", RUN, "--format", "json").stdout)
    assert [task["key"] for task in told["tasks"]] == keys
    root = etree.fromstring(asked("report", RUN, "--format", "junit").stdout_bytes)
    assert (root.get("tests"), root.get("failures")) == ("4", "1")
    out = tmp_path / "junit.xml"
    assert written(asked, RUN, "--format", "junit", "--out", str(out)) == out
    assert etree.fromstring(out.read_bytes()).get("tests") == "4"
    assert asked("report", RUN, "--out", "-").stdout.startswith("<!doctype html>")


def test_a_rehearsal_is_found_by_the_id_of_its_run(asked: AskedLedger, keys: list[str]) -> None:
    folder = asked.state / REHEARSALS / RUN
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", asked.ledger._clock) as rehearsal:
        other = AskedLedger(folder, asked.campaigns, rehearsal)
        other.run_by_hand(RUN)
    assert written(asked, RUN) == folder / "reports" / f"run-{RUN}.html"


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ([], "name what to report", "a run, a task, a campaign or CAMPAIGN/ENTRY; or a time"),
        (["nothing"], "the ledger has no run, task, campaign or entry nothing", "runner tasks list"),
        (["run:nothing"], "the ledger has no run nothing", "runner run"),
        (["task:99"], "the ledger has no task 99", "runner tasks list"),
        (["demo/none@09:00"], "the ledger has no entry demo/none", "runner status"),
        (["demo/greet", "--at", "03:07"], "no occurrence of demo/greet at 03:07", "runner why"),
        (["demo/greet", "--at", "soon"], "'soon' is no time", "write 09:00"),
        (["demo", "--at", "09:00"], "'demo' is no CAMPAIGN/ENTRY", ""),
        (["--at", "09:00"], "--at asks for an occurrence", "CAMPAIGN/ENTRY --at T"),
        (["north"], "several tasks have 'north' in their key", "name one of them"),
        (
            ["--day", "2000-01-01"],
            "nothing to report in the time of Saturday 2000-01-01",
            "the first one after",
        ),
        (["--day", "soon"], "'soon' is no day", "today or yesterday"),
        (["--week", "soon"], "'soon' is no week", "2026-W48"),
        (["--since", "1h", "--day", "today"], "--since and --day exclude each other", "name one time"),
        (["--until", "1h"], "--until needs --since", "--since 24h"),
        (["--since", "1h", "--until", "2h"], "ends before it begins", "--since before --until"),
        ([RUN, "--since", "1h"], "is reported as a whole", "leave --since"),
        (["1", "--week", "this"], "is reported as a whole", "leave --since"),
        (["demo", "--out", "/nothing/there.html"], "cannot write the report to /nothing/there.html", "--out"),
        (["demo", "--out", "."], "cannot write the report to .: Is a directory", "--out"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_what_to_do(
    asked: AskedLedger, keys: list[str], words: list[str], message: str, hint: str
) -> None:
    said, to_do = refusal(asked, *words)
    assert message in said
    assert hint in to_do
    assert not list(asked.state.glob("reports/*"))


def test_a_name_that_means_several_things(asked: AskedLedger) -> None:
    asked.run_by_hand("1")
    assert refusal(asked, "1") == ("'1' is a run and a task", "write run:1 or task:1")
    assert written(asked, "run:1").name == "run-1.html"


def test_an_empty_ledger_has_nothing_to_report(asked: AskedLedger) -> None:
    asked.put_in_force()
    error = asked("report", "demo").exception
    assert isinstance(error, NothingToReport)
    assert "nothing to report of demo" in error.message
    assert asked("report", "--week").exit_code == 0
