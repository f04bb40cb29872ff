"""One episode of the torture: daemons that die one after the other, on phones that remember what was done."""

import json
import math
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self
from urllib.request import Request, urlopen

from kill_points import reached
from lives import ZYGOTE, Life
from reading import FINAL, Reading
from stirring import stir
from waves import PACKAGES, WAVES, Deed, Wave, liked_twice, limits, remembered

from runner.virtual.process import PhoneAddress, PhonesProcess

SERIALS = ("TORTURE1", "TORTURE2", "TORTURE3")
AHEAD_S = 4
SEEN_FOR_SURE_S = 3

FEW = 6
"""With this few tasks left, or half a life over, more work is asked for: an idle daemon never reaches its death."""

PAUSED = (
    f"SELECT DISTINCT subject FROM pauses WHERE ended_utc IS NULL AND {WAVES.replace('campaign', 'subject')}"
)

ASKED_TO_END = "asked to end"
"""What the harness writes into a daemon's trace before it sends SIGTERM."""

AT_WORK = "ledger.spans.begin after"
"""A daemon that has reached this point ends in good order when it is asked to."""

AT_WORK_S = 5.0

LIFE_S = 60.0
"""How long a daemon may take to reach a point, at most."""

DRAIN_S = 30.0
COMMAND_S = 60.0
LOOK_S = 0.2
STUCK_S = 90.0
"""How long nothing at all may happen while tasks are left."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One death: when a point is reached for the `count`th time, or after `after_s` seconds."""

    point: str | None = None
    count: int = 1
    after_s: float = 0.0
    at_the_end: bool = False
    """The point is only reached when the daemon is asked to end."""
    stirred: bool = False
    """The point is only reached when files change and people interfere."""
    by_term: bool = False
    """SIGTERM ends the daemon there, as when a service is restarted."""
    paused: bool = False
    """The oldest work is paused once the daemon is at work, and resumed after its death: then younger work is in doubt
    while older work is due."""

    def __str__(self) -> str:
        how = " by SIGTERM" if self.by_term else ""
        return f"{self.point}:{self.count}{how}" if self.point else f"after {self.after_s:.2f} s"


@dataclass(slots=True)
class Result:
    """The result of one episode, or of all of them."""

    kills: int = 0
    lost: int = 0
    doubled: int = 0
    uncertain: int = 0
    deeds: int = 0
    points: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def exact(self) -> bool:
        return not (self.lost or self.doubled or self.uncertain or self.problems)

    def __str__(self) -> str:
        return (
            f"torture: {self.kills} kills ({len(set(self.points))} points of the code), {self.lost} lost, "
            f"{self.doubled} doubled, {self.uncertain} uncertain of {self.deeds} effects"
        )


