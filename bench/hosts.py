"""Many hosts on one PostgreSQL: `python -m bench.hosts [--hosts 20] [--phones 250] [--tasks 50000] [--write PAGE]`.

Each host is a process of its own with the real command line, whose phones do nothing; so is the daemon that leads, and
the one that stands by. It prints two tables of how the figures grow with the number of hosts, row by row; `--write`
puts them into the page of the docs, between its marks, as they come. Every part has a limit in time: what could not be
had says so in its row.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil

from bench.claiming import claim_statements
from bench.host_trial import WAYS, NotHad, Steady, Trial, Work
from bench.shared_postgres import SETTINGS, busiest
from tests.postgres_server import PostgresServer

STEPS = (1, 2, 5, 10, 20)
"""How many hosts there are, as far as `--hosts` goes."""

RATES = (100, 250, 500)
STEADY_S = 10
"""How many tasks a second are due in the steady part, one rate after the other, and for how long each."""

INSTANT_S, STEADY_WITHIN_S = 300.0, 60.0
"""How long all tasks of one instant may take, and the steady ones after the last one has come due."""

LIMIT_S = 1500.0
"""After so long no further number of hosts is begun."""

BEGIN, END = "<!-- bench-hosts -->\n", "<!-- /bench-hosts -->\n"
NOT_HAD = "not had"

T = TypeVar("T")


@dataclass(slots=True)
class Figures:
    """Of one number of hosts; what is None could not be had, and `troubles` says why."""

    hosts: int
    phones: int
    tasks: int
    idle: Work | None = None
    instant: Work | None = None
    steady: Sequence[Steady] = ()
    failover_s: Mapping[str, float | None] = field(default_factory=dict)
    connections: tuple[int, int] | None = None
    troubles: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.hosts} x {self.phones}"

    def speed(self) -> list[str]:
        """A row of the first table."""
        late = {one.rate: _late(one) for one in self.steady}
        ways = [_seconds(self.failover_s.get(way)) for way in WAYS]
        return [
            self.name,
            f"{self.tasks:,}",
            _or_not(self.instant, lambda work: f"{self.tasks / work.seconds:,.0f}"),
            *(late.get(rate, NOT_HAD) for rate in RATES),
            " / ".join(ways),
            _or_not(self.connections, lambda both: f"{both[0]} + {both[1]}"),
        ]

    def cost(self) -> list[str]:
        """A row of the second table."""
        return [
            self.name,
            *_or_many_not(self.instant, 6, self._cost_of_tasks),
            *_or_many_not(self.idle, 3, self._cost_of_idling),
        ]

    def _cost_of_tasks(self, work: Work) -> list[str]:
        database = work.database
        parts = (work.hosts_cpu_s, work.daemons_cpu_s, database.cpu_s)
        return [
            f"{database.statements / self.tasks:.1f}",
            f"{database.transactions / self.tasks:.2f}",
            f"{database.wal_bytes / self.tasks / 1024:.1f} KB",
            " + ".join(f"{part / self.tasks * 1000:.2f}" for part in parts) + " s",
            f"{database.cpu_s / sum(parts):.0%}",
            f"{database.transactions / work.seconds:,.0f}",
        ]

    def _cost_of_idling(self, work: Work) -> list[str]:
        return [
            f"{work.database.statements / work.seconds / self.hosts:.1f}",
            f"{work.hosts_cpu_s / work.seconds / self.hosts:.1%}",
            f"{work.database.cpu_s / work.seconds:.1%}",
        ]


SPEED = (
    "hosts x phones",
    "tasks of one instant",
    "tasks/s",
    *(f"start delay p50 / p99 at {rate} tasks/s" for rate in RATES),
    f"failover, {' / '.join(WAYS)}",
    "connections: a host + a daemon",
)

COST = (
    "hosts x phones",
    "statements a task",
    "transactions a task",
    "WAL a task",
    "CPU for 1,000 tasks: hosts + daemons + PostgreSQL",
    "PostgreSQL's share",
    "transactions/s",
    "idle: statements/s of a host",
    "idle: CPU of a host",
    "idle: CPU of PostgreSQL",
)


def measure(
    server: PostgresServer, hosts: int, phones: int, tasks: int, rates: Sequence[int], *, verbose: bool
) -> Figures:
    """The figures of so many hosts with so many phones each. It says what it does, as it does it."""
    lanes = hosts * phones
    figures = Figures(hosts, phones, -(-tasks // lanes) * lanes)
    began = time.monotonic()

    def part(name: str, work: Callable[[], T], default: T) -> T:
        """A part that comes about, or a trouble that is told."""
        try:
            return work()
        except NotHad as error:
            figures.troubles.append(f"{figures.name}, {name}: {error}")
            return default
        finally:
            print(f"  {time.monotonic() - began:5.0f} s: {figures.name}, {name}", flush=True)

    def parts() -> None:
        with Trial(server, hosts, phones) as trial:
            print(f"  {time.monotonic() - began:5.0f} s: {figures.name}, hosts are up", flush=True)
            figures.idle = part("idle", trial.idle, None)
            figures.instant = part("one instant", lambda: trial.one_instant(figures.tasks, INSTANT_S), None)
            if verbose:
                for text, calls, ms in busiest(server, trial.url, 24):
                    print(
                        f"  {calls / figures.tasks:6.2f} x {ms / max(calls, 1):7.3f} ms  {text}", flush=True
                    )
            figures.connections = part("connections", trial.connections, None)
            if figures.instant is not None:  # else what is left of it would be in the way
                steady = lambda: trial.steady(rates, STEADY_S, STEADY_WITHIN_S)  # noqa: E731
                figures.steady = part("steady", steady, [])
            figures.failover_s = part("failover", trial.failover, {})

    part("all of it", parts, None)
    return figures


def tables(figures: Sequence[Figures]) -> str:
    """As Markdown, with what could not be had below."""
    troubles = [trouble for one in figures for trouble in one.troubles]
    told = "\nNot had: " + "; ".join(troubles) + ".\n" if troubles else ""
    speed, cost = [one.speed() for one in figures], [one.cost() for one in figures]
    return f"{_table(SPEED, speed)}\n{_table(COST, cost)}{told}"


def machine() -> str:
    """What it was measured on."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"Measured on one machine with {os.cpu_count()} cores and {memory:.0f} GB for all of it: PostgreSQL with "
        "fsync, two daemons, and each host as a process of its own."
    )


