"""The pages of campaigns in a real browser, on a daemon with virtual phones."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from axe import check_page
from browsers import TELEPHONE, needs_chromium, quiet_page
from daemon_process import NEVER, Daemons, campaign_text
from dashboard_daemon import DashboardDaemon
from PIL import Image
from playwright.sync_api import Browser, Page, expect

pytestmark = [needs_chromium, pytest.mark.phones]


POSTS = """\
version: 1
name: posts
timezone: UTC
limits: {min_gap: 0s}
scripts:
  publish:
    script: post
    devices: [VIRTUAL01]
    start_times: ["09:00"]
    config: {content_type: 1, captions: "{New|Fresh} <b>drop</b>", image_count: 1, material_list: [media/blue.png]}
"""

STICKS_OUT = """
() => [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
  .map((element) => element.outerHTML.slice(0, 200))
"""

FIVE = """\
version: 1
name: fivefold
timezone: Europe/Stokholm
configs:
  c: {target_users: ["@demo_north"], bogus: 1}
scripts:
  greet:
    script: folow
    config: c
    devices: shelv
    start_times: ["25:00"]
"""


@pytest.fixture
def page(chrome: Browser, dashboard: DashboardDaemon) -> Iterator[Page]:
    with quiet_page(chrome) as page:
        yield page


def folder(dashboard: DashboardDaemon) -> Path:
    return dashboard.daemons.campaigns


def look(page: Page, dashboard: DashboardDaemon, path: str) -> None:
    """Open a page, and wait until all of it is there and is kept up to date."""
    page.goto(dashboard.url + path)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator(".campaign-lazy")).to_have_count(0)


def patiently(page: Page, text: str) -> None:
    expect(page.get_by_text(text, exact=False).first).to_be_visible()


def test_pausing_and_resuming_show_at_once(page: Page, dashboard: DashboardDaemon) -> None:
    look(page, dashboard, "/campaigns/trial")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.locator(".campaign-standing")).to_contain_text("paused")
    look(page, dashboard, "/campaigns")
    expect(page.get_by_role("row", name=re.compile("trial"))).to_contain_text("paused")
    assert "paused" in dashboard.command("status", "--virtual").stdout
    dashboard.command("resume", "trial", "--virtual")
    expect(page.get_by_role("row", name=re.compile("trial"))).not_to_contain_text("paused")
    look(page, dashboard, "/campaigns/trial")
    page.get_by_text("What people did").click()
    expect(page.locator("#deeds")).to_contain_text("pause")


def test_an_entry_is_run_by_hand_and_watched_to_its_end(page: Page, dashboard: DashboardDaemon) -> None:
    look(page, dashboard, "/campaigns/trial")
    page.get_by_role("link", name="Run now…").click()
    expect(page.locator("main")).to_contain_text("2 follow")
    check_page(page)
    page.get_by_role("button", name="Run 2 tasks now").click()
    page.wait_for_url(re.compile(r"/campaigns/trial\?run="))
    patiently(page, "2 of 2 tasks have ended")
    expect(page.locator("#run .state-completed")).to_have_count(2)
    expect(page.locator("#success canvas")).to_be_visible()
    run = page.locator("#run code").inner_text()
    assert run in dashboard.command("tasks", "list", "--virtual", "--format", "json").stdout
    check_page(page)


def test_a_rehearsal_goes_to_its_end_and_has_its_report(page: Page, dashboard: DashboardDaemon) -> None:
    look(page, dashboard, "/campaigns/trial")
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_role("link", name="rehearsal 1").click()
    patiently(page, "went well")
    expect(page.locator("#rehearsal-lines")).to_contain_text("completed after")
    check_page(page)
    page.get_by_role("link", name="Its report").click()
    expect(page.locator("h1")).to_contain_text("trial")
    assert page.evaluate("self.origin") == "null"


def test_the_next_seven_days_are_lived_through_and_have_their_report(
    page: Page, dashboard: DashboardDaemon
) -> None:
    text = campaign_text("VIRTUAL01", at="12:00", name="daily")
    (folder(dashboard) / "daily.yaml").write_text(text)
    dashboard.process.wait_for("campaign changed", campaign="daily")
    look(page, dashboard, "/campaigns/daily")
    page.get_by_role("button", name="7 days ahead").click()
    page.get_by_role("link", name=re.compile("rehearsal [0-9]+")).first.click()
    expect(page.locator("#rehearsal-lines")).to_contain_text("it is ")
    patiently(page, "went well")
    expect(page.locator("#rehearsal")).to_contain_text("7 completed")
    check_page(page)
    page.get_by_role("link", name="Its report").click()
    expect(page.locator("h1")).to_contain_text("All campaigns")
    (folder(dashboard) / "daily.yaml").unlink()


def test_a_rehearsal_is_stopped(page: Page, dashboard: DashboardDaemon) -> None:
    look(page, dashboard, "/campaigns/trial")
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#rehearsals li").first).to_contain_text("stopped")


def test_a_file_that_goes_wrong_and_is_mended_shows_both(page: Page, dashboard: DashboardDaemon) -> None:
    file = folder(dashboard) / "fivefold.yaml"
    file.write_text(campaign_text("VIRTUAL01", at=NEVER, name="fivefold"))
    dashboard.process.wait_for("campaign changed", campaign="fivefold")
    look(page, dashboard, "/campaigns/fivefold")
    expect(page.locator("#file-verdict")).to_contain_text("no problems")
    file.write_text(FIVE)
    expect(page.locator(".carets")).to_have_count(5)
    expect(page.locator("#standing")).to_contain_text("The last good text")
    expect(page.locator("#diff-to-force .diff-removed").first).to_be_visible()
    assert carets(page) == ["Europe/Stokholm", "bogus", "folow", "shelv", '"25:00"']
    check_page(page)
    file.write_text(campaign_text("VIRTUAL01", at=NEVER, name="fivefold"))
    expect(page.locator("#file-verdict")).to_contain_text("no problems")
    expect(page.locator("#standing")).not_to_contain_text("The last good text")
    file.unlink()
    look(page, dashboard, "/campaigns")
    expect(page.get_by_role("row", name=re.compile("fivefold"))).to_contain_text("withdrawn")


def carets(page: Page) -> list[str]:
    """What stands exactly over the carets of each mistake, measured where the browser has drawn both."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".carets")].map((carets) => {
          const line = carets.closest("tr").previousElementSibling.querySelector("code").firstChild;
          const range = document.createRange();
          const box = (node, start, end) => {
            range.setStart(node, start);
            range.setEnd(node, end);
            return range.getBoundingClientRect();
          };
          const words = carets.textContent;
          const under = box(carets.firstChild, words.indexOf("^"), words.length);
          return [...line.data].filter((_, at) => {
            const { left, right } = box(line, at, at + 1);
            const middle = (left + right) / 2;
            return under.left < middle && middle < under.right;
          }).join("");
        })"""
    )


def test_the_week_shows_what_is_posted(page: Page, dashboard: DashboardDaemon) -> None:
    media = folder(dashboard) / "media"
    media.mkdir(exist_ok=True)
    Image.new("RGB", (600, 400), "#2255aa").save(media / "blue.png")
    (folder(dashboard) / "posts.yaml").write_text(POSTS)
    dashboard.process.wait_for("campaign changed", campaign="posts")
    look(page, dashboard, "/campaigns/posts")
    picture = page.locator("#week .thumbnail").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 240)
    expect(page.locator("#week .caption").first).to_contain_text("<b>drop</b>")
    page.locator("#week tbody th a").first.click()
    expect(page.locator(".why-answer h2")).to_contain_text("posts/publish")
    check_page(page)
    (folder(dashboard) / "posts.yaml").unlink()


def test_campaigns_are_readable_for_everybody_and_on_a_telephone(
    chrome: Browser, dashboard: DashboardDaemon
) -> None:
    (folder(dashboard) / "wrong.yaml").write_text(FIVE.replace("fivefold", "wrong"))
    dashboard.process.wait_for("campaign changed", campaign="wrong")
    for viewport in (TELEPHONE, {"width": 1280, "height": 800}):
        with quiet_page(chrome, viewport=viewport) as page:
            for path in ("/campaigns", "/campaigns/trial", "/campaigns/wrong", "/why?subject=trial/greet"):
                look(page, dashboard, path)
                check_page(page)
                is_narrow = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                assert is_narrow, (path, page.evaluate(STICKS_OUT))
    (folder(dashboard) / "wrong.yaml").unlink()


def test_a_rehearsal_never_outlives_its_daemon(chrome: Browser, tmp_path: Path) -> None:
    daemons = Daemons(tmp_path)
    dashboard = DashboardDaemon(daemons).start()
    with quiet_page(chrome) as page:
        page.allowed = ("ERR_",)  # type: ignore[attr-defined]
        look(page, dashboard, "/campaigns/trial")
        page.get_by_role("button", name="Rehearse").click()
        expect(page.locator("#rehearsals pre")).to_contain_text("on virtual phones")
        below = [one for one in descendants(dashboard) if "--until-eof" in one.cmdline()]
        assert any("run" in one.cmdline() for one in below)
        os.kill(dashboard.process.process.pid, signal.SIGKILL)
        assert psutil.wait_procs(below, timeout=60)[1] == []
    daemons.close()


def descendants(dashboard: DashboardDaemon) -> list[psutil.Process]:
    return psutil.Process(dashboard.process.process.pid).children(recursive=True)
