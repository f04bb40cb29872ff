"""The report of a run: one file with everything in it, and nothing from a phone can break out of its place."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from claims import claim

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
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = "demo/greet/run:1/A/@one"
HOSTILE = "<script>alert('a caption')</script>"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open("sqlite://", ManualClock(NOON)) as ledger:
        occurrence = Occurrence("demo", "greet", "run:1", "manual", NOON)
        task = Task(KEY, "demo", "greet", "follow", "device", "A", None, "@one", "run:1", 0, NOON, 600, {})
        version = ledger.campaigns.record("demo", "demo.yaml", "text", "abc123")
        ledger.occurrences.add(version, [occurrence], [task], "1")
        yield ledger


def fail(ledger: Ledger, artifacts: Artifacts) -> None:
    attempt = claim(ledger, KEY)
    effect = ledger.effects.begin(attempt.id, KEY, "follow", "@one", "A", "@own", {"button": HOSTILE})
    ledger.effects.settle(effect, EffectState.UNCERTAIN, {})
    picture = artifacts.save_screenshot(KEY, attempt.id, 1, b"a picture")
    hierarchy = artifacts.save_hierarchy(KEY, attempt.id, 1, f"<hierarchy>{HOSTILE}</hierarchy>")
    step = StepRecord(1, "tap", HOSTILE, "follow.yaml:12", StepOutcome.FAILED, "no button", NOON, 0.25)
    ledger.attempts.add_step(attempt.id, step, picture, hierarchy)
    ledger.attempts.finish(
        attempt.id, Outcome(AttemptOutcome.UNCERTAIN, "cannot tell", "look at the phone"), TaskState.UNCERTAIN
    )


def rendered(ledger: Ledger, artifacts: Artifacts) -> str:
    run = ledger.runs.get("1")
    assert run is not None
    return render_report(report_of(ledger, of_run(run), NOON), artifacts, UTC)


def test_it_shows_every_step_with_its_screen_and_its_source(ledger: Ledger, tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    fail(ledger, artifacts)
    html = rendered(ledger, artifacts)
    assert b64encode(b"a picture").decode() in html
    for words in (
        "1 task: 1 uncertain",
        "follow.yaml:12",
        "0.2 s",
        "cannot tell",
        "look at the phone",
        KEY,
        "abc123",
    ):
        assert words in html


def test_a_screen_that_several_steps_show_is_in_it_once(ledger: Ledger, tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    attempt = claim(ledger, KEY)
    for ordinal in (1, 2, 3):
        picture = artifacts.save_screenshot(KEY, attempt.id, ordinal, b"the same picture")
        step = StepRecord(ordinal, "tap", "look", "a.yaml:1", StepOutcome.COMPLETED, "", NOON, 0.1)
        ledger.attempts.add_step(attempt.id, step, picture, None)
    html = rendered(ledger, artifacts)
    assert html.count('role="img"') == 3
    assert html.count(b64encode(b"the same picture").decode()) == 1


def test_what_phones_say_is_escaped(ledger: Ledger, tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    fail(ledger, artifacts)
    html = rendered(ledger, artifacts)
    assert HOSTILE not in html
    assert html.count("&lt;script&gt;") == 5  # the step twice, its hierarchy with heading, the evidence
    assert "&lt;hierarchy&gt;&lt;script&gt;" in html


def test_a_picture_that_was_deleted_leaves_the_rest(ledger: Ledger, tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    fail(ledger, artifacts)
    for picture in tmp_path.rglob("*.jpg"):
        picture.unlink()
    assert "follow.yaml:12" in rendered(ledger, artifacts)
