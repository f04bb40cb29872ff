"""The Local API's GET of one task, held against a bare Starlette route that does the same SELECT."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

GOAL = 0.7
CONNECTIONS = 4
ROUNDS, ROUND_S = 5, 1.0
TASKS = 1000


def run() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        store = f"sqlite:///{folder}/ledger.db"
        with served("ours", store) as our_port, served("bare", store) as bare_port:
            pairs = [(requests_per_s(our_port), requests_per_s(bare_port)) for _ in range(ROUNDS)]
    ratio, bare_rate = median(ours / bare for ours, bare in pairs), median(bare for _, bare in pairs)
    value = f"{ratio:.2f} x {bare_rate:.0f}/s = {ratio * bare_rate:.0f}/s"
    yield f"GET task by id: {value} (goal {GOAL:g} x)"


@contextmanager
def served(which: str, store: str) -> Iterator[int]:
    """A server process; yields its port."""
    command = [sys.executable, "-m", "bench.serving_apps", which, store]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.communicate()


def requests_per_s(port: int) -> float:
    """How many requests are answered in a second, over a few connections."""
    counts: list[int] = []
    until = time.perf_counter() + ROUND_S
    threads = [threading.Thread(target=lambda: counts.append(_ask(port, until))) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / ROUND_S


def _ask(port: int, until: float) -> int:
    count = 0
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        while time.perf_counter() < until:
            connection.request("GET", f"/api/v1/task/{count % TASKS + 1}")
            answer = connection.getresponse()
            answer.read()
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"the server answers {answer.status}")
            count += 1
    return count
