"""One trial of `bench.hosts`: a ledger on PostgreSQL, two daemons that may lead, and so many hosts."""

import json
import os
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import psutil

from bench.host_process import start
from bench.shared_postgres import LOOK, DatabaseWork, connections, make_ready
from tests.postgres_server import PostgresServer
from tests.torture_hosts.wire import Wire

LEADERS = ("desk-1", "desk-2")
TOKEN = "bench-hosts-" * 3
FAR = 10_000
LOOK_S = 0.5

UP_S, READ_S, IDLE_S, FAILOVER_S = 240.0, 60.0, 10.0, 30.0
"""How long it may take until all hosts hold their phones, and until a campaign is in force; how long nothing is done to
see what that costs; and how long it may take until another daemon leads."""

REST_S = 4.0
"""How long both daemons are left alone between two failovers."""

WAYS = ("killed", "frozen", "cut off")


class NotHad(Exception):
    """A part of a trial did not come about; says why."""


@dataclass(frozen=True, slots=True)
class Work:
    """What was done in some time; processor time is in seconds."""

    seconds: float
    database: DatabaseWork
    hosts_cpu_s: float
    daemons_cpu_s: float


@dataclass(frozen=True, slots=True)
class Steady:
    """Tasks that came due one after the other."""

    rate: int
    """Tasks a second."""
    late_ms: Sequence[float]
    """Of each task that was claimed: from the instant at which it was due."""
    left: int
    """Tasks that nobody had claimed in the end."""