def write(page: Path, text: str) -> None:
    """Put a text between the marks of a page."""
    whole = page.read_text(encoding="utf-8")
    before, _, rest = whole.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{page} has no marks {BEGIN.strip()} and {END.strip()}")
    page.write_text(before + BEGIN + text + END + after, encoding="utf-8")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _late(steady: Steady) -> str:
    if len(steady.late_ms) < 2:
        return NOT_HAD
    p99 = statistics.quantiles(steady.late_ms, n=100)[98]
    left = f" ({steady.left:,} left)" if steady.left else ""
    return f"{_ms(statistics.median(steady.late_ms))} / {_ms(p99)}{left}"


def _or_not(found: T | None, shown: Callable[[T], str]) -> str:
    return NOT_HAD if found is None else shown(found)


def _or_many_not(found: T | None, count: int, shown: Callable[[T], list[str]]) -> list[str]:
    return [NOT_HAD] * count if found is None else shown(found)


def _seconds(value: float | None) -> str:
    return NOT_HAD if value is None else f"{value:.1f} s"


def _ms(value: float) -> str:
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hosts", type=int, default=3, help="hosts, at most")
    parser.add_argument("--phones", type=int, default=50, help="phones of each host")
    parser.add_argument(
        "--tasks",
        type=int,
        default=5000,
        help="tasks of one instant on all hosts; fewer hosts get their share",
    )
    parser.add_argument("--only", action="store_true", help="not with fewer hosts too")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the tables into this page")
    parser.add_argument("--verbose", action="store_true", help="show the busiest statements")
    options = parser.parse_args()
    fewer = () if options.only else (step for step in STEPS if step < options.hosts)
    figures: list[Figures] = []
    give_up_at = time.monotonic() + LIMIT_S
    with PostgresServer(fsync=True, settings=SETTINGS) as server:
        claim = f"A claim takes {claim_statements(server)} statements. {machine()}\n"
        for hosts in (*sorted({*fewer}), options.hosts):
            tasks = -(-options.tasks * hosts // options.hosts)
            if time.monotonic() > give_up_at:
                one = Figures(hosts, options.phones, tasks, troubles=[f"{hosts} hosts: no time was left"])
            else:
                one = measure(server, hosts, options.phones, tasks, RATES, verbose=options.verbose)
            figures.append(one)
            text = f"{tables(figures)}\n{claim}"
            print(text, flush=True)
            if options.write:
                write(options.write, text)


if __name__ == "__main__":
    main()
