"""Files of pages: kept by browsers for ever, loaded anew after a change, and nothing else is served."""

import re
from pathlib import Path

import pytest
from dashboard_desk import TestBrowser

from runner.errors import RunnerError
from runner.server.dashboard.assets import FOLDER, Assets, missing_packages


def test_a_page_names_its_files_by_their_content(browser: TestBrowser) -> None:
    html = browser.page("/preferences")
    addresses = re.findall('(?:href|src)="(/static/[^"]+)"', html)
    assert len(addresses) >= 4
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        seen = {"If-None-Match": answer.headers["etag"]}
        assert browser.get(address, headers=seen).status_code == 304


@pytest.mark.parametrize(
    ("name", "kind"),
    [("live.js", "text/javascript"), ("style.css", "text/css"), ("icon.svg", "image/svg+xml")],
)
def test_a_file_without_its_version_is_asked_for_each_time(
    browser: TestBrowser, name: str, kind: str
) -> None:
    answer = browser.get(f"/static/{name}")
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["no.js", "../desk.py", "%2e%2e/desk.py", "../../../../etc/passwd", "/etc/passwd", ""]
)
def test_nothing_else_is_served(browser: TestBrowser, path: str) -> None:
    assert browser.get(f"/static/{path}").status_code == 404


def test_a_change_changes_the_version(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = Assets.load(tmp_path)
    (tmp_path / "a.js").write_text("2")
    assert Assets.load(tmp_path).version != before.version
    assert missing_packages(tmp_path)
    with pytest.raises(RunnerError):
        before.url("b.js")


def test_the_pages_packages_are_there_with_their_licences() -> None:
    assert missing_packages() == [], "packaging/web_packages.py fetches them"
    names = {path.name for path in (FOLDER / "packages").iterdir()}
    assert {"htmx.LICENSE.txt", "uPlot.LICENSE.txt"} <= names


@pytest.mark.parametrize(
    "path",
    [
        "../ledger.db",
        "%2e%2e/ledger.db",
        "ab/../../ledger.db",
        "/etc/passwd",
        "ab/cd/1-001.db",
        "ab//cd/1-001.jpg",
        "ab\\..\\x.jpg",
    ],
)
def test_artifacts_are_inside_of_their_folder(browser: TestBrowser, path: str) -> None:
    assert browser.get(f"/artifacts/{path}").status_code == 404
