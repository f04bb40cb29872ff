"""A report as JUnit XML, which continuous integration shows as tests: an entry is a suite, a task is a test case.

What every reader of this format knows is used, and nothing else: `testsuites`, `testsuite` with its counts, `testcase`
with `failure`, `error` or `skipped`, and `system-out`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from runner.clock import utc
from runner.queries.report import Report
from runner.reports.content import content_words
from runner.reports.shown import visible
from runner.reports.task_hints import hint_of_task
from runner.store.artifacts import Artifacts
from runner.store.rows import AttemptRow, OccurrenceRow, OccurrenceState, TaskRecord, TaskRow
from runner.tasks import TaskState

_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
LONGEST = 20_000
"""Where a text is cut, in characters."""

RESULTS = {
    TaskState.FAILED: "failure",
    TaskState.MISSED: "failure",
    TaskState.UNCERTAIN: "error",
    TaskState.SKIPPED: "skipped",
    TaskState.CANCELLED: "skipped",
    TaskState.PENDING: "skipped",
    TaskState.RUNNING: "skipped",
}
"""The element that a test case has for its task's state; a task that is completed has none."""

OCCURRENCE_RESULTS = {OccurrenceState.MISSED: "failure"}
"""The same for occurrences that made no tasks; the others are `skipped`."""


@dataclass(frozen=True, slots=True)
class JUnitCase:
    """A test case: `result` is its element, if it has not passed; `kind` and `message` are that element's."""

    suite: str
    name: str
    seconds: float
    started: str
    result: str | None
    kind: str
    message: str
    out: str


def render_junit(report: Report, artifacts: Artifacts) -> bytes:
    """The report as an XML document in UTF-8."""
    cases = [*map(_of_occurrence, _without_tasks(report)), *_of_tasks(report, artifacts)]
    root = etree.Element(
        "testsuites", {"name": xml_text(report.scope.title), **_counts(cases, with_skipped=False)}
    )
    suites: dict[str, list[JUnitCase]] = defaultdict(list)
    for case in cases:
        suites[case.suite].append(case)
    for name, some in suites.items():
        _add_suite(root, name, some)
    if report.left_out:
        said = f"{report.left_out} more tasks are not listed: report a shorter time, one campaign or one run"
        etree.SubElement(_add_suite(root, report.scope.title, []), "system-out").text = said
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document


def xml_text(text: str) -> str:
    """A text as XML can hold it: characters that it forbids, and those that steer or hide, are written as escapes."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}... ({len(text) - LONGEST} more characters)"
    lines = (
        _NO_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(line))
        for line in text.split("\n")
    )
    return "\n".join(lines)


def _add_suite(root: etree._Element, name: str, cases: list[JUnitCase]) -> etree._Element:
    started = min((case.started for case in cases), default="")
    suite = etree.SubElement(root, "testsuite", {"name": xml_text(name), **_counts(cases, with_skipped=True)})
    if started:
        suite.set("timestamp", started)
    for case in cases:
        _add_case(suite, case)
    return suite


def _add_case(suite: etree._Element, case: JUnitCase) -> None:
    element = etree.SubElement(
        suite,
        "testcase",
        classname=xml_text(case.suite),
        name=xml_text(case.name),
        time=f"{case.seconds:.3f}",
    )
    if case.result:
        message = xml_text(case.message)
        first = message.partition("\n")[0]
        etree.SubElement(element, case.result, type=case.kind, message=first).text = message
    if case.out:
        etree.SubElement(element, "system-out").text = xml_text(case.out)


def _counts(cases: Iterable[JUnitCase], *, with_skipped: bool) -> dict[str, str]:
    cases = list(cases)
    results = Counter(case.result for case in cases)
    counts = {
        "tests": str(len(cases)),
        "failures": str(results["failure"]),
        "errors": str(results["error"]),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }
    return {**counts, "skipped": str(results["skipped"])} if with_skipped else counts


def _without_tasks(report: Report) -> Iterator[OccurrenceRow]:
    return (row for row in report.occurrences if row.state is not OccurrenceState.STARTED)


def _of_occurrence(row: OccurrenceRow) -> JUnitCase:
    one = row.occurrence
    return JUnitCase(
        suite=_suite(one.campaign, one.entry),
        name=one.nominal,
        seconds=0.0,
        started=_stamp(row.occurrence.instant_utc),
        result=OCCURRENCE_RESULTS.get(row.state, "skipped"),
        kind=row.state.value,
        message=f"{row.state}: {row.reason}" if row.reason else row.state.value,
        out="",
    )


def _of_tasks(report: Report, artifacts: Artifacts) -> Iterator[JUnitCase]:
    records = {record.row.id: record for record in report.records}
    for row in report.rows:
        task = row.task
        what = ", ".join(filter(None, (task.target, *content_words(task))))
        yield JUnitCase(
            suite=_suite(task.campaign, task.entry),
            name=" ".join(filter(None, (task.place, task.work, what, f"at {task.nominal}"))),
            seconds=row.duration_s or 0.0,
            started=_stamp(row.started_utc or task.due_utc),
            result=RESULTS.get(row.state),
            kind=row.state.value,
            message=_message(row),
            out="\n".join(_lines(row, records.get(row.id), artifacts)),
        )


def _message(row: TaskRow) -> str:
    """`failed: why`, and below it what to do."""
    said = f"{row.state}: {row.reason}" if row.reason else row.state.value
    hint = hint_of_task(row)
    return f"{said}\n{hint}" if hint else said


def _lines(row: TaskRow, record: TaskRecord | None, artifacts: Artifacts) -> Iterator[str]:
    """What was done for a task, as its output."""
    yield f"task {row.id}: {row.task.key}"
    yield f"due {utc(row.task.due_utc)}"
    if record is None:
        return
    for effect in record.effects:
        yield f"effect {effect.kind} {effect.target or ''}".rstrip() + f": {effect.state}"
    if record.attempts:
        yield from _attempt_lines(record.attempts[-1], artifacts)


def _attempt_lines(attempt: AttemptRow, artifacts: Artifacts) -> Iterator[str]:
    yield f"attempt {attempt.number}: {attempt.outcome or 'not ended'}"
    for step in attempt.steps[-20:]:
        said = f": {step.message}" if step.message else ""
        yield f"  {step.ordinal}. {step.title} ({step.source}): {step.outcome}{said}"
    if pictures := [step.screenshot for step in attempt.steps if step.screenshot]:
        yield f"  the last screen: {artifacts.where(pictures[-1])}"


def _suite(campaign: str, entry: str) -> str:
    """`demo.greet`: readers take the parts for a package and a class."""
    return f"{campaign}.{entry}"


def _stamp(instant: datetime) -> str:
    """An instant in UTC without its offset, which not all readers understand."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
