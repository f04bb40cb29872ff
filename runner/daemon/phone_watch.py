"""How the phones are: a job of the daemon writes down what has changed of them.

It asks over adb alone, so it touches no screen; a phone that carries a task out is asked for its battery only, and
seldom.
"""

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import NamedTuple, TypeVar

from runner.campaign.resolve import ResolvedCampaign
from runner.errors import AdbUnavailable, FlowError, PhoneError, RunnerError
from runner.flows.profile import Profiles
from runner.phone.choosing import Device, choose, is_address
from runner.phone.condition import condition, server_version
from runner.phone.fleets import Fleets, crowded
from runner.phone.reconnecting import Reconnects
from runner.phone.vitals import battery, vitals
from runner.reports.log_lines import LogLines
from runner.settings import AdbAddress
from runner.store.ledger import Ledger
from runner.store.phone_rows import AWAY, READY, PhoneCondition, PhoneFacts, PhoneRow, by_device
from runner.store.phones import PhoneSeen

T = TypeVar("T")

STEP_MB = 100
"""Smaller changes of the free space are not written down."""

PERIOD_S = 15.0
"""How often the job looks at the states that adb tells, which asks no phone."""

LOOK_S = 3.0
"""How long it waits for phones that have newly come to say who they are."""

BATTERY_S, AT_WORK_S = 60.0, 600.0
"""How often it reads the battery of a phone that rests, and how seldom it asks one that carries a task out."""

FACTS_S = 6 * 3600.0
"""How often it asks a phone what it is, if the phone has not been away."""

CONDITION_S = 600.0
"""How often it asks a phone that rests how warm and how full it is."""

PARALLEL = 8
"""How many phones are asked at the same time."""


class Found(NamedTuple):
    """How a phone is, how adb lists it, if it does, and the same once more if it can be asked."""

    seen: PhoneSeen
    listed: Device | None = None
    ready: Device | None = None


