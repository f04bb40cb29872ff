"""One episode with several hosts: one ledger in PostgreSQL, two daemons and a worker, three phones, and what befalls
them."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from episode import COMMAND_S, LOOK_S, Episode, Result
from faults import KINDS, Fault, Scene
from kill_points import reached
from lives import ZYGOTE
from phone_host import PhoneHost
from postgres_server import PostgresServer
from reading import Reading
from small_disk import ServerOnSmallDisk
from waves import PACKAGES, limits

DAEMONS, WORKERS = ("north", "south"), ("west",)
READY_S = 60.0
POINT_S = 15.0
"""How long hosts have to reach a point by themselves; then one of them is started again, which reaches more."""
END_S = 45.0
RESTART_S = 1.0
DATABASE_S = 90.0
STUCK_S = 180.0
"""How long nothing at all may end while tasks are left: on a machine that is too busy to renew leases, hosts begin anew
over and over."""
FEW = 6
TOKEN = "torture-" * 4


@dataclass(slots=True)
class HostsResult(Result):
    """As of one process; `kinds` are the faults that came, `passed_by` those whose point nobody reached again."""

    kinds: list[str] = field(default_factory=list)
    passed_by: list[str] = field(default_factory=list)
    ended: int = 0
    """How often a host ended by itself, and was started again as a service is."""

    def __str__(self) -> str:
        return (
            f"torture of hosts: {len(self.kinds)} faults of {len(set(self.kinds))} kinds "
            f"({len(set(self.points))} points of the code), {self.lost} lost, {self.doubled} doubled, "
            f"{self.uncertain} uncertain of {self.deeds} effects"
        )


class SharedReading(Reading):
    """Reads the ledger in PostgreSQL, past all proxies; waits while the database is away."""

    def __init__(self, url: str) -> None:
        super().__init__(Path(url))
        self.url = url
        self._connection: psycopg.Connection[Any] | None = None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        until = time.monotonic() + DATABASE_S
        while True:
            try:
                if self._connection is None:
                    self._connection = psycopg.connect(self.url, autocommit=True)
                return self._connection.execute(query.replace("%", "%%").encode(), ()).fetchall()
            except psycopg.errors.UndefinedTable:
                return []  # nobody has made the tables yet
            except psycopg.OperationalError:
                self.close()
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _damage(self) -> Iterator[str]:
        return iter(())


class HostsEpisode(Episode):
    """Three hosts, with an adb server and a way to the database each. A host that ends by itself is started again."""

    result: HostsResult

    def __init__(
        self,
        folder: Path,
        faults: Sequence[Fault] = (),
        wrapping: Sequence[str] = (),
    ) -> None:
        super().__init__(folder, wrapping=wrapping)
        self.result = HostsResult()
        self._faults = faults
        self._has_small_disk = any(one.kind == "fill_disk" for one in faults)
        self.server: PostgresServer
        self.hosts: list[PhoneHost] = []
        self._at: dict[str, set[str]] = {}
        self._is_database_away = False
        self._told: set[str] = set()

    @property
    def disk(self) -> ServerOnSmallDisk | None:
        return self.server if isinstance(self.server, ServerOnSmallDisk) else None

    @property
    def armed(self) -> Path:
        return self.folder / "armed"

    @property
    def environment(self) -> dict[str, str]:
        """Of commands, which reach the database by no proxy."""
        return super().environment | {"RUNNER_STORE": self.url, "RUNNER_TOKEN": TOKEN}

    def run(self) -> HostsResult:
        """Live through all faults, then to the end, and compare."""
        self.campaigns.mkdir(parents=True)
        self.state.mkdir(exist_ok=True)
        self._api_limits.write_text(json.dumps(limits()), encoding="utf-8")
        with ExitStack() as stack:
            self.server = ServerOnSmallDisk() if self._has_small_disk else PostgresServer()
            stack.callback(self.server.close)
            self.server.start()
            self.url = self.server.tcp_url(self.server.new_database())
            self.reading = reading = SharedReading(self.url)
            stack.callback(reading.close)
            stack.enter_context(self.phones)
            for name in (*DAEMONS, *WORKERS):
                self.hosts.append(stack.enter_context(self._host(name)))
            for phone, host in zip(self.phones.phones, self.hosts, strict=True):
                self._at[phone.serial] = set()
                self.plug_in(phone.serial, host)
                for app in PACKAGES.values():
                    uploading = {"seconds": 0.5}
                    self.wish(phone, "app", package=app, action="set_upload_seconds", arguments=uploading)
            for host in self.hosts:
                self.bring_up(host)
            self.wait_until_ready()
            self.add_wave()
            for fault in self._faults:
                self.suffer(fault)
            self.finish()
            self.compare()
        return self.result

    # faults

    def suffer(self, fault: Fault) -> None:
        """Let one fault come, and end."""
        choice = random.Random(fault.seed)
        host = self._stopped_at(fault.point, fault.when) if fault.point else self._stopped(choice)
        if host is None:
            self.result.passed_by.append(str(fault))
            return
        self._note(f"{fault} in {host.name}")
        self.result.kinds.append(fault.kind)
        self.result.points += [fault.point] if fault.point else []
        KINDS[fault.kind](Scene(self, host, choice, fault.point))
        if host.is_stopped:
            host.go_on()
        self.live(choice.uniform(0.2, 2.0))

    def _stopped(self, choice: random.Random) -> PhoneHost:
        """A host that stands still, anywhere in its code; every second time the one that leads."""
        self.live(choice.uniform(0.2, 3.0))
        leading = [host for host in self.hosts if host.name == self.leader()]
        host = choice.choice(leading if leading and choice.random() < 0.5 else self.hosts)
        host.stop()
        return host

    def _stopped_at(self, point: str, when: str) -> PhoneHost | None:
        """The host that first reaches a point; None if none does."""
        self.armed.write_text(point)
        host = self.hosts[len(self.result.kinds) % len(self.hosts)]
        try:
            provoking = {
                "begin": lambda: self._begin_anew(host),
                "end": host.ask_to_end,
                "work": lambda: None,
            }
            for now in (when, "begin" if when == "work" else when):
                provoking[now]()
                until = time.monotonic() + POINT_S
                while time.monotonic() < until:
                    if stopped := next((one for one in self.hosts if one.is_stopped), None):
                        return stopped
                    self.live(0.0)
                    time.sleep(0.02)
        finally:
            self.armed.unlink(missing_ok=True)
        return None

    def _begin_anew(self, host: PhoneHost) -> None:
        host.kill()
        self.bring_up(host)

    # phones

    def phones_of(self, host: PhoneHost) -> list[str]:
        """The serials of the phones that a host reaches."""
        return [serial for serial, names in self._at.items() if host.name in names]

    def plug_in(self, serial: str, host: PhoneHost) -> None:
        """Let a host reach a phone, whoever else does."""
        self._at[serial].add(host.name)
        host.adb.connect([self._address(serial)])

    def unplug(self, serial: str, host: PhoneHost) -> None:
        """Let a host reach a phone no longer, unless it is the last one that does."""
        if self._at[serial] - {host.name} and host.name in self._at[serial]:
            self._at[serial].discard(host.name)
            host.adb.disconnect(self._address(serial))

    def move(self, serial: str, host: PhoneHost, other: PhoneHost) -> None:
        self._at[serial].discard(host.name)
        host.adb.disconnect(self._address(serial))
        self.plug_in(serial, other)

    def another(self, host: PhoneHost, choice: random.Random) -> PhoneHost:
        return choice.choice([one for one in self.hosts if one is not host])

    def _address(self, serial: str) -> str:
        return next(phone.address for phone in self.phones.phones if phone.serial == serial)

    # the database

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """Meanwhile nobody asks it anything."""
        self._is_database_away = True
        try:
            yield
        finally:
            self._is_database_away = False

    def switch_log(self) -> None:
        """Have the database begin another file of its log, if it can."""
        try:
            self.server.execute(
                "SELECT pg_logical_emit_message(true, 'torture', 'x'), pg_switch_wal()", self.url
            )
            self.server.execute("SELECT pg_logical_emit_message(true, 'torture', 'x')", self.url)
        except psycopg.Error:
            pass  # that is what it is for

    def leader(self) -> str | None:
        return next((host for (host,) in self.reading.rows("SELECT host FROM leader")), None)

    # time passes

    def live(self, seconds: float) -> None:
        """Let time pass: ask for work, answer phones, and start again what has ended by itself."""
        until = time.monotonic() + seconds
        while True:
            self._start_again()
            if not self._is_database_away:
                self.ask_again()
                self.look_after_phones()
                if self._left() <= FEW and not self._is_finishing:
                    self.add_wave()
            if (left := until - time.monotonic()) <= 0:
                return
            time.sleep(min(LOOK_S, left))

    _is_finishing = False

    def _start_again(self) -> None:
        """Start what has ended by itself a second ago, as a service is."""
        for host in self.hosts:
            if host.has_ended_for(RESTART_S):
                if not host.is_asked_to_end:
                    self.result.ended += 1
                    self._note(f"{host.name} ended by itself with {host.code}")
                self.bring_up(host)

    def bring_up(self, host: PhoneHost) -> None:
        """Begin a host's next life."""
        host.start(self.server.tcp_url(self.url, host.wire.port))

    def wait_until_ready(self) -> None:
        """Until all hosts are in the ledger, and somebody leads."""
        until = time.monotonic() + READY_S
        while len(self.reading.rows("SELECT 1 FROM hosts")) < len(self.hosts) or self.leader() is None:
            assert time.monotonic() < until, self._last_words()
            self._start_again()
            time.sleep(LOOK_S)

    def finish(self) -> None:
        """Let the hosts live in peace until there is nothing left to do."""
        self._is_finishing = True
        left, since = self._left(), time.monotonic()
        while self._left():
            self.live(LOOK_S)
            if (now := self._left()) != left:
                left, since = now, time.monotonic()
            if time.monotonic() - since > STUCK_S:
                open_tasks = self.reading.rows(
                    "SELECT key, state, reason FROM tasks WHERE state IN ('pending', 'running') LIMIT 5"
                )
                for host in self.hosts:
                    host.tell_what_it_does()
                self.complain(f"nothing happened for {STUCK_S:.0f} s; {left} tasks are left: {open_tasks}")
                break
        for host in self.hosts:
            if problem := host.end(END_S):
                self.complain(f"{host.name}: {problem}", host.log)

    def runner(self, *words: str) -> None:
        log = self.folder / "commands.log"
        if code := ZYGOTE.start(["--", *words], self.environment, log).wait(COMMAND_S):
            self.complain(f"runner {' '.join(words)} ended with {code}", log)

    def complain(self, what: str, log: Path | None = None) -> None:
        said = log.read_text(errors="replace").splitlines()[-5:] if log else []
        self.result.problems.append(f"{self.folder.name}: {what}: {' | '.join(said)}")
        self._note(what)

    def reached(self) -> list[str]:
        """The points that any host has reached in any of its lives, each life in order."""
        return [
            point
            for host in self.hosts
            for trace in sorted(host.folder.glob("*.trace"))
            for point in reached(trace)
        ]

    def _note(self, what: str) -> None:
        with (self.folder / "faults.log").open("a") as log:
            log.write(f"{time.strftime('%H:%M:%S')}\t{what}\n")

    def _last_words(self) -> str:
        return "\n".join(
            f"{host.name}: {host.log.read_text(errors='replace')[-1500:]}" for host in self.hosts
        )

    def _host(self, name: str) -> PhoneHost:
        limiting = ["--api-limits", str(self._api_limits)]
        daemon = ["daemon", str(self.campaigns), "--port", "0", *limiting, "--name", name]
        words = daemon if name in DAEMONS else ["worker", "--name", name]
        environment = {"RUNNER_TIMEZONE": "UTC", "RUNNER_PHONE_FAILURES": "0", "RUNNER_TOKEN": TOKEN}
        return PhoneHost(
            name, self.folder / name, words, self.server.port, environment, self.armed, self._wrapping
        )
