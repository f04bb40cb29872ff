"""What a person names for a report, and how it is found."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from reported_ledger import HOUR, NOON, RUN, ReportedLedger, reported_ledger

from runner.errors import NothingToReport, UsageError
from runner.planning.source import Window
from runner.queries.report import report_of
from runner.queries.report_scope import (
    ReportKind,
    ReportScope,
    of_day,
    of_week,
    read_day,
    read_week,
    scope_named,
    window_of,
)
from runner.store.rows import OccurrenceState

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[ReportedLedger]:
    with reported_ledger(tmp_path) as made:
        made.task(nominal="2026-11-21T12:00[UTC]", device="S1", due=NOON)
        made.task(nominal="2026-11-21T13:00[UTC]", device="S2", due=NOON + HOUR, entry="praise")
        yield made


def named(made: ReportedLedger, subject: str, at: str | None = None) -> ReportScope:
    return scope_named(made.ledger, subject, at, made.situation())


def keys(made: ReportedLedger, scope: ReportScope) -> list[str]:
    return [row.task.key for row in report_of(made.ledger, scope, NOON).rows]


FIRST, SECOND = "demo/greet/2026-11-21T12:00[UTC]/S1/@north", "demo/praise/2026-11-21T13:00[UTC]/S2/@north"


@pytest.mark.parametrize(
    ("subject", "kind", "expected"),
    [
        (RUN, ReportKind.RUN, [FIRST, SECOND]),
        (f"run:{RUN}", ReportKind.RUN, [FIRST, SECOND]),
        ("demo", ReportKind.CAMPAIGN, [FIRST, SECOND]),
        ("campaign:demo", ReportKind.CAMPAIGN, [FIRST, SECOND]),
        ("demo/greet", ReportKind.ENTRY, [FIRST]),
        ("demo/greet@2026-11-21T12:00[UTC]", ReportKind.OCCURRENCE, [FIRST]),
        ("demo/greet@2026-11-21T12:00Z", ReportKind.OCCURRENCE, [FIRST]),
        ("2", ReportKind.TASK, [SECOND]),
        ("task:2", ReportKind.TASK, [SECOND]),
        (SECOND, ReportKind.TASK, [SECOND]),
        ("praise/2026", ReportKind.TASK, [SECOND]),
        ("S2", ReportKind.TASK, [SECOND]),
    ],
)
def test_a_subject_is_found(
    made: ReportedLedger, subject: str, kind: ReportKind, expected: list[str]
) -> None:
    scope = named(made, subject)
    assert (scope.kind, keys(made, scope)) == (kind, expected)


def test_an_occurrence_is_found_by_a_time_as_why_takes_it(made: ReportedLedger) -> None:
    assert keys(made, named(made, "demo/greet", "2026-11-21T12:00Z")) == [FIRST]
    with pytest.raises(NothingToReport, match="no occurrence of demo/greet at 2026-11-21T11:00Z") as refused:
        named(made, "demo/greet", "2026-11-21T11:00Z")
    assert refused.value.hint == "the latest is 2026-11-21T12:00[UTC]"


def test_what_was_missed_is_reported_without_tasks(made: ReportedLedger) -> None:
    made.not_run(OccurrenceState.MISSED, "the daemon was down", at=NOON + 5 * HOUR)
    report = report_of(made.ledger, named(made, "demo/greet@2026-11-21T17:00[UTC]"), NOON)
    assert (report.total, report.rows) == (0, ())
    assert [row.reason for row in report.occurrences] == ["the daemon was down"]


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        ("nothing", "name"),
        ("", "name"),
        ("99", "name"),
        ("run:nothing", "run"),
        ("task:99", "task"),
        ("campaign:nothing", "campaign"),
        ("demo/nothing@2026-11-21T12:00Z", "entry"),
        ("\N{REPLACEMENT CHARACTER}\udce9", "name"),
    ],
)
def test_what_is_not_there(made: ReportedLedger, subject: str, wanted: str) -> None:
    with pytest.raises(NothingToReport) as refused:
        named(made, subject)
    assert refused.value.wanted == wanted


def test_a_name_that_means_several_things_is_refused(made: ReportedLedger) -> None:
    made.task(run_id="1")
    with pytest.raises(UsageError, match="'1' is a run and a task") as refused:
        named(made, "1")
    assert refused.value.hint == "write run:1 or task:1"
    with pytest.raises(UsageError, match="several tasks have 'north' in their key"):
        named(made, "north")


def test_a_campaign_may_be_bounded_in_time_and_a_run_not(made: ReportedLedger) -> None:
    window = Window(NOON + HOUR, NOON + 2 * HOUR)
    scope = named(made, "demo").within(window, STOCKHOLM)
    assert (keys(made, scope), scope.name) == ([SECOND], "campaign-demo-20261121-1400")
    with pytest.raises(UsageError, match="is reported as a whole"):
        named(made, RUN).within(window, STOCKHOLM)
    week = named(made, "demo/greet").in_week(of_week(date(2026, 11, 16), STOCKHOLM))
    assert (week.kind, week.title) == (ReportKind.WEEK, "demo/greet: week 47 of 2026")


def test_names_of_files_cannot_lead_elsewhere(made: ReportedLedger) -> None:
    made.task(run_id="../../x")
    assert named(made, "run:../../x").name == "run-..-..-x"


def test_a_day_has_as_many_hours_as_its_clocks(made: ReportedLedger) -> None:
    assert window_of(date(2026, 3, 29), 1, STOCKHOLM).length == timedelta(hours=23)
    assert window_of(date(2026, 10, 25), 1, STOCKHOLM).length == timedelta(hours=25)
    assert window_of(date(2026, 10, 19), 7, STOCKHOLM).length == timedelta(hours=7 * 24 + 1)
    assert of_day(date(2026, 11, 21), STOCKHOLM).title == "Saturday 2026-11-21"


def test_days_and_weeks_as_typed() -> None:
    today = date(2027, 1, 2)  # a Saturday of the last week of 2026
    assert read_day("today", today) == today
    assert read_day("yesterday", today) == date(2027, 1, 1)
    assert read_day("2026-11-21", today) == date(2026, 11, 21)
    assert read_week("this", today) == date(2026, 12, 28)
    assert read_week("last", today) == date(2026, 12, 21)
    assert read_week("2026-W53", today) == read_week("2026W53", today) == date(2026, 12, 28)
    for wrong in ("", "2026-11-31", "soon", "2026-W47", "20261121", "0001-01-01", "9999-12-31"):
        with pytest.raises(UsageError, match="is no day"):
            read_day(wrong, today)
    for wrong in ("", "2026-W54", "2026-W00", "0000-W01", "47", "2026-11-21"):
        with pytest.raises(UsageError, match="is no week"):
            read_week(wrong, today)
