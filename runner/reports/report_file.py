"""A report as a file, in the form in which somebody wants it: the same for the command and for the page."""

import json
from datetime import tzinfo
from enum import StrEnum

from runner.queries.report import Report, refuse_empty, report_of
from runner.queries.report_scope import ReportKind, ReportScope
from runner.queries.situation import Situation
from runner.queries.week import week_of
from runner.reports.html import render_report
from runner.reports.junit import render_junit
from runner.reports.report_json import report_data
from runner.reports.shown import json_shown
from runner.reports.week_html import render_week
from runner.reports.week_json import week_data
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger


class Form(StrEnum):
    HTML = "html"
    JUNIT = "junit"
    JSON = "json"

    @property
    def suffix(self) -> str:
        """How names of such files end; of JUnit's as readers of it look for them."""
        return "xml" if self is Form.JUNIT else self.value

    @property
    def media_type(self) -> str:
        return {
            Form.HTML: "text/html; charset=utf-8",
            Form.JUNIT: "application/xml",
            Form.JSON: "application/json",
        }[self]


def report_file(
    ledger: Ledger, scope: ReportScope, form: Form, artifacts: Artifacts, situation: Situation
) -> bytes:
    """The report of what a scope covers, in this form; `artifacts` are the screens.

    A week is summed up, but for readers of JUnit its tasks are told one by one. Raises NothingToReport for what is
    empty and no week.
    """
    if scope.kind is ReportKind.WEEK and form is not Form.JUNIT:
        week = week_of(ledger, scope, situation)
        if form is Form.JSON:
            return json_file(week_data(week, artifacts))
        return _encoded(render_week(week, artifacts, situation.zone))
    report = report_of(ledger, scope, situation.now)
    refuse_empty(ledger, report, situation)
    return file_of(report, form, artifacts, situation.zone)


def file_of(report: Report, form: Form, artifacts: Artifacts, zone: tzinfo) -> bytes:
    """The report in this form; `artifacts` are the screens."""
    match form:
        case Form.HTML:
            return _encoded(render_report(report, artifacts, zone))
        case Form.JUNIT:
            return render_junit(report, artifacts)
        case Form.JSON:
            return json_file(report_data(report, artifacts))


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")


def json_file(value: object) -> bytes:
    """One JSON value as a file that steers nobody who looks at it."""
    lines = json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    return "".join(f"{json_shown(line)}\n" for line in lines).encode()
