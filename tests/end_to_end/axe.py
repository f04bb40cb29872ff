"""axe-core, which finds what keeps people from using a page."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / ".web" / "axe.min.js"
BAD = ("serious", "critical")
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help, nodes: nodes.slice(0, 5).map((node) => `${node.html.slice(0, 300)} ${node.failureSummary}`),
  }));
}"""


def check_page(page: Page) -> None:
    """Asserts that the page has no serious or critical violation, in light and in dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        bad = [one for one in violations(page) if one["impact"] in BAD]
        assert not bad, f"{page.url} in {scheme}: {bad}"


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds. It is not part of the page, so the content-security policy does not concern it."""
    page.evaluate(_axe())
    return list(page.evaluate(RUN))


@lru_cache(maxsize=1)
def _axe() -> str:
    assert AXE.is_file(), f"{AXE} is missing: packaging/web_packages.py fetches it"
    return AXE.read_text(encoding="utf-8") + "\n;undefined"
