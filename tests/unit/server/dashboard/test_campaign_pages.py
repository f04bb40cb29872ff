"""The pages of campaigns, with what others write into names, captions and files."""

import os
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from dashboard_desk import NOW, DashboardDesk, TestBrowser

from runner.campaign.reader import MAX_BYTES
from runner.store.request_rows import PauseScope
from runner.tasks import TaskState

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e{{7*7}}'
SECRET = "hunter2-hunter2"

FIVE = """\
version: 1
name: trial
timezone: Europe/Stokholm
configs:
  c: {target_users: ["@demo"], bogus: 1}
scripts:
  greet:
    script: folow
    config: c
    devices: shelv
    start_times: ["25:00"]
"""

POSTS = """\
version: 1
name: posts
timezone: Europe/Stockholm
scripts:
  publish:
    script: post
    devices: [S1, S2]
    start_times: ["09:00"]
    config: {{content_type: 0, captions: '{caption}', material_list: ["media/{file}"]}}
"""


def words(html: str) -> str:
    """What a reader sees of a page."""
    return unescape(re.sub("<[^>]+>", "", html))


def is_clean(html: str) -> bool:
    """Whether nothing of HOSTILE became markup, or was computed."""
    return not re.search(r"<script>|<img src=x|alert\(1\)<|\u202e|\b49\b", html)