class Episode:
    """One ledger, three phones, and daemons that die one after the other until everything is done.

    `disturb` makes trouble of another kind, in a thread, during the last life; a daemon that then ends by itself is
    started again, as systemd would do. `wrapping` are options of the daemon's wrapper."""

    def __init__(
        self,
        folder: Path,
        kills: Sequence[Kill] = (),
        wrapping: Sequence[str] = (),
        disturb: "Callable[[Episode], None] | None" = None,
        ahead_s: float = AHEAD_S,
    ) -> None:
        self.folder = folder
        self.phones = PhonesProcess(SERIALS)
        self.reading = Reading(self.ledger)
        self.adb_port = 0
        self.result = Result()
        self._kills = kills
        self._wrapping = wrapping
        self.disturb = disturb
        self._ahead_s = ahead_s
        self.promised: set[int] = set()
        """The ids of tasks outside of the waves that must be completed."""
        self.numbers = count()
        """Of waves: what they do goes by their number."""
        self._waves: list[Wave] = []
        self._unseen: list[Wave] = []
        self._lives = 0
        self._process: Life

    @property
    def ledger(self) -> Path:
        return self.state / "ledger.db"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command of the runner."""
        return os.environ | {
            "RUNNER_STATE_DIR": str(self.state),
            "RUNNER_TIMEZONE": "UTC",
            "RUNNER_PHONE_FAILURES": "0",  # phones fail as often as the torture has them fail
            "ANDROID_ADB_SERVER_PORT": str(self.adb_port),
        }

    @property
    def campaigns(self) -> Path:
        return self.folder / "campaigns"

    @property
    def _api_limits(self) -> Path:
        return self.folder / "api-limits.yaml"

    @property
    def number(self) -> int:
        """The number of the latest daemon, from 1."""
        return self._lives

    @property
    def trace(self) -> Path:
        return self.folder / f"{self._lives:03}.trace"

    @property
    def log(self) -> Path:
        return self.folder / f"{self._lives:03}.log"

    def run(self) -> Result:
        """Live through all deaths, then to the end, and compare."""
        self.campaigns.mkdir(parents=True)
        self.state.mkdir(exist_ok=True)
        self._api_limits.write_text(json.dumps(limits()), encoding="utf-8")
        with self.phones:
            self.adb_port = self.phones.adb_server_port
            for phone in self.phones.phones:
                for app in PACKAGES.values():
                    uploading = {"seconds": 0.5}
                    self.wish(phone, "app", package=app, action="set_upload_seconds", arguments=uploading)
            self.add_wave()
            for kill in self._kills:
                if not self.die(kill) and kill.stirred:
                    self.die(kill)  # a disturbance does not always lead to the same points
            self.finish()
            self.compare()
        return self.result

    def add_wave(self) -> None:
        """Ask for more work, due in a few seconds, with one more campaign file."""
        wave = Wave(next(self.numbers), SERIALS, datetime.now(UTC) + timedelta(seconds=self._ahead_s))
        for user in wave.followed:
            for phone in self.phones.phones:
                relation = {"user": user, "state": "following"}
                self.wish(phone, "app", package=wave.package, action="set_relation", arguments=relation)
        wave.write(self.campaigns)
        self._waves.append(wave)
        self._unseen.append(wave)

    def wish(self, phone: PhoneAddress, name: str, **body: Any) -> None:
        """Make something happen to a phone: `wish(phone, "drop")`."""
        kind = {"Content-Type": "application/json"}
        request = Request(f"{phone.control}/{name}", json.dumps(body).encode(), kind, method="POST")
        with urlopen(request, timeout=30) as answer:
            answer.read()

    def ask_again(self) -> None:
        """Ask again for work that the daemons saw too late: catch-up never reaches behind the moment at which a start
        time was first seen, so nobody owes that work."""
        now = datetime.now(UTC)
        for wave in self._unseen[:]:
            if now < max(wave.instants.values()) + timedelta(seconds=SEEN_FOR_SURE_S):
                continue
            query = f"SELECT entry, rule, first_seen_utc FROM schedules WHERE campaign = '{wave.name}'"
            seen = {(entry, rule): at / 1e6 for entry, rule, at in self.reading.rows(query)}
            late = [
                entry
                for entry, instant in wave.instants.items()
                if seen.get((entry, instant.isoformat()), math.inf) > instant.timestamp()
            ]
            if late:
                wave.start(late, now + timedelta(seconds=self._ahead_s))
                wave.write(self.campaigns)
            else:
                self._unseen.remove(wave)

    def look_after_phones(self) -> None:
        """Answer the question of each phone on hold, release the phone, and retry the task that met the question; also
        retry failed tasks that may not retry by themselves."""
        for device in self.reading.rows("SELECT DISTINCT device FROM holds WHERE released_utc IS NULL"):
            phone = next(phone for phone in self.phones.phones if (phone.serial,) == device)
            for app in PACKAGES.values():
                self.wish(phone, "app", package=app, action="clear")
            self.runner("holds", "release", phone.serial)
        for (key,) in self.reading.rows(
            "SELECT DISTINCT key FROM tasks LEFT JOIN holds ON tasks.id = task_id "
            f"WHERE state = 'failed' AND (holds.id IS NOT NULL OR {WAVES} AND retry_max = 0 AND attempts < 9)"
        ):
            self.runner("tasks", "retry", key)

    # one life

    def die(self, kill: Kill) -> bool:
        """Live one life, which ends with this death; when this returns the next may begin. False if it did not die."""
        with ThreadPoolExecutor(1) as pool:
            process = self.start(kill)
            disturb = stir if kill.stirred else Episode.pause_oldest if kill.paused else None
            disturbing = pool.submit(disturb, self) if disturb else None
            self._watch(process, kill)
        if disturbing:
            disturbing.result()
        for (name,) in self.reading.rows(PAUSED):
            self.runner("resume", name)
        has_died = process.returncode == -signal.SIGKILL
        if kill.by_term and not process.returncode:
            has_died = self.reached().count(kill.point or "") >= kill.count
        if has_died:
            self.result.kills += 1
            self.result.points += [kill.point] if kill.point else []
        elif process.returncode:
            self.complain(f"the daemon ended with {process.returncode} instead of dying {kill}")
        elif not kill.stirred:
            self.complain(f"the point {kill} was never reached")
        return has_died

    def pause_oldest(self) -> None:
        """Pause the wave whose tasks have waited longest, and ask for another wave."""
        self.wait_until_at_work()
        self.add_wave()
        for (name,) in self.reading.rows(
            f"SELECT campaign FROM tasks WHERE state IN ('pending', 'running') AND {WAVES} ORDER BY id LIMIT 1"
        ):
            self.runner("pause", name)

    def _watch(self, process: Life, kill: Kill) -> None:
        """Wait for a daemon's death, or kill it; ask one that outlives its work to end."""
        started, waves = time.monotonic(), 0
        while process.poll() is None:
            self.ask_again()
            self.look_after_phones()
            age_s = time.monotonic() - started
            if kill.point is None and age_s >= kill.after_s:
                process.kill()
                process.wait()
            elif age_s > LIFE_S or (kill.at_the_end and age_s >= kill.after_s and AT_WORK in self.reached()):
                self.end(process)
            # One after the other: a daemon that finds two new files at a time brings them into force at once.
            elif waves < 2 and (self._left() <= FEW or age_s > LIFE_S * (2 + waves) / 4):
                waves += 1
                self.add_wave()
            elif not self._left():
                self.end(process)
            else:
                left_s = LOOK_S if kill.point else min(LOOK_S, kill.after_s - age_s)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(left_s)

    def finish(self) -> None:
        """Live a life without a death, until there is nothing left to do."""
        process = self.start(Kill())
        with ThreadPoolExecutor(1) as pool:
            disturbing = pool.submit(self.disturb, self) if self.disturb else None
            left, since = self._left(), time.monotonic()
            while self._left() or (disturbing and not disturbing.done()):
                time.sleep(LOOK_S)
                self.ask_again()
                self.look_after_phones()
                if process.poll() is not None:
                    if not self.disturb:
                        break
                    process = self.start(Kill())
                if (now := self._left()) != left:
                    left, since = now, time.monotonic()
                if time.monotonic() - since > STUCK_S:
                    self.complain(f"nothing happened for {STUCK_S:.0f} s")
                    break
        if disturbing:
            disturbing.result()
        self.end(process)
        if process.returncode:
            self.complain(f"the last daemon ended with {process.returncode}")

    def start(self, kill: Kill) -> Life:
        self._lives += 1
        options = ["--trace", str(self.trace), *self._wrapping]
        if kill.point:
            options += ["--kill", f"{kill.point}:{kill.count}"]
        if kill.by_term:
            options += ["--by-term"]
        self._process = ZYGOTE.start([*options, "--", *self._command()], self.environment, self.log)
        return self._process

    def runner(self, *words: str) -> None:
        """Run a command of the runner, beside the daemon or after its death."""
        log = self.folder / "commands.log"
        if code := ZYGOTE.start(["--", *words], self.environment, log).wait(COMMAND_S):
            self.complain(f"runner {' '.join(words)} ended with {code}", log)

    @property
    def is_alive(self) -> bool:
        """Whether the latest daemon is alive."""
        return self._process.poll() is None

    def _command(self) -> list[str]:
        return ["daemon", str(self.campaigns), "--port", "0", "--api-limits", str(self._api_limits)]

    def end(self, process: Life) -> None:
        with self.trace.open("a") as trace:
            trace.write(f"-\t-\t{ASKED_TO_END}\n")
        process.terminate()
        try:
            process.wait(DRAIN_S)
        except subprocess.TimeoutExpired:
            self.complain(f"the daemon did not end within {DRAIN_S:.0f} s of SIGTERM")
            process.kill()
            process.wait()

    def complain(self, what: str, log: Path | None = None) -> None:
        said = (log or self.log).read_text(errors="replace").splitlines()[-5:]
        self.result.problems.append(f"{self.folder.name}, life {self._lives}: {what}: {' | '.join(said)}")

    def wait_until_at_work(self) -> None:
        """Wait until the latest daemon is at work; not for ever, since it may die before."""
        until = time.monotonic() + AT_WORK_S
        while AT_WORK not in self.reached() and time.monotonic() < until:
            time.sleep(0.05)

    def wait_for_end(self) -> None:
        """Wait until the latest daemon has ended by itself."""
        self._process.wait(LIFE_S)

    def wait_for_row(self, query: str) -> None:
        """Wait until the query finds a row; not for ever, since the latest daemon may die before."""
        until = time.monotonic() + AT_WORK_S
        while self.is_alive and time.monotonic() < until and not self.reading.rows(query):
            time.sleep(0.05)

    def wait_for_url(self) -> str:
        """The URL of the latest daemon's Local API; empty if the daemon died before it logged one."""
        while True:
            # Asked before the log is read: a daemon may log its URL and die in between.
            was_alive = self.is_alive
            if found := re.search(r'"event": "ready".*"url": "([^"]+)"', self.log.read_text()):
                return f"{found[1]}/api/v1"
            if not was_alive:
                return ""
            time.sleep(0.05)

    def reached(self) -> list[str]:
        """The points that the latest daemon has reached, in order."""
        return reached(self.trace)

    def _left(self) -> int:
        """How many tasks are not over, including those that were asked for but are not in the ledger yet."""
        done = self.reading.count(f"state IN {FINAL} AND {WAVES}")
        others = self.reading.count(f"state NOT IN {FINAL} AND NOT {WAVES}")
        return sum(wave.tasks for wave in self._waves) - done + others

    # the truth

    def compare(self) -> None:
        planned: Counter[Deed] = sum((wave.deeds for wave in self._waves), self.reading.committed_beside())
        memories = {phone.serial: memory(phone) for phone in self.phones.phones}
        done = remembered(memories)
        lost, doubled = planned - done, done - planned
        result = self.result
        result.deeds, result.lost, result.doubled = done.total(), lost.total(), doubled.total()
        result.uncertain = self.reading.states().get("uncertain", 0)
        result.problems += [f"{self.folder.name}: lost {deed}" for deed in lost]
        result.problems += [f"{self.folder.name}: doubled {deed}" for deed in doubled]
        result.problems += [f"{self.folder.name}: liked twice {card}" for card in liked_twice(memories)]
        result.problems += [
            f"{self.folder.name}: {problem}" for problem in self.reading.contradictions(self.promised)
        ]


def memory(phone: PhoneAddress) -> Any:
    """What was done to a phone, by the phone's own memory."""
    with urlopen(f"{phone.control}/memory", timeout=30) as answer:
        return json.load(answer)
