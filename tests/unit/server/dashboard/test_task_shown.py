"""The page of a task, its attempts beside each other, and what people do there."""

import re
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from dashboard_desk import NOW, DashboardDesk, Step, TestBrowser

from runner.execution.state import ExecutorState, Running
from runner.store.actions import ActionKind
from runner.store.request_rows import CommandKind
from runner.store.rows import TaskRow
from runner.tasks import AttemptOutcome, EffectState, Outcome, StepOutcome, TaskState

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'\u202e{{7*7}}"
TAP = {"kind": "tap", "x": 0.5, "y": 0.25, "box": [0.25, 0.2, 0.75, 0.3], "after_s": 0.1}
SWIPE = {"kind": "swipe", "x": 0.5, "y": 0.75, "x2": 0.5, "y2": 0.3, "after_s": 2.4, "times": 3}


def try_again(shown: DashboardDesk, row: TaskRow, steps: list[Step]) -> None:
    shown.ledger.tasks.retry(row.task.key)
    attempt = shown.attempt(row.task.key, steps)
    outcome = Outcome(AttemptOutcome.FAILED, "no button")
    shown.ledger.attempts.finish(attempt.id, outcome, TaskState.FAILED)


def failed(shown: DashboardDesk, *steps: Step, **more: object) -> TaskRow:
    return shown.task(state=TaskState.FAILED, reason="no button", steps=steps or [Step()], **more)


