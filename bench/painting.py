"""The first paint of the page Now with 250 phones and a million tasks in the ledger, against a static page of the same
bytes, in a real browser; and how large pages are."""

import shutil
import sqlite3
import statistics
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, sync_playwright
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.figures import figure
from runner.clock import SystemClock
from runner.execution.state import ExecutorState
from runner.queries.phones import PhoneLine
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.registry import Registry
from runner.server.app import ServerState, create_app
from runner.server.dashboard.app import close_dashboard, create_dashboard
from runner.server.dashboard.changes import Changes
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.phones_now import PhonesNow
from runner.server.ports import listen, url_of
from runner.server.serving import Serving
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.rows import Decision, OccurrenceState
from runner.tasks import AttemptOutcome, Occurrence, Outcome, Task, TaskState, task_key

GOAL, MOST_BYTES = 3.0, 500_000
PHONES, TASKS, ROUNDS = 250, 1_000_000, 7
EVERY = timedelta(hours=1)
"""How far the occurrences lie apart, from now back."""

PAGES = ("/", "/timeline", "/campaigns", "/tasks", "/phones", "/fleet", "/reports")
ZONE = ZoneInfo("UTC")
PAINTED = """() => new Promise((done) => {
  const look = () => {
    const [first] = performance.getEntriesByName("first-contentful-paint");
    if (first) done(first.startTime); else requestAnimationFrame(look);
  };
  look();
})"""


def run() -> Iterator[str]:
    with TemporaryDirectory() as name, _served(Path(name)) as url, sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--disable-gpu"], chromium_sandbox=False
        )
        yield _told({path: _bytes(browser, url + path) for path in PAGES})
        ours, bare = list[float](), list[float]()
        for _ in range(ROUNDS):
            ours.append(_first_paint_s(browser, f"{url}/"))
            bare.append(_first_paint_s(browser, f"{url}/same-bytes"))
        browser.close()
    what = f"first paint of Now with {PHONES} phones, against a static page of the same bytes"
    yield figure(what, statistics.median(ours), statistics.median(bare), GOAL)


def _told(sizes: dict[str, int]) -> str:
    largest = max(sizes, key=lambda path: sizes[path])
    kilobytes = sizes[largest] / 1000
    return f"largest page: {kilobytes:.0f} KB ({largest}) (goal {MOST_BYTES / 1000:.0f} KB)"


def _bytes(browser: Browser, address: str) -> int:
    page = browser.new_page()
    answer = page.goto(address)
    assert answer is not None and answer.ok, address
    size = len(answer.body())
    page.close()
    return size


def _first_paint_s(browser: Browser, address: str) -> float:
    """Seconds from the request until something is seen, with nothing in the browser's cache."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        return float(page.evaluate(PAINTED)) / 1000


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    clock = SystemClock()
    place = StateDir(f"sqlite:///{folder / 'ledger.db'}", folder)
    serials = [f"PHONE{number:03}" for number in range(PHONES)]
    with Ledger.open(place.store_url, clock) as ledger:
        campaigns = folder / "campaigns"
        campaigns.mkdir()
        (campaigns / "large.yaml").write_text(_campaign(serials), encoding="utf-8")
        registry = Registry(ledger)
        registry.replace(CampaignFolder((campaigns,), ledger, clock, ZONE).load().campaigns)
        _record(ledger, clock, serials)
        _multiply(folder / "ledger.db", TASKS // PHONES)
        desk = Desk(
            ledger=ledger,
            clock=clock,
            zone=ZONE,
            artifacts=place.artifacts(ledger),
            place=place,
            paths=(campaigns,),
            registry=registry,
            phones=PhonesNow(lambda: ([PhoneLine(serial, "device") for serial in serials], None)),
            changes=Changes(ledger.watch()),
            submit=lambda tasks: None,
            refresh=lambda: None,
            executor_state=lambda: ExecutorState((), {}, ()),
            adb_port=1,
            url="",
            user="bench",
        )
        dashboard = create_dashboard(desk)
        _serve_same_bytes(dashboard)
        app = create_app(ServerState(CollectorRegistry(), tuple, tuple), None, None, dashboard)
        listening = listen("127.0.0.1", 0)
        with Serving(app, listening):
            yield url_of(listening)
            close_dashboard(dashboard)


def _campaign(serials: Sequence[str]) -> str:
    return f"""version: 1
name: large
timezone: UTC
devices: {{shelf: [{", ".join(serials)}]}}
scripts:
  greet:
    script: follow
    devices: shelf
    config: {{target_users: ["@north"]}}
    start_times: ["09:00"]
"""


def _record(ledger: Ledger, clock: SystemClock, serials: Sequence[str]) -> None:
    """One occurrence that has been carried out on all phones."""
    due = clock.now() - EVERY
    version = ledger.campaigns.record("large", "large.yaml", "text", None)
    occurrence = Occurrence("large", "greet", "seed", "09:00", due)
    keys = [task_key("large", "greet", "seed", serial, "@north") for serial in serials]
    tasks = [
        Task(key, "large", "greet", "follow", "device", serial, None, "@north", "seed", number, due, 600, {})
        for number, (key, serial) in enumerate(zip(keys, serials, strict=True))
    ]
    ledger.occurrences.record([Decision(occurrence, OccurrenceState.STARTED, "", version, tasks)])
    attempts = ledger.attempts.start_all(keys).values()
    done = Outcome(AttemptOutcome.COMPLETED)
    ledger.attempts.finish_all((attempt.id, done, TaskState.COMPLETED) for attempt in attempts)


def _multiply(path: Path, times: int) -> None:
    """Write the occurrence and its tasks again, each time further back: a ledger that has grown for years."""
    step = int(EVERY.total_seconds() * 1_000_000)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA synchronous = OFF")
        others = _columns(raw, "occurrences", "id", "nominal", "instant_utc")
        raw.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            f" INSERT INTO occurrences (nominal, instant_utc, {others})"
            f" SELECT nominal || i, instant_utc - i * ?, {others} FROM occurrences, n",
            (times - 1, step),
        )
        others = _columns(raw, "tasks", "id", "key", "occurrence_id", "due_utc")
        raw.execute(
            f"INSERT INTO tasks (key, occurrence_id, due_utc, {others})"
            f" SELECT t.key || '/' || o.id, o.id, o.instant_utc, {_of('t', others)}"
            " FROM occurrences o JOIN tasks t WHERE o.id != t.occurrence_id"
        )


def _columns(raw: sqlite3.Connection, table: str, *but: str) -> str:
    rows = raw.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return ", ".join(name for (name,) in rows if name not in but)


def _of(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{name}" for name in columns.split(", "))


def _serve_same_bytes(dashboard: Starlette) -> None:
    """Serve what the page Now was when it was asked for first, from memory."""
    kept: dict[str, bytes] = {}

    async def answer(request: Request) -> Response:
        return Response(kept["page"], media_type="text/html")

    now = next(one for one in dashboard.routes if isinstance(one, Route) and one.path == "/")

    async def keep(request: Request) -> Response:
        made: Response = await now.endpoint(request)
        kept.setdefault("page", bytes(made.body))
        return made

    dashboard.router.routes[:0] = [Route("/same-bytes", answer), Route("/", keep)]
