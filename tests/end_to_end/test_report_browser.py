"""A report in a real browser: nothing sticks out, on a phone as on a wide screen; every card says what it is of."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browsers import chromium, needs_chromium
from claims import claim
from playwright.sync_api import Browser

from runner.clock import ManualClock
from runner.queries.report import report_of
from runner.queries.report_scope import of_run
from runner.reports.html import render_report
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import (
    AttemptOutcome,
    EffectState,
    Occurrence,
    Outcome,
    StepOutcome,
    StepRecord,
    Task,
    TaskState,
    task_key,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PHONE = "adb-R58M123ABC-Z3uXXq._adb-tls-connect._tcp"
ADDRESS = "https://example.com/@somebody_with_a_long_name/video/7301234567890123456?" + "q" * 80
REASON = "the phone did not show the button Follow within 15 s; " + "x" * 120

STICKS_OUT = """
() => [...document.querySelectorAll("body *")]
  .filter((element) => !element.closest("pre") || element.tagName === "PRE")
  .filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 0.5 || box.left < -0.5);
  })
  .map((element) => element.outerHTML.slice(0, 200))
"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    artifacts = Artifacts(folder)
    with Ledger.open("sqlite://", ManualClock(NOON)) as ledger:
        version = ledger.campaigns.record("demo", f"{ADDRESS}.yaml", "text", "f" * 40)
        for entry in ("greet", "an_entry_with_a_long_name"):
            key = task_key("demo", entry, "run:1", PHONE, ADDRESS)
            occurrence = Occurrence("demo", entry, "run:1", "manual", NOON)
            task = Task(
                key, "demo", entry, "follow", "device", PHONE, None, ADDRESS, "run:1", 0, NOON, 600, {}
            )
            ledger.occurrences.add(version, [occurrence], [task], "1")
            attempt = claim(ledger, key)
            effect = ledger.effects.begin(
                attempt.id, key, "follow", ADDRESS, PHONE, "@own", {"button": "x" * 90}
            )
            ledger.effects.settle(effect, EffectState.UNCERTAIN, {})
            hierarchy = artifacts.save_hierarchy(key, attempt.id, 1, f"<hierarchy>{'x' * 500}</hierarchy>")
            step = StepRecord(1, "tap", ADDRESS, "follow.yaml:12", StepOutcome.FAILED, REASON, NOON, 0.25)
            ledger.attempts.add_step(attempt.id, step, None, hierarchy)
            outcome = Outcome(AttemptOutcome.UNCERTAIN, REASON, f"look at {ADDRESS}")
            ledger.attempts.finish(attempt.id, outcome, TaskState.UNCERTAIN)
        run = ledger.runs.get("1")
        assert run is not None
        html = render_report(report_of(ledger, of_run(run), NOON), artifacts, UTC)
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [320, 420, 700, 800, 1280])
def test_nothing_sticks_out(browser: Browser, report: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(report.as_uri())
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(STICKS_OUT) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.close()


def test_every_card_names_its_entry_and_a_narrow_table_its_columns(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport={"width": 420, "height": 900})
    page.goto(report.as_uri())
    first, second = page.locator("details.task > summary").all_inner_texts()
    assert "greet" in first and "an_entry_with_a_long_name" in second
    names = "(cell) => getComputedStyle(cell, '::before').content"
    row = page.locator("table").first.locator("tbody tr").first.locator("td").all()
    assert [cell.evaluate(names).strip('"') for cell in row[:4]] == ["Phone", "Entry", "Script", "Target"]
    page.close()
