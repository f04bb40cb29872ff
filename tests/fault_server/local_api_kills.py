"""Kills the client of the Local API at every point around its calls, and at random ones, and counts.

`PYTHONPATH=tests/torture python tests/fault_server/local_api_kills.py [KILLS [SEED]]` prints one line. Each round has a
ledger of its own; a child process is killed once or more often, and another one then carries the tasks to their ends.
Then what the server really did is compared with what the ledger says.
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from api_judge import Count
from api_rounds import CASES, Case, Kill, Round, carry_out_round
from fault_server_process import FaultServer

from runner.clock import SystemClock
from runner.store.ledger import Ledger

CRASH = Kill("POST task sent")
"""A death that leaves the next process the most to find out."""

TRIES = 20
"""The most rounds for one point: with faults a round may end before it reaches the point."""

LATEST_COUNT = 4
"""With faults the kill comes at the first to fourth time that a point is reached."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point is reached, and how often: in a case, in the life after the deaths `after`."""

    case: Case
    after: tuple[Kill, ...]
    times: int


@dataclass
class Harness:
    """A server, an empty ledger to copy, and the counts so far."""

    server: FaultServer
    folder: Path
    chance: random.Random
    count: Count = field(default_factory=Count)
    places: dict[str, list[Place]] = field(default_factory=dict)
    rounds: int = 0

    def __post_init__(self) -> None:
        Ledger.open(f"sqlite:///{self.folder / 'empty.db'}", SystemClock()).close()

    def round(self, case: Case, *deaths: Kill) -> Round:
        self.rounds += 1
        ledger = self.folder / str(self.rounds) / "ledger.db"
        ledger.parent.mkdir()
        shutil.copyfile(self.folder / "empty.db", ledger)
        done = carry_out_round(self.server, case, deaths, ledger)
        self.count.judge(done)
        return done

    def discover(self) -> None:
        """Find the points of a life without a death, and of one after a death."""
        for case in CASES:
            for after in ((), (CRASH,)):
                for point, times in Counter(self.round(case, *after).lives[-1]).items():
                    self.places.setdefault(point, []).append(Place(case, after, times))

    def die_at(self, point: str, *, with_faults: bool) -> None:
        """Die once at a point: without faults in a first life, if one reaches it; with faults in any life."""
        for number in range(TRIES):
            places, count = self.places[point], 1
            if not with_faults:
                places = [place for place in places if not place.after] or places
            place = self.chance.choice(places)
            if with_faults and number < TRIES / 4:
                count = self.chance.randint(1, min(place.times, LATEST_COUNT))
            case = place.case.disturbed(self.chance) if with_faults else place.case
            deaths = (*place.after, Kill(point, count))
            if len(self.round(case, *deaths).deaths) == len(deaths):
                return
        self.count.odd.append(f"never reached: {point}")

    def die_at_random(self) -> None:
        """Die up to three times, anywhere, with faults."""
        chance = self.chance
        case = chance.choice(CASES).disturbed(chance)
        devices = ["D1", "D2", "D3"][: chance.randint(1, 3)]
        entries = ["first", "second"] if chance.random() < 0.3 else ["first"]
        deaths = [self._anything() for _ in range(chance.randint(1, 3))]
        self.round(replace(case, devices=devices, entries=entries), *deaths)

    def _anything(self) -> Kill:
        chance = self.chance
        return chance.choice(
            (
                Kill(chance.choice(list(self.places)), chance.randint(1, LATEST_COUNT)),
                Kill("POST task sent", after_s=chance.uniform(0.0, 0.01)),
                Kill(after_s=chance.uniform(0.0, 0.5)),
            )
        )


def kill(times: int, seed: int) -> Count:
    """Die twice at every point, then at random until there were `times` deaths."""
    with closing(FaultServer()) as server, tempfile.TemporaryDirectory() as folder:
        harness = Harness(server, Path(folder), random.Random(seed))
        harness.discover()
        for point in harness.places:
            for with_faults in (False, True):
                harness.die_at(point, with_faults=with_faults)
        while len(harness.count.deaths) < times:
            harness.die_at_random()
        return harness.count


def main(times: int = 200, seed: int = 1) -> int:
    began = time.monotonic()
    count = kill(times, seed)
    sys.stdout.write(f"{count.line()} in {time.monotonic() - began:.0f} s\n")
    sys.stderr.writelines(f"{line}\n" for line in count.odd)
    return 1 if count.odd else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
