"""Many hosts on one PostgreSQL: `python -m bench.hosts [--hosts 20] [--phones 250] [--tasks 50000] [--write PAGE]`.

Each host is a process of its own with the real command line, whose phones do nothing; so is the daemon that leads, and
the one that stands by. It prints a table of how the figures grow with the number of hosts; `--write` puts it into the
page of the docs, between its marks.
"""

import argparse
import json
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import psutil

from bench.claiming import claim_statements
from bench.host_process import start
from bench.shared_postgres import LOOK, SETTINGS, DatabaseWork, busiest, connections, make_ready
from tests.postgres_server import PostgresServer
from tests.torture_hosts.wire import Wire

STEPS = (1, 5, 10, 20)
"""How many hosts there are, as far as `--hosts` goes."""

LEADERS = ("desk-1", "desk-2")
AHEAD_S = 12.0
"""How long before its instant a campaign is written: the leader must have read it by then."""

MOST_ROUNDS = 100
"""Each is an entry of the campaign, of which too many alike make it too long to be checked."""
STEADY_S = 30
TOKEN = "bench-hosts-" * 3
PATIENCE_S = 1800.0
BEGIN, END = "<!-- bench-hosts -->\n", "<!-- /bench-hosts -->\n"
FAR = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one number of hosts."""

    hosts: int
    phones: int
    tasks: int
    seconds: float
    rate: float
    """Tasks a second that were due in the steady part."""
    late_ms: tuple[float, float]
    """p50 and p99 of the steady part: from the instant at which a task was due to its claim."""
    failover_s: Mapping[str, float]
    host_connections: int
    leader_connections: int
    work: DatabaseWork
    """In the first part, of all tasks."""

    def row(self) -> list[str]:
        return [
            f"{self.hosts} x {self.phones}",
            f"{self.tasks / self.seconds:,.0f}",
            f"{self.rate:,.0f}: {_ms(self.late_ms[0])} / {_ms(self.late_ms[1])}",
            " / ".join(f"{self.failover_s[way]:.1f}" for way in WAYS) + " s",
            f"{self.host_connections} + {self.leader_connections}",
            f"{self.work.statements / self.tasks:.1f}",
            f"{self.work.transactions / self.tasks:.2f}",
            f"{self.work.wal_bytes / self.tasks / 1024:.1f} KB",
            f"{self.work.cpu_s / self.seconds:.2f} cores",
        ]


WAYS = ("killed", "frozen", "cut off")

HEADS = (
    "hosts x phones",
    "tasks/s of one instant",
    "steady tasks/s: start delay p50 / p99",
    f"failover, {' / '.join(WAYS)}",
    "connections: a host + a daemon",
    "statements a task",
    "transactions a task",
    "WAL a task",
    "load of PostgreSQL",
)


class Trial:
    """One ledger, two daemons that may lead, and so many hosts; a context manager."""

    def __init__(self, server: PostgresServer, hosts: int, phones: int) -> None:
        self._server, self._hosts, self._phones = server, hosts, phones
        self._folder: Path
        self._stack = ExitStack()
        self._processes: dict[str, ForkServerProcess] = {}
        self._wires: dict[str, Wire] = {}
        self.url = server.new_database()

    def __enter__(self) -> "Trial":
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-hosts-")))
        self._campaigns.mkdir()
        self._write("idle", {"wait": _follow(["@nobody"], datetime(2099, 1, 1, tzinfo=UTC))})
        for name in LEADERS:
            self._wires[name] = self._stack.enter_context(Wire(self._server.port))
            self._start_daemon(name)
            self._await(f"{name} is a host", "SELECT 1 FROM hosts", 1)
        make_ready(self._server, self.url)
        for host in range(self._hosts):
            self._start_worker(host)
        lanes = self._hosts * self._phones
        self._await("all phones are held", "SELECT 1 FROM lanes WHERE host LIKE 'host-%'", lanes)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.join()
        self._stack.close()
        self._server.drop_database(self.url)

    def one_instant(self, tasks: int) -> tuple[float, DatabaseWork]:
        """Have so many tasks be due at one instant; seconds until the last one has ended, and the work for it."""
        self._server.execute("SELECT pg_stat_statements_reset()", self.url)
        before = DatabaseWork.of(self._server, self.url)
        instant = self._ask("instant", -(-tasks // (self._hosts * self._phones)))
        self._await_end("instant", tasks)
        (((last,),)) = (self._rows("SELECT max(finished_utc) FROM tasks WHERE campaign = 'instant'")[0],)
        return last / 1e6 - instant.timestamp(), DatabaseWork.of(self._server, self.url) - before

    def steady(self, rate: int) -> tuple[float, tuple[float, float]]:
        """Have so many tasks be due in each second, one after the other; tasks a second, and p50 and p99 of how late
        they were claimed, in ms."""
        lanes = self._hosts * self._phones
        rounds = min(MOST_ROUNDS, max(1, round(rate * STEADY_S / lanes)))
        spread_s = max(1, round(lanes / rate))
        self._ask("steady", 1, rounds=rounds, spread_s=spread_s)
        self._await_end("steady", rounds * lanes)
        late = [
            (started - due) / 1000
            for started, due in self._rows(
                "SELECT started_utc, due_utc FROM tasks WHERE campaign = 'steady' ORDER BY due_utc"
            )
        ]
        return lanes / spread_s, (statistics.median(late), statistics.quantiles(late, n=100)[98])

    def failover(self) -> dict[str, float]:
        """Seconds until the other daemon leads, by what became of the one that led."""
        taken: dict[str, float] = {}
        for way in WAYS:
            time.sleep(4)  # both daemons are at rest
            name = self._leader()
            process, began = self._processes[name], time.monotonic()
            if way == "killed":
                process.kill()
            elif way == "frozen":
                _send(process, signal.SIGSTOP)
            else:
                self._wires[name].hold()
            while self._leader() == name:
                assert time.monotonic() < began + PATIENCE_S, f"nobody else leads after {name} was {way}"
                time.sleep(0.02)
            taken[way] = time.monotonic() - began
            if way == "killed":
                process.join()
                self._start_daemon(name)
            elif way == "frozen":
                _send(process, signal.SIGCONT)
            self._wires[name].heal()
        return taken

    def connections(self) -> tuple[int, int]:
        """The most that a host has, and a daemon has: by its wire, whose other end the database sees."""
        workers = [process.pid or 0 for name, process in self._processes.items() if name not in LEADERS]
        return max(connections(self._server, workers)), max(wire.connections for wire in self._wires.values())

    # campaigns

    def _ask(self, name: str, targets: int, *, rounds: int = 1, spread_s: int = 0) -> datetime:
        """Write a campaign of follows on all phones, whose entries start one after the other; its first instant."""
        lanes = self._hosts * self._phones
        ahead_s = AHEAD_S + lanes / 250
        first = (datetime.now(UTC) + timedelta(seconds=ahead_s)).replace(microsecond=0)
        entries: dict[str, Any] = {}
        for number in range(rounds):
            users = [f"@{name}_{number}_{target}" for target in range(targets)]
            entry = _follow(users, first + timedelta(seconds=number * spread_s))
            entries[f"round-{number}"] = entry | ({"spread": f"{spread_s}s"} if spread_s else {})
        self._write(name, entries)
        return first

    def _write(self, name: str, entries: Mapping[str, Any]) -> None:
        kinds = dict.fromkeys(("follow", "post"), FAR)
        caps = {"per_day": kinds, "per_hour": kinds}
        campaign = {
            "version": 1,
            "name": name,
            "timezone": "UTC",
            "limits": {"per_device": caps, "per_account": caps, "min_gap": "0s"},
            "devices": {"all": [serial for host in range(self._hosts) for serial in self._serials(host)]},
            "scripts": entries,
        }
        partial = self._campaigns / f".{name}.partial"
        partial.write_text(json.dumps(campaign), encoding="utf-8")
        partial.replace(self._campaigns / f"{name}.yaml")

    def _await_end(self, name: str, tasks: int) -> None:
        ended = f"SELECT count(*) AS {LOOK} FROM tasks WHERE campaign = '{name}' AND state = 'completed'"
        self._await(f"{tasks} tasks of {name} are completed", ended, tasks, counts=True)

    def _serials(self, host: int) -> Iterator[str]:
        return (f"H{host:02}P{phone:03}" for phone in range(self._phones))

    # processes

    @property
    def _campaigns(self) -> Path:
        return self._folder / "campaigns"

    def _start_daemon(self, name: str) -> None:
        words = ("daemon", str(self._campaigns), "--port", "0", "--no-phones", "--name", name)
        self._start(name, (), words, self._wires[name].port)

    def _start_worker(self, host: int) -> None:
        name = f"host-{host:02}"
        self._start(name, [*self._serials(host)], ("worker", "--name", name), self._server.port)

    def _start(self, name: str, serials: Sequence[str], words: Sequence[str], port: int) -> None:
        environment = {
            "RUNNER_STATE_DIR": str(self._folder / name),
            "RUNNER_STORE": self._server.tcp_url(self.url, port),
            "RUNNER_TIMEZONE": "UTC",
            "RUNNER_TOKEN": TOKEN,
        }
        self._processes[name] = start(words, serials, environment, self._folder / f"{name}.log")

    # the ledger

    def _leader(self) -> str:
        rows = self._rows(
            "SELECT host FROM leader WHERE until_utc > extract(epoch FROM clock_timestamp()) * 1e6"
        )
        return str(rows[0][0]) if rows else ""

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._server.execute(query, self.url)

    def _await(self, what: str, query: str, count: int, *, counts: bool = False) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                rows = self._rows(query)
                found = rows[0][0] if counts else len(rows)
            except Exception as error:  # noqa: BLE001 - there are no tables yet
                found = str(error).splitlines()[0]
            if found == count:
                return
            dead = [name for name, process in self._processes.items() if not process.is_alive()]
            if dead or time.monotonic() > give_up_at:
                logs = [
                    (self._folder / f"{name}.log").read_text()[-2000:]
                    for name in dead or [*self._processes][-1:]
                ]
                raise TimeoutError(f"not so: {what}; there is {found}; ended: {dead}\n" + "\n".join(logs))
            time.sleep(1.0)


def measure(
    server: PostgresServer, hosts: int, phones: int, tasks: int, rate: int, *, verbose: bool
) -> Figures:
    """The figures of so many hosts with so many phones each."""
    lanes = hosts * phones
    count = -(-tasks // lanes) * lanes
    with Trial(server, hosts, phones) as trial:
        seconds, work = trial.one_instant(count)
        if verbose:
            for text, calls, ms in busiest(server, trial.url, 12):
                print(f"  {calls / count:6.2f} x {ms / max(calls, 1):7.3f} ms  {text}", flush=True)
        host, leader = trial.connections()
        real_rate, late = trial.steady(rate)
        return Figures(hosts, phones, count, seconds, real_rate, late, trial.failover(), host, leader, work)


def table(figures: Sequence[Figures]) -> str:
    """As Markdown."""
    lines = [HEADS, ["---"] * len(HEADS), *(one.row() for one in figures)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


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


def _follow(users: Sequence[str], at: datetime) -> dict[str, Any]:
    """An entry on all phones."""
    return {
        "script": "follow",
        "config": {"target_users": users},
        "devices": "all",
        "start_times": [at.isoformat()],
    }


def _send(process: ForkServerProcess, number: signal.Signals) -> None:
    assert process.pid is not None
    os.kill(process.pid, number)


def _ms(value: float) -> str:
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hosts", type=int, default=3, help="hosts, at most")
    parser.add_argument("--phones", type=int, default=50, help="phones of each host")
    parser.add_argument("--tasks", type=int, default=5000, help="tasks of one instant")
    parser.add_argument("--rate", type=int, default=500, help="tasks a second, one after the other")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    parser.add_argument("--verbose", action="store_true", help="show the busiest statements")
    options = parser.parse_args()
    steps = sorted({*(step for step in STEPS if step < options.hosts), options.hosts})
    figures: list[Figures] = []
    with PostgresServer(fsync=True, settings=SETTINGS) as server:
        for hosts in steps:
            figures.append(
                measure(server, hosts, options.phones, options.tasks, options.rate, verbose=options.verbose)
            )
            print(table(figures[-1:]), flush=True)
        claim = claim_statements(server)
    goals = f"A claim takes {claim} statements (goal 3 at most)."
    text = f"{table(figures)}\n{goals} {machine()}\n"
    print(text)
    if options.write:
        write(options.write, text)


if __name__ == "__main__":
    main()