class Trial:
    """A context manager; entering it starts the processes. Every method ends within a limit, or raises NotHad."""

    def __init__(self, server: PostgresServer, hosts: int, phones: int) -> None:
        self._server, self._hosts, self._phones = server, hosts, phones
        self._folder: Path
        self._stack = ExitStack()
        self._processes: dict[str, ForkServerProcess] = {}
        self._wires: dict[str, Wire] = {}
        self._url = server.new_database()

    @property
    def url(self) -> str:
        """Of its database."""
        return self._url

    @property
    def lanes(self) -> int:
        return self._hosts * self._phones

    def __enter__(self) -> "Trial":
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.join()
        self._stack.close()
        self._server.drop_database(self._url)

    def _begin(self) -> None:
        give_up_at = time.monotonic() + UP_S
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-hosts-")))
        self._campaigns.mkdir()
        self._write("idle", {"wait": _follow(["@nobody"], datetime(2099, 1, 1, tzinfo=UTC))})
        for name in LEADERS:
            self._wires[name] = self._stack.enter_context(Wire(self._server.port))
            self._start_daemon(name)
            self._await(f"{name} lives", f"SELECT count(*) FROM hosts WHERE name = '{name}'", 1, give_up_at)
        make_ready(self._server, self._url)
        held = "SELECT count(*) FROM lanes WHERE host LIKE 'host-%'"
        for host in range(
            self._hosts
        ):  # one after the other: many at once on few cores would miss their leases
            self._start_worker(host)
            self._await(f"{host + 1} hosts hold their phones", held, (host + 1) * self._phones, give_up_at)
        self._await("the first campaign is in force", "SELECT count(*) FROM campaigns", 1, give_up_at)

    def idle(self) -> Work:
        """What it costs that all hosts wait for work."""
        time.sleep(REST_S)  # the first looks at all phones are over
        measured = self._measuring()
        time.sleep(IDLE_S)
        return measured()

    def one_instant(self, tasks: int, within_s: float) -> Work:
        """Have so many tasks be due at one instant; the work until the last one has ended."""
        self._server.execute("SELECT pg_stat_statements_reset()", self._url)
        first = self._ask({"instant": self._entry("instant", self._first(tasks), tasks // self.lanes)})
        _sleep_until(first)
        measured = self._measuring()
        try:
            self._await(f"{tasks:,} tasks have ended", _ended("instant"), tasks, time.monotonic() + within_s)
        except NotHad as error:
            done = self._count(_ended("instant"))
            raise NotHad(f"{done:,} of {tasks:,} in {within_s:.0f} s ({error})") from error
        work = measured()
        last = self._count("SELECT max(finished_utc) FROM tasks WHERE campaign = 'instant'")
        return Work(last / 1e6 - first.timestamp(), work.database, work.hosts_cpu_s, work.daemons_cpu_s)

    def steady(self, rates: Sequence[int], seconds: int, within_s: float) -> list[Steady]:
        """Have tasks be due one after the other, for so many seconds at each of these rates, and a pause in between."""
        entries: dict[str, Any] = {}
        groups: dict[str, list[str]] = {}
        begins = self._first(sum(rates) * seconds)
        for rate in rates:
            # A phone's share of the spread is in whole seconds, so the spread has as many as there are phones for.
            spread_s = max(
                [1, *(one for one in range(1, seconds + 1) if not seconds % one and one * rate <= self.lanes)]
            )
            targets = -(-rate * spread_s // self.lanes)
            groups[f"phones-{rate}"] = self._serials()[: rate * spread_s // targets]
            for number in range(seconds // spread_s):
                name, at = f"steady-{rate}-{number}", begins + timedelta(seconds=number * spread_s)
                entry = self._entry(name, at, targets)
                entries[name] = entry | {"devices": f"phones-{rate}", "spread": f"{spread_s}s"}
            begins += timedelta(seconds=seconds + REST_S)
        self._ask(entries, groups)
        _sleep_until(begins)
        give_up_at = time.monotonic() + within_s
        every = sum(rates) * seconds
        while self._count(_begun("steady-%")) < every and time.monotonic() < give_up_at:
            time.sleep(LOOK_S)
        return [self._late(rate, rate * seconds) for rate in rates]

    def failover(self) -> dict[str, float | None]:
        """Seconds until the other daemon leads, by what became of the one that led; None if none did in time."""
        return {way: self._fail(way) for way in WAYS}

    def connections(self) -> tuple[int, int]:
        """The most that a host has, and a daemon has: by its wire, whose other end the database sees."""
        workers = [process.pid or 0 for name, process in self._processes.items() if name not in LEADERS]
        return max(connections(self._server, workers)), max(wire.connections for wire in self._wires.values())

    def _late(self, rate: int, count: int) -> Steady:
        begun = f"FROM tasks WHERE entry LIKE 'steady-{rate}-%' AND started_utc IS NOT NULL"
        late = [(begun - due) / 1000 for begun, due in self._rows(f"SELECT started_utc, due_utc {begun}")]
        return Steady(rate, late, max(0, count - len(late)))

    def _fail(self, way: str) -> float | None:
        time.sleep(REST_S)
        name = self._leader()
        if not name:
            return None
        process, began = self._processes[name], time.monotonic()
        if way == "killed":
            process.kill()
        elif way == "frozen":
            _send(process, signal.SIGSTOP)
        else:
            self._wires[name].hold()
        while self._leader() in (name, "") and time.monotonic() < began + FAILOVER_S:
            time.sleep(0.02)
        seconds = time.monotonic() - began
        if way == "killed":
            process.join()
            self._start_daemon(name)
        elif way == "frozen":
            _send(process, signal.SIGCONT)
        self._wires[name].heal()
        return seconds if seconds < FAILOVER_S else None

    # campaigns

    def _first(self, tasks: int) -> datetime:
        """An instant before which the leader has read a campaign of so many tasks."""
        ahead_s = 8.0 + self.lanes / 500 + tasks / 5000
        return (datetime.now(UTC) + timedelta(seconds=ahead_s)).replace(microsecond=0)

    def _entry(self, name: str, at: datetime, targets: int) -> dict[str, Any]:
        return _follow([f"@{name}_{target}".replace("-", "_") for target in range(targets)], at)

    def _ask(self, entries: Mapping[str, Any], groups: Mapping[str, Sequence[str]] | None = None) -> datetime:
        """Put a campaign in force; returns its first instant."""
        name = next(iter(entries)).partition("-")[0]
        first = min(datetime.fromisoformat(entry["start_times"][0]) for entry in entries.values())
        self._write(name, entries, groups)
        in_force = f"SELECT count(*) FROM campaigns WHERE name = '{name}'"
        self._await(f"the campaign {name} is in force", in_force, 1, time.monotonic() + READ_S)
        if (late_s := datetime.now(UTC).timestamp() - first.timestamp()) > 0:
            raise NotHad(f"the campaign {name} came into force {late_s:.0f} s after its instant")
        return first

    def _write(
        self, name: str, entries: Mapping[str, Any], groups: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        kinds = dict.fromkeys(("follow", "post"), FAR)
        caps = {"per_day": kinds, "per_hour": kinds}
        campaign = {
            "version": 1,
            "name": name,
            "timezone": "UTC",
            "limits": {"per_device": caps, "per_account": caps, "min_gap": "0s"},
            "devices": {"all": self._serials(), **(groups or {})},
            "scripts": entries,
        }
        partial = self._campaigns / f".{name}.partial"
        partial.write_text(json.dumps(campaign), encoding="utf-8")
        partial.replace(self._campaigns / f"{name}.yaml")

    def _serials(self) -> list[str]:
        """One phone of each host after the other: what is spread over phones is spread over hosts."""
        return [_serial(host, phone) for phone in range(self._phones) for host in range(self._hosts)]

    # processes

    @property
    def _campaigns(self) -> Path:
        return self._folder / "campaigns"

    def _start_daemon(self, name: str) -> None:
        words = ("daemon", str(self._campaigns), "--port", "0", "--no-phones", "--name", name)
        self._start(name, (), words, self._wires[name].port)

    def _start_worker(self, host: int) -> None:
        name = f"host-{host:02}"
        serials = [_serial(host, phone) for phone in range(self._phones)]
        self._start(name, serials, ("worker", "--name", name), self._server.port)

    def _start(self, name: str, serials: Sequence[str], words: Sequence[str], port: int) -> None:
        environment = {
            "RUNNER_STATE_DIR": str(self._folder / name),
            "RUNNER_STORE": self._server.tcp_url(self._url, port),
            "RUNNER_TIMEZONE": "UTC",
            "RUNNER_TOKEN": TOKEN,
        }
        self._processes[name] = start(words, serials, environment, self._log(name))

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _measuring(self) -> "_Measuring":
        return _Measuring(self._server, self._url, self._processes)

    # the ledger

    def _leader(self) -> str:
        rows = self._rows(
            "SELECT host FROM leader WHERE until_utc > extract(epoch FROM clock_timestamp()) * 1e6"
        )
        return str(rows[0][0]) if rows else ""

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._server.execute(f"{query} /* {LOOK} */", self._url)

    def _count(self, query: str) -> int:
        return int(self._rows(query)[0][0] or 0)

    def _await(self, what: str, query: str, count: int, give_up_at: float) -> None:
        """Wait until a query counts so many, until `give_up_at` on the monotonic clock."""
        while True:
            try:
                found: object = self._count(query)
            except Exception as error:  # noqa: BLE001 - there are no tables yet
                found = str(error).splitlines()[0]
            if found == count:
                return
            if dead := [name for name, process in self._processes.items() if not process.is_alive()]:
                raise NotHad(f"{', '.join(dead)} ended: {_tail(self._log(dead[0]))}")
            if time.monotonic() > give_up_at:
                raise NotHad(f"it was not so in time that {what}: {found}")
            time.sleep(LOOK_S)


class _Measuring:
    """Counts work from when it is made until it is called."""

    def __init__(self, server: PostgresServer, url: str, processes: Mapping[str, ForkServerProcess]) -> None:
        self._server, self._url = server, url
        self._processes = {name: psutil.Process(process.pid) for name, process in processes.items()}
        self._began, self._before = time.monotonic(), self._now()

    def __call__(self) -> Work:
        (database, cpu_s), (earlier, earlier_s) = self._now(), self._before
        used = {name: cpu_s[name] - earlier_s[name] for name in cpu_s}
        return Work(
            time.monotonic() - self._began,
            database - earlier,
            sum(used[name] for name in used if name not in LEADERS),
            sum(used[name] for name in LEADERS),
        )

    def _now(self) -> tuple[DatabaseWork, dict[str, float]]:
        times = {name: process.cpu_times() for name, process in self._processes.items()}
        cpu_s = {name: float(one.user + one.system) for name, one in times.items()}
        return DatabaseWork.of(self._server, self._url), cpu_s


def _serial(host: int, phone: int) -> str:
    return f"H{host:02}P{phone:03}"


def _follow(users: Sequence[str], at: datetime) -> dict[str, Any]:
    """An entry on all phones."""
    return {
        "script": "follow",
        "config": {"target_users": users},
        "devices": "all",
        "start_times": [at.isoformat()],
    }


def _ended(campaign: str) -> str:
    return f"SELECT count(*) FROM tasks WHERE campaign = '{campaign}' AND state = 'completed'"


def _begun(entries: str) -> str:
    return f"SELECT count(*) FROM tasks WHERE entry LIKE '{entries}' AND started_utc IS NOT NULL"


def _sleep_until(instant: datetime) -> None:
    time.sleep(max(0.0, instant.timestamp() - time.time()))


def _send(process: ForkServerProcess, number: signal.Signals) -> None:
    assert process.pid is not None
    os.kill(process.pid, number)


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8")[-2000:] if log.exists() else "it said nothing"