def write(shown: DashboardDesk, text: str, name: str = "trial") -> None:
    (shown.campaigns / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_the_list_has_each_file_with_its_state(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign("aspen")
    shown.campaign("birch")
    write(shown, FIVE.replace("trial", "cedar"), "cedar")
    shown.reload()
    shown.ledger.pauses.begin(PauseScope.CAMPAIGN, "birch", "ann")
    html = browser.page("/campaigns")
    seen = words(html)
    assert seen.index("cedar") < seen.index("aspen") < seen.index("birch")
    assert "there is no time zone `Europe/Stokholm`" in seen
    assert "paused" in seen and "1 invalid" in seen and "2 in force" in seen
    assert "aspen" not in words(browser.fragment("/campaigns?block=list&q=BIR"))


def test_the_list_draws_how_the_last_days_went(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    for days, state in ((0, TaskState.COMPLETED), (1, TaskState.FAILED), (2, TaskState.MISSED)):
        shown.task(state=state, due=NOW - timedelta(days=days))
    html = browser.page("/campaigns")
    assert 'aria-label="1 completed, 1 failed, 1 missed"' in html
    assert html.count('class="bar-failed"') == 1


def test_an_empty_list_says_what_to_do(browser: TestBrowser) -> None:
    assert "There are no campaigns" in browser.page("/campaigns")
    assert "No campaign is called so" in browser.page("/campaigns?q=x")


def test_a_campaign_that_nobody_knows_is_not_found(browser: TestBrowser) -> None:
    for path in ("nobody", "nobody/file", "nobody/week", "nobody/greet/run", "nobody/versions/1"):
        browser.page(f"/campaigns/{path}", 404)


def test_five_mistakes_have_their_carets(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    write(shown, FIVE)
    shown.reload()
    assert "The last good text" in words(browser.page("/campaigns/trial"))
    html = browser.fragment("/campaigns/trial/file")
    assert html.count('class="carets"') == 5
    lines = re.findall(r'<td class="source-number">(\d+)</td><td><code>(.*?)</code>', html)
    assert [unescape(text) for _, text in lines[: FIVE.count("\n")]] == FIVE.rstrip("\n").split("\n")
    rows = re.findall(
        r'source-wrong.*?<td><code>(.*?)</code>.*?<code class="carets"[^>]*>(.*?)</code>', html, re.DOTALL
    )
    under = []
    for line, carets in rows:
        start, end = carets.index("^"), carets.rindex("^") + 1
        under.append(unescape(line)[start:end])
    assert under == ["Europe/Stokholm", "bogus", "folow", "shelv", '"25:00"']
    seen = words(html)
    assert "did you mean `follow`?" in seen and "unknown-reference" in seen
    assert "It is not the text in force, which stays until it is mended" in seen
    assert "That can be told once the file is right" in seen


def test_a_newer_text_has_its_diff_and_what_it_would_change(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.campaign(at="09:00")
    write(shown, (shown.campaigns / "trial.yaml").read_text().replace("09:00", "10:00"))
    html = browser.fragment("/campaigns/trial/file")
    assert re.search(r'class="diff-removed">.*?start_times: \[&#34;09:00&#34;\]', html, re.DOTALL)
    assert re.search(r'class="diff-added">.*?start_times: \[&#34;10:00&#34;\]', html, re.DOTALL)
    seen = words(html)
    assert "trial/greet: 14 moved" in seen and "09:00 -> 10:00" in seen


def test_what_a_page_shows_already_is_not_sent_again(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    for part in ("file", "week", "success"):
        html = browser.fragment(f"/campaigns/trial/{part}")
        found = re.search(rf"/campaigns/trial/{part}\?seen=(\w+)", html)
        assert found is not None
        assert browser.fragment(f"/campaigns/trial/{part}?seen={found[1]}", 204) == ""
    write(shown, FIVE)
    shown.reload()
    assert "Stokholm" in browser.fragment("/campaigns/trial/file?seen=0")


@pytest.mark.parametrize("trouble", ["gone", "folder", "long", "bytes", "pipe"])
def test_a_file_that_cannot_be_read_is_told(shown: DashboardDesk, browser: TestBrowser, trouble: str) -> None:
    shown.campaign()
    file = shown.campaigns / "trial.yaml"
    file.unlink()
    match trouble:
        case "folder":
            file.mkdir()
        case "long":
            file.write_text("# " + "x" * 5 * MAX_BYTES)
        case "bytes":
            file.write_bytes(b"\xff\xfe\x00\x01" * 1000)
        case "pipe":
            os.mkfifo(file)
    html = browser.fragment("/campaigns/trial/file")
    assert len(html) < 500_000
    assert re.search("unreadable-file|too-large|not-text", html), html[:2000]
    assert "The text in force" in words(html)


def test_a_link_out_of_the_folders_is_not_followed_with_words(
    shown: DashboardDesk, browser: TestBrowser, tmp_path: Path
) -> None:
    shown.campaign()
    elsewhere = tmp_path / "passwords"
    elsewhere.write_text("root: toor\n")
    (shown.campaigns / "trial.yaml").unlink()
    (shown.campaigns / "trial.yaml").symlink_to(elsewhere)
    html = browser.fragment("/campaigns/trial/file")
    assert "toor" not in html and "lies outside of the campaigns" in html


def test_secrets_are_masked_everywhere(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    good = (shown.campaigns / "trial.yaml").read_text()
    write(shown, f"{good}    api_key: {SECRET}\n")
    shown.reload()
    for path in ("", "/file", "/standing"):
        assert SECRET not in browser.page(f"/campaigns/trial{path}")
    assert SECRET not in browser.page("/campaigns")


def test_nothing_hostile_becomes_markup(shown: DashboardDesk, browser: TestBrowser) -> None:
    escaped = HOSTILE.replace("'", "''")
    shown.campaign()
    write(shown, FIVE.replace("@demo", HOSTILE.replace('"', '\\"')) + f"# {HOSTILE}\n")
    shown.reload()
    (shown.campaigns / "media").mkdir()
    name = "<img src=x onerror=alert(2)>.mp4"
    (shown.campaigns / "media" / name).write_bytes(b"\0\0\0\x18ftypmp42" + bytes(64))
    shown.campaign(
        "posts", POSTS.format(caption=escaped.replace("{{7*7}}", "").replace("\u202e", ""), file=name)
    )
    shown.ledger.pauses.begin(PauseScope.CAMPAIGN, "posts", HOSTILE)
    for path in (
        "/campaigns",
        "/campaigns/trial",
        "/campaigns/trial/file",
        "/campaigns/posts",
        "/campaigns/posts/week",
        "/campaigns/posts/file",
        "/campaigns/posts/publish/run",
    ):
        assert is_clean(browser.page(path)), path
    assert "alert(1)" in words(browser.fragment("/campaigns/posts/week"))


def test_versions_differ_from_those_before_them(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(at="09:00")
    shown.clock.advance(60)  # type: ignore[attr-defined]
    shown.campaign(at="10:00")
    newest, oldest = shown.ledger.campaigns.versions("trial")
    html = browser.page(f"/campaigns/trial/versions/{newest.id}")
    assert 'class="diff-added"' in html and f"/versions/{oldest.id}" in html
    assert "the first version" in browser.page(f"/campaigns/trial/versions/{oldest.id}")
    shown.campaign("other")
    (other,) = shown.ledger.campaigns.versions("other")
    browser.page(f"/campaigns/trial/versions/{other.id}", 404)


def test_the_week_has_its_days(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(devices=[f"S{number}" for number in range(40)], at="09:00")
    html = browser.fragment("/campaigns/trial/week")
    assert html.count("week-day") == 7
    assert "/campaigns/trial/days/2026-11-22" in html
    assert words(browser.page("/campaigns/trial/days/2026-11-22")).count("follow @north") == 40
    browser.page("/campaigns/trial/days/2028-01-01", 404)
    browser.page("/campaigns/trial/days/x", 404)


def test_success_is_a_chart_with_a_table_behind_it(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    shown.task(state=TaskState.COMPLETED)
    shown.task(state=TaskState.FAILED)
    html = browser.fragment("/campaigns/trial/success")
    assert "data-chart=" in html
    assert re.search(
        r'<th scope="row">2026-11-21</th><td class="number">1</td><td class="number">1</td>', html
    )
