"""The soak: one daemon does in a short while what others do in weeks; its memory and descriptors must not grow.

    python tests/torture/soak.py 10          ten minutes of it

Three virtual phones work as fast as they can. Beside them are many phones on which everything is done at once, so that
timetable, ledger and executor see tens of tasks a second. The campaign is rewritten over and over, as soon as the
daemon has kept up: tasks that wait take memory.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

import click
import psutil
from episode import SERIALS, Episode, Kill
from waves import limits

NOT_THERE = "SOAK"
CROWD = tuple(f"{NOT_THERE}{number:02}" for number in range(60))
REWRITTEN_EVERY_S = 5
LEFT = 6
"""The most tasks that may still be pending when more are asked for."""

SAMPLED_EVERY_S = 0.25
GROWTH = 1.05


@dataclass(slots=True)
class Samples:
    """Samples of a daemon's life, in the order of time: bytes and descriptors; and how many tasks it completed."""

    memory: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    tasks: int = 0

    @property
    def growth(self) -> float:
        """Memory in the last quarter, as a multiple of that in the second: in the first, a daemon still grows."""
        return fmean(quarter(self.memory, 4)) / fmean(quarter(self.memory, 2))

    @property
    def steady(self) -> bool:
        return self.growth <= GROWTH and self._open(4) == self._open(2)

    def _open(self, number: int) -> int:
        """How many descriptors were open all the time, without those that a task had open for a moment."""
        return min(quarter(self.descriptors, number))

    def __str__(self) -> str:
        second, last = (fmean(quarter(self.memory, number)) / 1e6 for number in (2, 4))
        return (
            f"soak: {self.tasks} tasks; {last:.1f} MB in the last quarter, {second:.1f} MB in the second "
            f"({self.growth:.3f}); descriptors {self._open(4)} and {self._open(2)}"
        )


def quarter(samples: Sequence[int], number: int) -> Sequence[int]:
    """The first, second... quarter, counted from 1."""
    size = len(samples) // 4
    return samples[(number - 1) * size : number * size]


class Soak(Episode):
    """One daemon that is left alone."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(folder, wrapping=["--do-nothing-on", NOT_THERE])
        self.samples = Samples()
        self._seconds = seconds

    def add_wave(self) -> None:
        """Do nothing: only `write` asks for work."""

    def write(self, number: int) -> None:
        """Ask for work in the next seconds: each second for the crowd, once for each phone."""
        first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
        instants = [(first + timedelta(seconds=second)).isoformat() for second in range(REWRITTEN_EVERY_S)]
        users = [f"@demo_{number}_{index}" for index in range(2)]
        campaign: dict[str, Any] = {
            "version": 1,
            "name": "soak",
            "timezone": "UTC",
            "defaults": {"on_missed": "run_all", "grace": "12h"},
            "limits": limits(),
            "devices": {"crowd": CROWD, "shelf": SERIALS},
            "scripts": {
                "crowd": {
                    "script": "follow",
                    "config": {"target_users": users[:1]},
                    "devices": "crowd",
                    "start_times": instants,
                },
                "shelf": {
                    "script": "follow",
                    "config": {"target_users": users},
                    "devices": "shelf",
                    "start_times": instants[:1],
                },
            },
        }
        partial = self.campaigns / ".soak.partial"
        partial.write_text(json.dumps(campaign), encoding="utf-8")
        partial.replace(self.campaigns / "soak.yaml")

    def finish(self) -> None:
        self.write(0)
        daemon = self.start(Kill())
        watched, started = psutil.Process(daemon.pid), time.monotonic()
        written, write_at = 0, started + REWRITTEN_EVERY_S
        while (now := time.monotonic()) - started < self._seconds:
            time.sleep(SAMPLED_EVERY_S)
            if daemon.poll() is not None:
                break
            self.samples.memory.append(watched.memory_info().rss)
            self.samples.descriptors.append(descriptors(daemon.pid))
            if now >= write_at and self.reading.count("state = 'pending'") <= LEFT:
                written += 1
                self.write(written)
                write_at = now + REWRITTEN_EVERY_S
        self.end(daemon)
        if daemon.returncode:
            self.complain(f"the daemon ended with {daemon.returncode}")

    def compare(self) -> None:
        states = self.reading.states()
        self.samples.tasks = states.pop("completed", 0)
        for state in ("pending", "cancelled"):  # what the end cut off
            states.pop(state, None)
        self.result.problems += [f"{count} tasks are {state}" for state, count in states.items()]


def descriptors(pid: int) -> int:
    """How many descriptors a process has open, without the ledger's: its pool is bounded, and fills as needed."""
    places = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed by now
            places.append(str(link.readlink()))
    return sum("ledger.db" not in place for place in places)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("minutes", type=float, nargs="?", default=10)
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), 60 * parser.parse_args().minutes)
        result = soak.run()
    click.echo("".join(f"{problem}\n" for problem in result.problems), nl=False)
    click.echo(soak.samples)
    sys.exit(not (soak.samples.steady and result.exact))


if __name__ == "__main__":
    main()
