"""The pictures of the docs: `make screenshots`. A daemon on virtual phones goes on with a prepared past (`scene.py`),
and a headless Chromium looks at each of its pages.

Text from a clock and from phones differs each time; names and numbers of the past do not.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from scene import ZONE, Scene

from runner.clock import SystemClock
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter
from runner.tasks import TaskState

HERE = Path(__file__).parent
PICTURES = HERE.parents[1] / "docs" / "pictures"
MOST_BYTES = 150_000
PATIENCE_MS = 60_000
COLOURS = (256, 128, 64, 32)
"""How many colours a picture has: as many as let it be small enough."""

SOON_S, ENDED = 12, 6
"""How soon the phones begin, and how many tasks they end before the first picture."""

ROUND = """\
# What the virtual phones do while the pictures are taken.
version: 1
name: morning-round
timezone: Europe/Stockholm
limits: {{min_gap: 0s, per_device: {{per_day: {{follow: 400}}, per_hour: {{follow: 60}}}}}}
devices:
  all: [VIRTUAL01, VIRTUAL02, VIRTUAL03, VIRTUAL05, VIRTUAL07, VIRTUAL08]
  watching: [VIRTUAL04, VIRTUAL06]
scripts:
  greet:
    script: follow
    config: {{target_users: ["@demo_north", "@demo_south", "@demo_east", "@demo_west"]}}
    devices: all
    start_times: [{at}]
    spread: 6s
  watch:
    script: account_warmup
    config: {{task_duration: 600}}
    devices: watching
    start_times: [{at}]
"""


@dataclass(frozen=True)
class Picture:
    """A picture of a page: what must be seen on it first, and whether it is of the dark pages."""

    name: str
    path: str
    awaits: str = "h1"
    is_dark: bool = False
    width: int = 1280
    height: int = 800


def main(wanted: list[str]) -> int:
    with TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        place = state / "rehearsals" / "daemon"
        place.mkdir(parents=True)
        store_url = f"sqlite:///{place / 'ledger.db'}"
        now = datetime.now(UTC).replace(microsecond=0)
        campaigns = Path(folder) / "campaigns"
        shutil.copytree(HERE / "campaigns", campaigns)
        (campaigns / "media").mkdir()
        shutil.copy(HERE.parents[1] / "campaigns" / "media" / "demo.mp4", campaigns / "media" / "clip.mp4")
        Scene(campaigns, store_url, now).fill()
        at = (datetime.now(UTC) + timedelta(seconds=SOON_S)).isoformat(timespec="seconds")
        (campaigns / "morning-round.yaml").write_text(ROUND.format(at=at), encoding="utf-8")
        with daemon(state, campaigns) as url, Ledger.open(store_url, SystemClock()) as ledger:
            take([one for one in pictures(ledger, now) if not wanted or one.name in wanted], url)
    return 0


def pictures(ledger: Ledger, now: datetime) -> Iterator[Picture]:
    hours = timedelta(hours=1)
    day = f"from={now - 14 * hours:%Y-%m-%dT%H:00:00Z}&until={now + 6 * hours:%Y-%m-%dT%H:00:00Z}"
    week = f"from={now - 70 * hours:%Y-%m-%dT%H:00:00Z}&until={now + 40 * hours:%Y-%m-%dT%H:00:00Z}"
    drawn = "#timeline-canvas[data-drawn]"
    yield Picture("now", "/")
    yield Picture("timeline", f"/timeline?{day}", drawn)
    yield Picture("timeline-dark", f"/timeline?{week}&by=campaign", drawn, is_dark=True)
    yield Picture("timeline-telephone", f"/timeline?{day}", drawn, width=390, height=844)
    yield Picture("campaigns", "/campaigns")
    yield Picture("campaign", "/campaigns/autumn-launch")
    yield Picture("tasks", "/tasks")
    if task := real_task(ledger):
        yield Picture("task", f"/tasks/{task}", height=1500)
    yield Picture("phones", "/phones")
    yield Picture("phone", "/phones/VIRTUAL02")
    yield Picture("fleet", "/fleet", "body")
    yield Picture("reports", "/reports")


def real_task(ledger: Ledger) -> int | None:
    """The newest task that virtual phones have carried out, which has steps with screenshots."""
    _, rows = ledger.tasks.page(TaskFilter(states={TaskState.COMPLETED}), 0, 200)
    for row in rows:
        record = ledger.tasks.record_of(row.id)
        if record is not None and any(attempt.steps for attempt in record.attempts):
            return row.id
    return None


@contextmanager
def daemon(state: Path, campaigns: Path) -> Iterator[str]:
    """A daemon that goes on with the past; gives its address once it has carried some tasks out."""
    command = [sys.executable, "-m", "runner", "daemon", str(campaigns), "--virtual", "--port", "0"]
    here = os.environ | {"RUNNER_STATE_DIR": str(state), "RUNNER_TIMEZONE": str(ZONE)}
    process = subprocess.Popen(
        [*command, "--log-format", "json"], env=here, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        url, ended, log = "", 0, list[str]()
        for line in process.stderr:
            log.append(line)
            event = json.loads(line) if line.startswith("{") else {}
            url = event.get("url", url) if event.get("event") == "ready" else url
            ended += event.get("event") == "task finished"
            if url and ended == ENDED:
                break
        else:
            raise RuntimeError(f"the daemon ended:\n{''.join(log[-20:])}")
        yield url
    finally:
        process.terminate()
        process.communicate()


def take(wanted: list[Picture], url: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--disable-gpu", "--no-first-run"], chromium_sandbox=False
        )
        for one in wanted:
            page = browser.new_page(
                viewport={"width": one.width, "height": one.height},
                color_scheme="dark" if one.is_dark else "light",
                reduced_motion="reduce",
            )
            path = PICTURES / f"{one.name}.png"
            path.write_bytes(small(shoot(page, f"{url}{one.path}", one.awaits)))
            print(f"{path.relative_to(PICTURES.parents[1])}: {path.stat().st_size / 1000:.0f} KB")
            page.close()
        browser.close()


def shoot(page: Page, address: str, awaits: str) -> bytes:
    page.goto(address, wait_until="load")
    page.locator(awaits).first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(1500)  # what comes later by itself belongs to the picture too: screens, charts
    return page.screenshot()


def small(png: bytes) -> bytes:
    """The picture with so few colours that it is small."""
    with Image.open(BytesIO(png)) as picture:
        plain = picture.convert("RGB")
    for colours in COLOURS:
        made = BytesIO()
        plain.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            made, "PNG", optimize=True
        )
        if made.tell() <= MOST_BYTES:
            break
    return made.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
