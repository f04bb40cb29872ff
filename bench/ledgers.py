"""One machine's tasks on a ledger in PostgreSQL, with its server on the same machine, against the same ones in SQLite.

Both flush to the same disk.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.executing import LANES, TASKS, NoBatches, NoPhones, carry_out
from bench.figures import figure
from runner.clock import SystemClock
from runner.daemon.memory import collect_garbage_seldom
from runner.store.ledger import Ledger
from runner.store.witness import Witnesses

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


def run() -> Iterator[str]:
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from postgres_server import PostgresServer  # type: ignore[import-not-found]

    collect_garbage_seldom()  # as the daemon does
    with tempfile.TemporaryDirectory() as name, PostgresServer(fsync=True) as server:
        folder = Path(name)
        for manner, backend in ((f"{LANES} lanes", NoPhones()), ("a batch", NoBatches())):
            took_s: dict[str, list[float]] = {"sqlite": [], "postgresql": []}
            for number in range(ROUNDS):
                file = f"sqlite:///{folder / f'{manner}-{number}.db'}"
                for kind, url in (("sqlite", file), ("postgresql", server.new_database())):
                    took_s[kind].append(_seconds(url, folder, backend))
            yield figure(
                f"{TASKS:,} tasks in {manner} on PostgreSQL, against SQLite",
                statistics.median(took_s["postgresql"]),
                statistics.median(took_s["sqlite"]),
                goal=1.5,
            )


def _seconds(url: str, folder: Path, backend: NoBatches | NoPhones) -> float:
    with Ledger.open(url, SystemClock()) as ledger:
        ledger.ownership.take(Witnesses(folder / "witness"), is_rehearsal=False)  # as the daemon does
        ledger.warm_up()
        return carry_out(ledger, TASKS, LANES, backend)