class PhoneWatch:
    """Looks at the phones that campaigns in force work on, at those that adb lists, and at those that it has met.

    `at_work` gives the serials of phones that carry a task out; `tell` hears of each phone of which something was
    written; `stop` ends a look early. It starts no adb server. Where hosts share the ledger, `own` are the phones of
    this one: it says nothing of others.
    """

    def __init__(
        self,
        ledger: Ledger,
        servers: Sequence[AdbAddress],
        campaigns: Callable[[], Iterable[ResolvedCampaign]],
        at_work: Callable[[], Collection[str]],
        tell: Callable[[str], None],
        log: LogLines,
        stop: Event,
        own: Callable[[], Collection[str]] | None = None,
    ) -> None:
        self._own = own
        self._ledger = ledger
        self._fleets = Fleets(servers)
        self._crowded: dict[str, str] = {}
        self._campaigns = campaigns
        self._at_work = at_work
        self._tell = tell
        self._log = log
        self._stop = stop
        self._reconnects = Reconnects()
        self._asked: dict[tuple[str, str, str, str | None], float] = {}
        """When each phone was asked for what, by each of its connections, in monotonic seconds."""

    def look(self) -> None:
        """Write down how the phones are now. Raises LedgerError."""
        rows = {row.serial: row for row in self._ledger.phones.all()}
        used = {serial for campaign in self._campaigns() for serial in campaign.phones}
        if self._own is None:
            found = self._found({*rows, *used})
        else:
            own = {*self._own()}
            used &= own
            found = {serial: one for serial, one in self._found(own).items() if serial in own}
        ready = {serial: one.ready for serial, one in found.items() if one.ready is not None}
        at_work = self._at_work()
        levels = self._ask(self._battery, ready, BATTERY_S, "battery", at_work)
        seen = [one.seen._replace(battery=levels.get(serial)) for serial, one in sorted(found.items())]
        self._note(seen)
        resting = {serial: device for serial, device in ready.items() if serial not in at_work}
        told = self._ask(self._facts, resting, FACTS_S, "facts")
        for serial, facts in told.items():
            self._ledger.phones.learn(serial, facts)
        for serial, how in self._ask(self._condition, resting, CONDITION_S, "condition").items():
            if self._ledger.phones.learn_condition(serial, how) and serial not in told:
                self._tell(serial)
        self._reach_again({serial: rows.get(serial) for serial in used}, found)

    def say_failed(self, error: RunnerError) -> None:
        """Log that the phones could not be looked at; the job runs again soon."""
        self._log.say("phones not looked at", "warning", reason=error.message, hint=error.hint)

    def _found(self, known: Collection[str]) -> dict[str, Found]:
        """How these phones and those that adb lists are, by serial."""
        try:
            devices = self._fleets.listed(LOOK_S)
        except AdbUnavailable as error:
            return {serial: Found(PhoneSeen(serial, AWAY, problem=error.message)) for serial in known}
        self._say_crowded(devices)
        listed = {device.serial for device in devices if device.serial}
        return {serial: _seen(serial, devices) for serial in {*known, *listed}}

    def _say_crowded(self, devices: Sequence[Device]) -> None:
        """Warn of each server that has more phones than it can work with, once."""
        before, self._crowded = self._crowded, crowded(devices)
        for at in self._crowded.keys() - before.keys():
            self._log.say("adb server is crowded", "warning", address=at, reason=self._crowded[at])

    def _reach_again(self, used: Mapping[str, PhoneRow | None], found: Mapping[str, Found]) -> None:
        """Have adb connect again to phones of campaigns that it has lost. Not to those that a person holds: somebody
        may have taken them off on purpose."""
        held = by_device(self._ledger.holds.current())
        lost: dict[str, tuple[str, Device | None]] = {}
        for serial, row in used.items():
            seen, device = found[serial].seen, found[serial].listed
            if seen.state == READY:
                self._reconnects.is_back(serial)
                continue
            hold, is_lost = held.get(serial), seen.state in (AWAY, "offline")
            way = device.transport if device else row.facts.address if row else ""
            if way and is_lost and (hold is None or hold.ends_by_itself) and self._reconnects.is_due(serial):
                lost[serial] = way, device
        if not lost or self._stop.is_set():
            return

        def reach(serial: str) -> None:
            way, device = lost[serial]
            server, is_listed = self._fleets.server_of(device), device is not None
            with contextlib.suppress(AdbUnavailable):  # said of each phone at the next look
                self._reconnects.reach(server, serial, way, is_listed=is_listed)

        with ThreadPoolExecutor(PARALLEL, "reconnect") as pool:
            list(pool.map(reach, lost))

    def _ask(
        self,
        ask: Callable[[str, Device], T],
        ready: Mapping[str, Device],
        every_s: float,
        what: str,
        at_work: Collection[str] = (),
    ) -> dict[str, T]:
        """What those phones answer that have not been asked for long enough, by serial; those that fail are left out,
        and asked again when it is their turn."""
        now, due = time.monotonic(), list[str]()
        for serial, device in ready.items():
            key = (serial, what, device.transport, device.boot)
            wait_s = max(every_s, AT_WORK_S) if serial in at_work else every_s
            if now - self._asked.get(key, float("-inf")) >= wait_s:
                self._asked[key] = now
                due.append(serial)

        def one(serial: str) -> T | None:
            if self._stop.is_set():
                return None
            try:
                return ask(serial, ready[serial])
            except PhoneError:  # its state tells what is wrong with it, at the latest at the next look
                return None

        if not due:
            return {}
        with ThreadPoolExecutor(PARALLEL, "phone watch") as pool:
            answers = zip(due, pool.map(one, due), strict=True)
            return {serial: answer for serial, answer in answers if answer is not None}

    def _battery(self, serial: str, device: Device) -> int | None:
        return battery(self._fleets.server_of(device).transport(device.transport), serial)

    def _facts(self, serial: str, device: Device) -> PhoneFacts:
        packages = self._packages()
        told = vitals(self._fleets.server_of(device).transport(device.transport), serial, list(packages))
        apps = {packages[package]: version for package, version in told.apps.items()}
        address = device.transport if is_address(device.transport) else ""
        return PhoneFacts(told.model, told.android, told.language, told.size, apps, address)

    def _condition(self, serial: str, device: Device) -> PhoneCondition:
        told = condition(self._fleets.server_of(device).transport(device.transport), serial)
        warm, free = told.temperature_c, told.free_mb
        return PhoneCondition(
            temperature_c=round(warm) if warm is not None else None,
            free_mb=free // STEP_MB * STEP_MB if free is not None else None,
            screen=told.screen,
            u2=server_version(told.u2_jar),
        )

    def _packages(self) -> dict[str, str]:
        """The packages of all apps for which there are profiles, with the profile's name."""
        found: dict[str, str] = {}
        for own in ({}, *(campaign.profiles for campaign in self._campaigns())):
            profiles = Profiles.over(own)
            for name in profiles.names:
                with contextlib.suppress(FlowError):  # told where its file is read
                    found |= dict.fromkeys(profiles.load(name).packages, name)
        return found

    def _note(self, seen: Sequence[PhoneSeen]) -> None:
        before = self._ledger.phones.latest()
        for state in self._ledger.phones.note(seen):
            self._tell(state.serial)
            was = before.get(state.serial)
            if was is not None and was.state != state.state:
                is_back = state.state == READY
                values = {"serial": state.serial, "state": state.state, "reason": state.problem}
                self._log.say(
                    "phone is back" if is_back else "phone has gone",
                    "info" if is_back else "warning",
                    **values,
                )


def _seen(serial: str, devices: Sequence[Device]) -> Found:
    """How a phone is among those that adb lists."""
    chosen = choose(serial, devices)
    if isinstance(chosen, Device):
        return Found(PhoneSeen(serial, chosen.state), chosen, chosen)
    own = [device for device in devices if serial in (device.serial, device.transport)]
    if not own:
        # Not the error's words: they name all other phones, and would change with each of them.
        return Found(PhoneSeen(serial, AWAY, problem="adb does not list it"))
    return Found(PhoneSeen(serial, own[0].state, problem=chosen.message), own[0])