def test_a_task_has_its_state_its_reason_and_its_facts(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = failed(shown, due=NOW - timedelta(minutes=5), username="@brand")
    html = browser.page(f"/tasks/{row.id}")
    assert "state-failed" in html and "follow @north: failed at 18:00: no button." in html
    assert "5 min late" in html and row.task.key in html and "@brand" in html
    assert f"runner tasks retry {row.id} " in html
    assert "/timeline?from=2026-11-21T16%3A30%3A00Z&amp;until=2026-11-21T17%3A30%3A00Z&amp;by=phone" in html


def test_the_config_is_a_table_without_secrets(shown: DashboardDesk, browser: TestBrowser) -> None:
    config = {
        "target_users": ["@north", "@south"],
        "api_key": "sk-abcdefghijklmnopqrstuvwxyz",
        "proxy": {"password": "hunter2", "host": "example.org"},
        "note": "my key is sk-abcdefghijklmnopqrstuvwxyz",
        "is_new": True,
        "empty": [],
    }
    html = browser.page(f"/tasks/{shown.task(config=config).id}")
    assert "hunter2" not in html and "sk-abc" not in html
    assert "proxy.host" in html and "example.org" in html and "@north<br>@south" in html and ">true<" in html


def test_a_touch_is_marked_on_the_picture_before(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = failed(shown, Step("open"), Step("tap it", touch=TAP), Step("swipe up", touch=SWIPE))
    html = browser.page(f"/tasks/{row.id}")
    before, after, last = re.findall(r'<a class="shot".*?</a>', html, re.DOTALL)
    assert '<rect x="25%" y="20%" width="50%" height="10%"/>' in before and 'cx="50%" cy="25%"' in before
    assert "step 2 tapped here" in before
    assert 'x1="50%" y1="75%" x2="50%" y2="30%" marker-end="url(#arrow)"' in after
    assert "step 3 swiped 3 times here, 2.4 s later" in after
    assert "<svg" not in last


def test_steps_can_be_linked_to(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = failed(
        shown, Step("open"), Step("tap it", StepOutcome.FAILED, "no such button", hierarchy="<hierarchy/>")
    )
    html = browser.page(f"/tasks/{row.id}")
    assert 'id="attempt-1-step-2"' in html and 'href="#attempt-1-step-2"' in html
    assert f'href="/tasks/{row.id}/screen/1/2"' in html and "no such button" in html


def test_effects_have_their_evidence(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = shown.task(state=TaskState.COMPLETED, effect=EffectState.COMMITTED)
    html = browser.page(f"/tasks/{row.id}")
    assert "effect-committed" in html and "Following" in html and 'href="#attempt-1"' in html


def test_a_task_is_found_by_its_key(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = shown.task()
    assert browser.get(f"/tasks/{row.task.key}").headers["location"] == f"/tasks/{row.id}"
    assert "no task" in browser.page("/tasks/nothing-like-this", 404)
    assert "no task 99" in browser.page("/tasks/99", 404)
    shown.ledger.tasks.delete(row.task.key)
    assert "was deleted" in browser.page(f"/tasks/{row.id}", 404)


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000])
def test_numbers_that_no_task_can_have(browser: TestBrowser, number: str) -> None:
    for path in (f"/tasks/{number}", f"/tasks/{number}/compare?one=1&other=2", f"/tasks/1/screen/1/{number}"):
        browser.page(path, 404)


def test_three_attempts_with_sixty_steps_fit_on_a_page(shown: DashboardDesk, browser: TestBrowser) -> None:
    steps = [Step(f"tap element number {number} of the screen", touch=TAP) for number in range(60)]
    row = failed(shown, *steps)
    try_again(shown, row, steps)
    try_again(shown, row, steps)
    html = browser.page(f"/tasks/{row.id}")
    assert html.count('class="step step-') == html.count('class="shot"') == 180
    assert len(html.encode()) < 400_000
    assert html.count('loading="lazy"') == 180


def test_further_attempts_are_shown_when_asked_for(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = failed(shown, *[Step(color=None)] * 130)
    try_again(shown, row, [Step(color=None)] * 130)
    html = browser.page(f"/tasks/{row.id}")
    assert html.count('class="step step-') == 130
    assert f'href="/tasks/{row.id}?attempt=1#attempt-1">Show its 130 steps' in html
    both = browser.page(f"/tasks/{row.id}?attempt=1&attempt=x")
    assert both.count('class="step step-') == 260
    assert f'hx-get="/tasks/{row.id}?attempt=1&amp;block=attempts"' in both


def test_parts_of_the_page_are_asked_for_by_themselves(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = failed(shown)
    state = browser.fragment(f"/tasks/{row.id}?block=state")
    assert 'id="task-state"' in state and 'id="attempts"' not in state
    attempts = browser.fragment(f"/tasks/{row.id}?block=attempts")
    assert 'id="attempts"' in attempts and 'id="task-state"' not in attempts and "/artifacts/" in attempts


def test_attempts_stand_beside_each_other(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = failed(shown, Step("open"), Step("tap it", touch=TAP))
    try_again(shown, row, [Step("open"), Step("tap another", StepOutcome.FAILED, "gone"), Step("third")])
    html = browser.page(f"/tasks/{row.id}/compare?one=1&other=2")
    assert html.count('class="differs"') == 2 and "no such step" in html and "gone" in html
    assert f'href="/tasks/{row.id}/compare?one=1&amp;other=2"' in browser.page(f"/tasks/{row.id}")
    browser.page(f"/tasks/{row.id}/compare?one=1&other=7", 404)
    browser.page(f"/tasks/{row.id}/compare", 404)


def test_a_running_task_tells_its_step(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = shown.task(state=TaskState.RUNNING)
    going = Running(row.task.key, "S1", "follow", 1, 7, 29, HOSTILE, NOW, None)
    shown.running = ExecutorState((going,), {}, ())
    state = browser.fragment(f"/tasks/{row.id}?block=state")
    assert "Step 7 of 29 at most" in state and 'value="6" max="29"' in state and "<script>" not in state


def test_hostile_text_stays_text(shown: DashboardDesk, browser: TestBrowser) -> None:
    tree = f"<hierarchy><node text={quoteattr(HOSTILE)} bounds='[0,0][9,9]'/></hierarchy>"
    steps = [Step(HOSTILE, StepOutcome.FAILED, HOSTILE, kind=HOSTILE, hierarchy=tree, touch=TAP)] * 2
    row = shown.task(
        HOSTILE,
        HOSTILE,
        campaign=HOSTILE,
        entry=HOSTILE,
        username=HOSTILE,
        state=TaskState.FAILED,
        reason=HOSTILE,
        hint=HOSTILE,
        steps=steps,
        effect=EffectState.REFUTED,
        config={HOSTILE: HOSTILE},
    )
    try_again(shown, row, steps)
    shown.ledger.actions.note(HOSTILE, ActionKind.RETRY, row.task.key, HOSTILE)
    paths = [
        "",
        "/compare?one=1&other=2",
        "/screen/1/1",
        "/screen/1/1?element=0",
    ]
    for path in [*(f"/tasks/{row.id}{path}" for path in paths), "/tasks"]:
        html = browser.page(path)
        assert "<script>alert" not in html and "<img src=x" not in html and "{{7*7}}" in html, path
        assert "\u202e" not in html, path


# What people do


def test_a_failed_task_is_tried_again(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = failed(shown)
    answer = browser.act(f"/actions/tasks/{row.id}/retry")
    assert answer.headers["location"] == f"/tasks/{row.id}"
    assert shown.row(row.id).state is TaskState.PENDING and shown.submitted == [row.task.key]
    (action,) = shown.ledger.actions.of(row.task.key)
    assert (action.by, action.kind, action.detail) == ("anna@shelf", "retry", "it was failed")
    assert "anna@shelf" in browser.page(f"/tasks/{row.id}")


def test_a_refusal_is_told_where_the_button_is(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = shown.task(state=TaskState.COMPLETED, effect=EffectState.COMMITTED)
    answer = browser.act(f"/actions/tasks/{row.id}/retry", 409)
    assert "That was refused" in answer.text and "it is completed" in answer.text
    assert "what is done is not repeated" in answer.text
    fields = {"csrf": browser.csrf}
    part = browser.submit(f"/actions/tasks/{row.id}/retry", fields, **{"HX-Request": "true"})
    assert part.status_code == 200 and "That was refused" in part.text and "<html" not in part.text
    assert shown.submitted == [] and shown.ledger.actions.of(row.task.key) == []


@pytest.mark.parametrize(
    ("word", "state"), [("happened", TaskState.COMPLETED), ("did-not", TaskState.FAILED)]
)
def test_a_person_says_what_happened(
    shown: DashboardDesk, browser: TestBrowser, word: str, state: TaskState
) -> None:
    row = shown.task(state=TaskState.UNCERTAIN, effect=EffectState.UNCERTAIN, reason="nobody knows")
    html = browser.page(f"/tasks/{row.id}")
    assert "Only a person can tell" in html and "/retry" not in html
    browser.act(f"/actions/tasks/{row.id}/{word}")
    now = shown.row(row.id)
    assert now.state is state and "anna@shelf says" in now.reason
    (action,) = shown.ledger.actions.of(row.task.key)
    assert action.kind == "resolve"


def test_a_waiting_task_is_cancelled_and_a_running_one_is_asked_to_stop(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    waiting, running = shown.task(), shown.task(state=TaskState.RUNNING)
    browser.act(f"/actions/tasks/{waiting.id}/stop")
    browser.act(f"/actions/tasks/{running.id}/stop")
    assert shown.row(waiting.id).state is TaskState.CANCELLED
    (command,) = shown.ledger.commands.open()
    assert (command.kind, command.subject, command.by) == (
        CommandKind.STOP_TASK,
        running.task.key,
        "anna@shelf",
    )
    assert shown.refreshed == 1
    over = browser.act(f"/actions/tasks/{waiting.id}/stop", 409)
    assert "it is cancelled, and over already" in over.text


def test_a_task_that_is_not_there_cannot_be_acted_on(shown: DashboardDesk, browser: TestBrowser) -> None:
    browser.act("/actions/tasks/99/retry", 404)


def test_a_viewer_sees_no_buttons(tmp_path: Path) -> None:
    shown = DashboardDesk(tmp_path, token="t" * 20, viewer_token="v" * 20)
    row = failed(shown)
    with shown.browser() as browser:
        browser.log_in("v" * 20)
        html = browser.page(f"/tasks/{row.id}")
        assert "no button" in html and "/actions/tasks" not in html
        assert 'type="checkbox"' not in browser.page("/tasks")
        refused = browser.submit(f"/actions/tasks/{row.id}/retry", {"csrf": browser.csrf})
        assert refused.status_code == 403 and shown.submitted == []
    shown.close()
