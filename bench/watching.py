"""How long a phone's tasks take while a page watches it, against nobody watching: one daemon, one virtual phone."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from bench.figures import figure
from runner.clock import SystemClock
from runner.store.ledger import Ledger
from runner.tasks import TaskState

GOAL = 1.1
ROUNDS, TASKS = 5, 2
SERIAL = "VIRTUAL01"
WHOLE = 10_000
"""A limit that is never reached."""


def run() -> Iterator[str]:
    with TemporaryDirectory() as name, _daemon(Path(name)) as (url, ledger):
        _round(url, ledger, 0)  # the phone and its apps start
        alone, watched = list[float](), list[float]()
        for number in range(1, ROUNDS + 1):
            alone.append(_round(url, ledger, 2 * number))
            with _watched(url):
                watched.append(_round(url, ledger, 2 * number + 1))
    what = f"{TASKS} tasks of a phone that a page watches, against nobody watching"
    yield figure(what, median(watched), median(alone), GOAL)


def _round(url: str, ledger: Ledger, number: int) -> float:
    """Seconds that the attempts at some tasks take, one after the other."""
    targets = [f"@user_{number}_{one}" for one in range(TASKS)]
    config = {"target_users": targets}
    asked = {"serials": [SERIAL], "script_name": "follow", "script_config": config}
    ids = _post(f"{url}/api/v1/task", asked)["data"]["task_ids"]
    pause = threading.Event()
    while True:
        rows = [row for row in map(ledger.tasks.get, ids) if row is not None]
        if all(row.state.is_final for row in rows):
            break
        pause.wait(0.2)
    failed = [row.reason for row in rows if row.state is not TaskState.COMPLETED]
    if failed:
        raise RuntimeError(f"tasks failed: {failed}")
    return sum(row.duration_s or 0 for row in rows)


def _post(address: str, body: dict[str, Any]) -> Any:
    request = Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


@contextmanager
def _daemon(folder: Path) -> Iterator[tuple[str, Ledger]]:
    """A rehearsal daemon with one phone; yields its address and its ledger."""
    caps = {f"per_{span}": {"follow": WHOLE} for span in ("day", "hour")}
    limits = {"min_gap": "0s", "per_device": caps, "per_account": caps}
    (folder / "limits.yaml").write_text(json.dumps(limits), encoding="utf-8")
    options = ["--api-only", "--virtual", "--phones", "1", "--port", "0", "--log-format", "json"]
    command = [
        sys.executable,
        "-m",
        "runner",
        "daemon",
        *options,
        "--api-limits",
        str(folder / "limits.yaml"),
    ]
    environment = os.environ | {"RUNNER_STATE_DIR": str(folder / "state")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    try:
        lines = map(json.loads, process.stderr)
        ready = next(line for line in lines if line["event"] == "ready")
        threading.Thread(target=lambda: [None for _ in lines], daemon=True).start()
        with Ledger.open(ready["ledger"], SystemClock()) as ledger:
            yield ready["url"], ledger
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _watched(url: str) -> Iterator[None]:
    """Somebody has the page open, in a process of his own, as on a machine of his own."""
    command = [sys.executable, "-m", "bench.watching_page", url, SERIAL]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    )
    assert process.stdout is not None
    process.stdout.readline()  # it is open
    try:
        yield
    finally:
        asked, _ = process.communicate()
        if int(asked) < TASKS:
            raise RuntimeError(f"the page has hardly been told of anything: {asked} pictures")
