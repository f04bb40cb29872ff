"""Reports for programs."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path

import pytest
from reported_ledger import HOUR, NOON, ReportedLedger, reported_ledger

from runner.queries.report import report_of
from runner.queries.report_scope import ReportScope, of_campaign, of_task, of_week
from runner.reports.report_file import Form, report_file
from runner.reports.report_json import report_data
from runner.reports.task_list import task_data
from runner.reports.task_log import log_data
from runner.store.artifacts import Artifacts
from runner.store.rows import OccurrenceState
from runner.tasks import TaskState

HOSTILE = "\x1b[2J\u202e</script>\u2028"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[ReportedLedger]:
    with reported_ledger(tmp_path) as made:
        yield made


def file(made: ReportedLedger, scope: ReportScope, form: Form = Form.JSON) -> bytes:
    return report_file(made.ledger, scope, form, Artifacts(made.folder / "artifacts"), made.situation())


def test_tasks_are_those_of_the_other_commands(made: ReportedLedger) -> None:
    row = made.task(TaskState.FAILED, reason="no button")
    made.not_run(OccurrenceState.MISSED, "the daemon was down", at=NOON - HOUR)
    report = report_of(made.ledger, of_campaign("demo"), NOON)
    data = report_data(report, Artifacts(made.folder))
    assert data["tasks"] == [task_data(row)]
    assert data["details"] == [
        log_data(report.records[0], report.records[0].attempts, Artifacts(made.folder))
    ]
    assert (data["total"], data["listed"], data["counts"]) == (1, 1, {"failed": 1})
    assert data["report"]["kind"] == "campaign"
    assert data["occurrences"][0] | {"commit": None} == {
        "id": 2,
        "campaign": "demo",
        "entry": "greet",
        "nominal": "2026-11-21T11:00[UTC]",
        "rule": "11:00",
        "instant_utc": "2026-11-21T11:00:00Z",
        "state": "missed",
        "reason": "the daemon was down",
        "run": None,
        "commit": None,
    }


def test_a_file_loses_nothing_and_steers_nobody(made: ReportedLedger) -> None:
    row = made.task(TaskState.FAILED, reason=HOSTILE, title=HOSTILE, device="S\x9b1")
    content = file(made, of_task(row)).decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", content)
    data = json.loads(content)
    assert (data["tasks"][0]["reason"], data["tasks"][0]["device"]) == (HOSTILE, "S\x9b1")


def test_a_week_for_programs(made: ReportedLedger) -> None:
    made.task(TaskState.FAILED, reason="no button", username="@own", late_s=70)
    made.not_run(OccurrenceState.MISSED, "the daemon was down", at=NOON - HOUR)
    made.ledger.holds.place("S1", "a login screen")
    week = of_week(date(2026, 11, 16), UTC)
    data = json.loads(file(made, week))
    assert data["report"]["title"] == "Week 47 of 2026"
    assert [day["total"] for day in data["days"]] == [0, 0, 0, 0, 0, 1, 0]
    assert data["lateness"]["median_s"] == 70
    assert {"group": "up to 5 min", "tasks": 1} in data["lateness"]["groups"]
    assert data["failures"][0]["newest"]["reason"] == "no button"
    assert Path(data["failures"][0]["screenshot"]).is_file()
    assert data["not_run"] == [{"state": "missed", "reason": "the daemon was down", "count": 1}]
    assert data["limits"] == []  # what did not happen counts for nothing
    assert data["holds"][0]["device"] == "S1"
    assert b"<testsuites" in file(made, week, Form.JUNIT)
    assert b"Week 47 of 2026</h1>" in file(made, week, Form.HTML)
