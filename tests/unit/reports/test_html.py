"""The report of a run: one file with everything in it, and nothing from a phone can break out of its place."""

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from claims import claim
from reported_ledger import ReportedLedger, picture, reported_ledger

from runner.clock import ManualClock
from runner.queries.report import report_of
from runner.queries.report_scope import of_campaign, of_run, of_week
from runner.reports import cards
from runner.reports.html import MOST_BYTES, policy, render_report
from runner.reports.report_file import Form, report_file
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
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
    for saved in tmp_path.rglob("*.jpg"):
        saved.unlink()
    assert "follow.yaml:12" in rendered(ledger, artifacts)


def whole(made: ReportedLedger, most_bytes: int = MOST_BYTES) -> str:
    return render_report(report_of(made.ledger, of_campaign("demo"), NOON), made.artifacts, UTC, most_bytes)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[ReportedLedger]:
    with reported_ledger(tmp_path) as made:
        yield made


def test_it_allows_itself_its_style_and_its_pictures_alone(made: ReportedLedger) -> None:
    made.task()
    html = whole(made)
    found = re.search('<meta http-equiv="Content-Security-Policy" content="([^"]+)">', html)
    assert found is not None
    allowed = unescape(found[1])
    assert allowed == policy()
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in allowed
    styles = re.findall("<style>(.*?)</style>", html, re.DOTALL)
    (digest,) = [b64encode(sha256(style.encode()).digest()).decode() for style in styles]
    assert f"'sha256-{digest}'" in allowed
    assert not re.search(r"<script|<link|\bon[a-z]+=|\bstyle=|https?://|url\(|@import", html)


def test_text_from_anywhere_is_only_text(made: ReportedLedger) -> None:
    hostile = "</style></svg><script>x</script><img src=x onerror=y>\x1b[2J\u202e\u200b'\"{{1337*7}}"
    for state in (TaskState.FAILED, TaskState.UNCERTAIN, TaskState.MISSED):
        made.task(
            state,
            device=f"S{hostile}",
            entry=f"e{hostile}",
            target=hostile,
            script="post",
            config={"captions": hostile},
            reason=hostile,
            hint=hostile,
            title=hostile,
            evidence=hostile,
            hierarchy=hostile,
        )
    made.not_run(OccurrenceState.MISSED, hostile, entry=hostile)
    for scope in (of_campaign("demo"), of_week(date(2026, 11, 16), UTC)):
        html = report_file(
            made.ledger, scope, Form.HTML, Artifacts(made.folder / "artifacts"), made.situation()
        ).decode()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e]", html)
        assert not re.search(
            "<script|<img|onerror=y>|9359", html.partition("</style>")[2].split('class="pictures"')[0]
        )
        assert "\\x1b[2J\\u202e\\u200b&#39;&#34;{{1337*7}}" in html


def test_of_300_tasks_with_pictures_no_more_fit_than_there_is_room_for(made: ReportedLedger) -> None:
    for number in range(300):
        state = TaskState.FAILED if number % 50 == 0 else TaskState.COMPLETED
        made.task(state, pictures=2, noisy=number % 2 == 0, reason="no button", hierarchy="<node/>" * 500)
    most = 4_000_000
    html = whole(made, most)
    assert len(html.encode()) < most
    left_out = re.search(r"(\d+) of the screens have no room in this file and are left out", html)
    assert left_out is not None
    shown = len(re.findall("<symbol id=", html))
    assert int(left_out[1]) == html.count("the picture is left out") + 300 - html.count("<pre tabindex")
    assert shown > 10
    failed = re.findall(
        r'<details id="task-\d+" class="of-state is-failed.*?</details>\n</details>', html, re.DOTALL
    )
    assert len(failed) == 6
    assert "the picture is left out" not in "".join(failed)
    assert most < len(whole(made).encode()) < MOST_BYTES


def test_a_picture_is_as_large_as_it_is_and_marked_where_it_was_touched(
    ledger: Ledger, tmp_path: Path
) -> None:
    artifacts = Artifacts(tmp_path)
    attempt = claim(ledger, KEY)
    touches = (
        None,
        {"kind": "tap", "x": 0.5, "y": 0.25, "box": [0.4, 0.2, 0.6, 0.3]},
        {"kind": "swipe", "x": 0.5, "y": 0.75, "x2": 0.5, "y2": 0.25},
        {"kind": "tap", "x": 0.1, "y": 0.1, "more": [{"x": 0.2, "y": 0.2}]},
    )
    for ordinal, touch in enumerate(touches, 1):
        saved = artifacts.save_screenshot(KEY, attempt.id, ordinal, picture(ordinal))
        at = NOON + timedelta(seconds=ordinal)
        step = StepRecord(
            ordinal, "tap", f"step {ordinal}", "a:1", StepOutcome.COMPLETED, "", at, 0.1, touch=touch
        )
        ledger.attempts.add_step(attempt.id, step, saved, None)
    html = rendered(ledger, artifacts)
    screens = re.findall(r'<svg class="screen" viewBox="0 0 300 640".*?</svg>', html, re.DOTALL)
    # a screen is taken after its step: what a step touched is on the one before
    assert ["step 2" in screens[0], "step 3" in screens[1], "step 4" in screens[2]] == [True] * 3
    assert '<rect x="120.0" y="128.0" width="60.0" height="64.0"/>' in screens[0]
    assert '<line x1="150.0" y1="480.0" x2="150.0" y2="160.0"/>' in screens[1]
    assert [one.count("<circle") for one in screens] == [1, 1, 2, 0]


def test_of_a_long_attempt_the_last_steps_are_shown(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "MOST_STEPS", 30)
    attempt = claim(ledger, KEY)
    for ordinal in range(1, 41):
        step = StepRecord(ordinal, "tap", "look", "a:1", StepOutcome.COMPLETED, "", NOON, 0.1)
        ledger.attempts.add_step(attempt.id, step, None, None)
    html = rendered(ledger, Artifacts(tmp_path))
    assert "10 earlier steps are left out: <code>runner logs 1 --attempt 1</code>" in html
    assert html.count("<figure>") == 30


def test_a_week_has_the_last_screens_of_what_failed_and_no_others(made: ReportedLedger) -> None:
    for _ in range(3):
        made.task(TaskState.FAILED, reason="no button", pictures=4, hierarchy="<node/>")
    made.task(TaskState.UNCERTAIN, reason="the connection broke", pictures=0)
    made.task(pictures=2)
    week = of_week(date(2026, 11, 16), UTC)
    html = report_file(
        made.ledger, week, Form.HTML, Artifacts(made.folder / "artifacts"), made.situation()
    ).decode()
    assert (html.count("<symbol id="), html.count('class="screen"')) == (1, 1)
    assert b64encode(picture(304)).decode() in html
    for chart in ("day", "phone", "late"):
        assert f'aria-labelledby="{chart}-chart-title {chart}-chart-desc"' in html
    assert "<title>S1: 1 completed</title>" in html


def test_a_long_text_is_cut(made: ReportedLedger) -> None:
    made.task(TaskState.FAILED, reason="x" * 5000)
    assert f"{'x' * 4000}... (1000 more characters)" in whole(made)
