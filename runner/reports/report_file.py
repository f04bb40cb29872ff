"""A report as a file, in the form in which somebody wants it: the same for the command and for the page."""

import json
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path

from runner.queries.report import Report
from runner.reports.html import render_report
from runner.reports.junit import render_junit
from runner.reports.report_json import report_data
from runner.reports.shown import json_shown
from runner.store.artifacts import Artifacts


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


def file_of(report: Report, form: Form, artifacts: Path, zone: tzinfo) -> bytes:
    """The report in this form; `artifacts` is the folder of the screens."""
    match form:
        case Form.HTML:
            return render_report(report, Artifacts(artifacts), zone).encode(errors="replace")
        case Form.JUNIT:
            return render_junit(report, artifacts)
        case Form.JSON:
            return json_file(report_data(report, artifacts))


def json_file(value: object) -> bytes:
    """One JSON value as a file that steers nobody who looks at it."""
    lines = json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    return "".join(f"{json_shown(line)}\n" for line in lines).encode()
