"""The screen that a failed step has kept, element by element."""

import json

import pytest
from dashboard_desk import DashboardDesk, Step, TestBrowser

from runner.store.rows import TaskRow
from runner.tasks import StepOutcome, TaskState

APP = "com.zhiliaoapp.musically"
XML = f"""
<hierarchy><node package="{APP}" class="android.widget.FrameLayout" bounds="[0,0][1080,2340]">
<node package="{APP}" class="android.widget.Button" text="Follow" clickable="true" bounds="[100,700][500,820]"/>
<node package="{APP}" class="android.widget.TextView" text="&lt;b&gt;\u202e bold" bounds="[0,900][1080,1000]"/>
</node></hierarchy>
"""


@pytest.fixture
def row(shown: DashboardDesk) -> TaskRow:
    steps = [Step("open"), Step("tap it", StepOutcome.FAILED, "no such button", hierarchy=XML)]
    return shown.task(state=TaskState.FAILED, reason="no such button", steps=steps)


def test_the_elements_are_data(browser: TestBrowser, row: TaskRow) -> None:
    answer = browser.get(f"/tasks/{row.id}/screen/1/2/elements")
    assert answer.headers["content-type"] == "application/json"
    data = json.loads(answer.text)
    assert data["size"] == [1080, 2340]
    assert [one["words"] for one in data["elements"]] == ["", "Follow", "<b> bold"]


def test_an_element_has_its_selectors(browser: TestBrowser, row: TaskRow) -> None:
    part = browser.fragment(f"/tasks/{row.id}/screen/1/2/elements/1")
    assert '<code class="way">{text: Follow}</code>' in part and "finds this one alone" in part
    assert 'data-copy="{text: Follow}"' in part and "[100,700][500,820]" in part and "clickable" in part


def test_what_an_element_says_is_no_markup(browser: TestBrowser, row: TaskRow) -> None:
    part = browser.fragment(f"/tasks/{row.id}/screen/1/2/elements/2")
    assert "<b>" not in part and "&lt;b&gt; bold" in part and "\u202e" not in part


def test_the_page_stands_without_a_module_too(browser: TestBrowser, row: TaskRow) -> None:
    html = browser.page(f"/tasks/{row.id}/screen/1/2?element=1")
    assert "no such button" in html and "{text: Follow}" in html and "/artifacts/" in html
    assert "No element is chosen" in browser.page(f"/tasks/{row.id}/screen/1/2")


@pytest.mark.parametrize("place", ["1/1", "1/9", "2/1", "x/1", "1/2/elements/77", "1/2/elements/x"])
def test_what_is_not_there(browser: TestBrowser, row: TaskRow, place: str) -> None:
    browser.page(f"/tasks/{row.id}/screen/{place}", 404)


def test_a_screen_that_was_removed_after_its_time(
    shown: DashboardDesk, browser: TestBrowser, row: TaskRow
) -> None:
    step = shown.ledger.task_pages.step(row.id, 1, 2)
    assert step is not None and step.hierarchy is not None
    shown.artifacts.remove([step.hierarchy])
    assert "removed after its time" in browser.page(f"/tasks/{row.id}/screen/1/2", 404)
