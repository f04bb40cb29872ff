"""From a campaign file's being written to its being in force, beside a thousand others, through the watcher."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

from bench.campaigns import write_campaigns
from runner.clock import SystemClock
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.reload import Reload
from runner.scheduling.watch import Watch
from runner.store.ledger import Ledger

FILES, ROUNDS = 1000, 5
GOAL_S = 2.0


def run() -> Iterator[str]:
    with TemporaryDirectory() as name:
        times_s = _reloads_s(Path(name))
    slowest_s, usual_s = max(times_s), statistics.median(times_s)
    told = f"slowest {slowest_s:.2f} s, median {usual_s:.2f} s"
    yield f"a change in force beside {FILES:,} files: {told} (goal {GOAL_S:g} s)"


def _reloads_s(place: Path) -> list[float]:
    campaigns = place / "campaigns"
    campaigns.mkdir()
    files = write_campaigns(campaigns, FILES)
    reloads: Queue[Reload] = Queue()
    times_s = []
    with Ledger.open(f"sqlite:///{place / 'ledger.db'}", SystemClock()) as ledger:
        folder = CampaignFolder([campaigns], ledger, SystemClock())
        folder.load()
        watch = Watch([campaigns], lambda: reloads.put(folder.load()))
        watch.start()
        try:
            for number in range(ROUNDS):
                text = files[number].read_text()
                started = time.perf_counter()
                files[number].write_text(text.replace("max: 2", "max: 1"))
                while not reloads.get(timeout=60).changes:
                    continue
                times_s.append(time.perf_counter() - started)
        finally:
            watch.stop()
    return times_s
