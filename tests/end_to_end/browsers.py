"""A real browser without a window."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PATIENCE_MS = 90_000
"""How long a page may take to show something: other tests keep the machine busy."""

expect.set_options(timeout=PATIENCE_MS)

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="there is no chromium on this machine"
)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    assert CHROMIUM, "chromium is missing: continuous integration installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, *arguments], chromium_sandbox=False
        )
        yield browser
        browser.close()


WIDE = {"width": 1280, "height": 800}
TELEPHONE = {"width": 390, "height": 844}


@contextmanager
def quiet_page(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page in a context of its own, with options of Playwright's `new_context`. In the end the console must have been
    silent: an error there is a bug, or something that the content-security policy has stopped. `page.allowed` are words
    of errors that are expected."""
    with closing(browser.new_context(**{"viewport": WIDE, **options})) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        said: list[str] = []
        page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.allowed = ()  # type: ignore[attr-defined]
        yield page
        allowed: tuple[str, ...] = page.allowed  # type: ignore[attr-defined]
        assert [line for line in said if not any(words in line for words in allowed)] == []
