"""Reports as JUnit XML, which programs of many makers read."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from reported_ledger import HOUR, NOON, ReportedLedger, reported_ledger

from runner.queries import report as report_module
from runner.queries.report import report_of
from runner.queries.report_scope import of_campaign
from runner.reports.junit import render_junit, xml_text
from runner.store.artifacts import Artifacts
from runner.store.rows import OccurrenceState
from runner.tasks import TaskState

SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "junit.xsd")))
HOSTILE = '<b>&amp;]]>"\x00\x1b[2J\u202e\ufffe\uffff\n\u2028\x85caf\u00e9 \U0001f389'


@pytest.fixture
def made(tmp_path: Path) -> Iterator[ReportedLedger]:
    with reported_ledger(tmp_path) as made:
        yield made


def rendered(made: ReportedLedger) -> etree._Element:
    """The document, as strict readers read it."""
    document = render_junit(
        report_of(made.ledger, of_campaign("demo"), NOON), Artifacts(made.folder / "artifacts")
    )
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False))
    SCHEMA.assertValid(root)
    return root


def results(root: etree._Element) -> list[tuple[str, str, str]]:
    """For each case without a pass: the element, its type, its message."""
    found = root.iter("failure", "error", "skipped")
    return [(str(one.tag), one.get("type", ""), one.get("message", "")) for one in found]


def test_each_state_has_its_result(made: ReportedLedger) -> None:
    made.task(TaskState.COMPLETED)
    made.task(TaskState.FAILED, reason="no button", hint="open the app once")
    made.task(TaskState.UNCERTAIN, reason="the connection broke")
    made.task(TaskState.MISSED, reason="the phone was away")
    made.task(TaskState.CANCELLED, reason="stopped by Ann")
    made.task(TaskState.PENDING)
    made.not_run(OccurrenceState.MISSED, "the daemon was down", at=NOON - HOUR)
    made.not_run(OccurrenceState.SKIPPED, "still at work", at=NOON - 2 * HOUR)
    root = rendered(made)
    assert results(root) == [
        ("skipped", "skipped", "skipped: still at work"),
        ("failure", "missed", "missed: the daemon was down"),
        ("failure", "failed", "failed: no button"),
        ("error", "uncertain", "uncertain: the connection broke"),
        ("failure", "missed", "missed: the phone was away"),
        ("skipped", "cancelled", "cancelled: stopped by Ann"),
        ("skipped", "pending", "pending"),
    ]
    assert root.findtext(".//failure[@type='failed']") == "failed: no button\nopen the app once"
    (suite,) = root
    counts = {"tests": "8", "failures": "3", "errors": "1", "skipped": "3"}
    assert {name: suite.get(name) for name in counts} == counts
    assert [root.get(name) for name in ("tests", "failures", "errors")] == ["8", "3", "1"]


def test_an_entry_is_a_suite_and_a_case_says_what_was_done(made: ReportedLedger) -> None:
    made.task(username="@own", late_s=5)
    made.task(entry="publish", script="post", target=None, config={"captions": "New drop!"})
    greet, publish = rendered(made)
    assert (greet.get("name"), publish.get("name")) == ("demo.greet", "demo.publish")
    assert greet.get("timestamp") == "2026-11-21T12:00:06"
    assert greet[0].get("name") == "S1 @own follow @north at run:1"
    assert publish[0].get("name") == 'S1 post "New drop!" at run:2'
    out = greet[0].findtext("system-out") or ""
    assert "effect follow @north: committed" in out
    assert "  1. tap Follow (follow.yaml:7): completed" in out
    assert f"the last screen: {made.folder / 'artifacts'}/" in out


def test_no_text_breaks_it(made: ReportedLedger) -> None:
    made.task(
        TaskState.FAILED,
        device=HOSTILE,
        entry=HOSTILE,
        target=HOSTILE,
        reason=HOSTILE,
        hint=HOSTILE,
        title=HOSTILE,
        evidence=HOSTILE,
    )
    made.not_run(OccurrenceState.MISSED, HOSTILE, entry=HOSTILE)
    root = rendered(made)
    said = "".join(root.itertext()) + "".join(value for one in root.iter() for value in one.attrib.values())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800\ufffe\uffff]", said)
    assert '<b>&amp;]]>"\\x00\\x1b[2J\\u202e\\ufffe\\uffff' in said
    assert "caf\u00e9 \U0001f389" in said


def test_what_is_no_character_is_written_as_an_escape() -> None:
    assert xml_text("\ud800 \udce9 \ufffe\tx") == "\\ud800 \\xe9 \\ufffe\tx"
    assert xml_text("x" * 30_000).endswith("... (10000 more characters)")


def test_of_many_tasks_it_says_how_many_are_not_listed(
    made: ReportedLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_module, "MOST_LISTED", 3)
    for _ in range(5):
        made.task(pictures=0)
    root = rendered(made)
    assert root.get("tests") == "3"
    assert "2 more tasks are not listed" in (root.findtext("testsuite/system-out") or "")
