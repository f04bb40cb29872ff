"""A report in a real browser: nothing sticks out, on a phone as on a wide screen; every card says what it is of."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from axe import check_page
from browsers import chromium, needs_chromium
from claims import claim
from PIL import Image
from playwright.sync_api import Browser
from reported_ledger import ReportedLedger, reported_ledger

from runner.clock import ManualClock
from runner.queries.report import report_of
from runner.queries.report_scope import of_campaign, of_run, of_week
from runner.reports.html import render_report
from runner.reports.report_file import Form, report_file
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseScope
from runner.store.rows import OccurrenceState
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


@pytest.fixture(scope="module")
def reports(report: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run's report, and that of a campaign and of a week in which everything happened."""
    folder = tmp_path_factory.mktemp("reports")
    with reported_ledger(folder) as made:
        fill(made)
        for scope in (of_campaign("demo"), of_week(date(2026, 11, 16), UTC)):
            content = report_file(
                made.ledger, scope, Form.HTML, Artifacts(folder / "artifacts"), made.situation()
            )
            (folder / f"{scope.kind}.html").write_bytes(content)
    return {"run": report, **{kind: folder / f"{kind}.html" for kind in ("campaign", "week")}}


def fill(made: ReportedLedger) -> None:
    for number in range(24):
        made.task(
            list(TaskState)[number % len(TaskState)],
            device=f"{PHONE}{number % 3}",
            username="@somebody_with_a_long_name",
            reason=REASON,
            hint=f"look at {ADDRESS}",
            target=ADDRESS,
            title=ADDRESS,
            evidence="x" * 90,
            pictures=3,
            hierarchy="<hierarchy/>" * 90,
        )
    made.not_run(OccurrenceState.MISSED, REASON, at=NOON)
    made.ledger.holds.place(PHONE, REASON)
    made.ledger.pauses.begin(PauseScope.ALL, None, "Ann")


@pytest.mark.parametrize("kind", ["run", "campaign", "week"])
@pytest.mark.parametrize("width", [320, 420, 700, 800, 1280])
def test_nothing_sticks_out(browser: Browser, reports: dict[str, Path], kind: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(reports[kind].as_uri())
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


@pytest.mark.parametrize("kind", ["run", "campaign", "week"])
def test_people_can_read_it_without_seeing_it_in_light_and_in_dark(
    browser: Browser, reports: dict[str, Path], kind: str
) -> None:
    # axe would not be let into the page otherwise: the file allows no script, its own neither
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(reports[kind].as_uri())
    check_page(page)
    context.close()


@pytest.mark.parametrize("kind", ["campaign", "week"])
def test_it_asks_no_network_and_offends_no_policy(
    browser: Browser, reports: dict[str, Path], kind: str
) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    said, asked = list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(reports[kind].as_uri())
    page.locator("svg.screen").first.scroll_into_view_if_needed()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [reports[kind].as_uri()]
    assert page.locator("body").evaluate("(body) => getComputedStyle(body).maxWidth") == "1240px"
    context.close()


def test_it_is_filtered_by_state_without_a_script(browser: Browser, reports: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(reports["campaign"].as_uri())
    cards, rows = page.locator("details.task"), page.locator("tr.of-state")
    assert (cards.filter(visible=True).count(), rows.filter(visible=True).count()) == (24, 24)
    page.get_by_role("radio", name="failed 3").check()
    for shown in (cards, rows):
        assert shown.filter(visible=True).count() == 3
        assert page.locator(".of-state.is-failed").filter(visible=True).count() == 6
    page.keyboard.press("ArrowUp")
    assert page.get_by_role("radio", name="completed 3").is_checked()
    page.get_by_role("radio", name="all 24").check()
    assert cards.filter(visible=True).count() == 24
    context.close()


def test_pictures_are_drawn(browser: Browser, reports: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(reports["week"].as_uri())
    drawn = page.locator("svg.screen").first.screenshot()
    with Image.open(io.BytesIO(drawn)) as image:
        middle = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(middle, tuple)
    assert abs(middle[2] - 90) < 12  # as `picture` has made it
    page.close()


@pytest.mark.parametrize("kind", ["campaign", "week"])
def test_it_prints_on_pages_of_paper(
    browser: Browser, reports: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(reports[kind].as_uri())
    pdf = page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") >= 2
    page.emulate_media(media="print")
    assert (
        page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert page.locator(".filter").filter(visible=True).count() == 0
    page.close()
