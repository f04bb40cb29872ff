"""The daemon's look at its phones, on virtual ones: states, battery and what they say of themselves."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runner.clock import SystemClock
from runner.daemon.phone_watch import PhoneWatch
from runner.reports.log_lines import LogLines
from runner.settings import AdbAddress
from runner.store.ledger import Ledger
from runner.store.phone_rows import AWAY

pytestmark = pytest.mark.phones

Watch = Callable[..., PhoneWatch]


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones("WATCH01", "WATCH02")


@pytest.fixture
def ledger(tmp_path: Path, quick_ledgers: None) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", SystemClock()) as opened:
        yield opened


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(said: io.StringIO) -> Iterator[LogLines]:
    with LogLines(said, "json", UTC) as opened:
        yield opened


@pytest.fixture
def told() -> list[str]:
    """The phones of which the watch has told something."""
    return []


@pytest.fixture
def watch(shelf: Any, ledger: Ledger, log: LogLines, told: list[str]) -> Iterator[Watch]:
    """Make a watch that has asked nobody anything yet."""

    def make(
        at_work: tuple[str, ...] = (), port: int = shelf.adb_port, uses: tuple[str, ...] = ()
    ) -> PhoneWatch:
        campaign = SimpleNamespace(phones=uses, profiles={})
        servers = [AdbAddress("127.0.0.1", port)]
        return PhoneWatch(
            ledger, servers, lambda: [campaign], lambda: at_work, told.append, log, threading.Event()
        )

    yield make
    for phone in shelf.by_serial.values():
        phone.calm()


def test_a_phone_says_what_it_is_and_how_it_is(watch: Watch, ledger: Ledger) -> None:
    watch().look()
    state = ledger.phones.latest()["WATCH01"]
    assert (state.state, state.battery, state.problem) == ("device", 87, "")
    row = ledger.phones.get("WATCH01")
    assert row is not None
    assert (row.facts.model, row.facts.android) == ("VirtualPhone", "14")
    assert (row.facts.language, row.facts.size) == ("en-US", (720, 1600))
    assert set(row.facts.apps) == {"tiktok", "instagram"}


def test_a_phone_says_how_warm_and_how_full_it_is(watch: Watch, ledger: Ledger, shelf: Any) -> None:
    watch().look()
    row = ledger.phones.get("WATCH01")
    assert row is not None
    how = row.facts.condition
    assert (how.temperature_c, how.screen, how.problems) == (28, "on", ())
    assert how.free_mb is not None and how.free_mb > 1000
    shelf["WATCH01"].post("battery", level=87, temperature=471)
    shelf["WATCH01"].post("storage", free_mb=412)
    shelf["WATCH01"].post("screen", on=False)
    watch(at_work=("WATCH01",)).look()
    assert ledger.phones.get("WATCH01") == row  # a phone at work is left in peace
    watch().look()
    row = ledger.phones.get("WATCH01")
    assert row is not None
    how = row.facts.condition
    assert (how.temperature_c, how.free_mb, how.screen) == (47, 400, "off")
    assert how.problems == ("400 MB are free", "the battery has 47 °C")
    assert row.facts.model == "VirtualPhone"
    shelf["WATCH01"].post("reset")
    shelf.wait_for_states("WATCH01", "device")


def test_a_battery_that_runs_down_is_written_and_an_equal_look_writes_nothing(
    watch: Watch, ledger: Ledger, shelf: Any, told: list[str]
) -> None:
    watch().look()
    assert sorted(told) == ["WATCH01", "WATCH02"]
    ledger.changed()
    watch().look()
    assert not ledger.changed() and len(told) == 2
    shelf["WATCH01"].post("battery", level=20, charging=False)
    watch().look()
    assert [one.battery for one in ledger.phones.latest().values()] == [20, 87]
    shelf["WATCH01"].post("battery", level=87, charging=True)


def test_a_phone_that_goes_and_comes_back_has_a_history(
    watch: Watch, ledger: Ledger, shelf: Any, log: LogLines, said: io.StringIO
) -> None:
    one = watch()
    one.look()
    phone = shelf["WATCH01"]
    phone.post("unplug")
    one.look()
    assert ledger.phones.latest()["WATCH01"].state == AWAY
    assert ledger.phones.latest()["WATCH02"].state == "device"
    shelf.wait_for_states("WATCH01", "device", action=lambda: phone.post("online"))
    one.look()
    history = ledger.phones.history("WATCH01", SystemClock().now().replace(year=2000), SystemClock().now())
    assert [(state.state, state.problem) for state in history] == [
        ("device", ""),
        (AWAY, "adb does not list it"),
        ("device", ""),
    ]
    log.flush()
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [(line["event"], line["serial"], line["state"]) for line in lines] == [
        ("phone has gone", "WATCH01", AWAY),
        ("phone is back", "WATCH01", "device"),
    ]


def test_a_phone_that_is_offline_or_not_allowed_says_so(watch: Watch, ledger: Ledger, shelf: Any) -> None:
    one = watch()
    one.look()
    shelf.wait_for_states("WATCH02", "unauthorized", action=lambda: shelf["WATCH02"].post("unauthorized"))
    one.look()
    state = ledger.phones.latest()["WATCH02"]
    assert state.state == "unauthorized" and "unauthorized" in state.problem


def test_a_phone_at_work_is_not_asked_what_it_is(watch: Watch, ledger: Ledger) -> None:
    watch(at_work=("WATCH01",)).look()
    at_work, resting = ledger.phones.all()
    assert at_work.seen_utc is None and resting.seen_utc is not None
    assert ledger.phones.latest()["WATCH01"].battery == 87


def test_without_an_adb_server_every_phone_is_away_and_none_is_started(watch: Watch, ledger: Ledger) -> None:
    watch().look()
    watch(port=1).look()
    states = ledger.phones.latest().values()
    assert {state.state for state in states} == {AWAY} and all("adb server" in one.problem for one in states)


def test_a_phone_of_a_campaign_that_adb_has_lost_is_connected_again(
    watch: Watch, ledger: Ledger, shelf: Any
) -> None:
    phone = shelf["WATCH01"]
    watch().look()  # from now on the ledger knows the address, whoever asks next

    def forget() -> None:
        assert "disconnected" in shelf.adb("disconnect", phone.address).stdout

    forget()
    watch(uses=("WATCH02",)).look()
    assert phone.address not in shelf.adb("devices").stdout
    ledger.holds.place("WATCH01", "it is being repaired")
    watch(uses=("WATCH01",)).look()
    assert phone.address not in shelf.adb("devices").stdout
    ledger.holds.release("WATCH01")
    one = watch(uses=("WATCH01",))
    one.look()
    assert ledger.phones.latest()["WATCH01"].state == AWAY
    shelf.wait_for_states("WATCH01", "device")
    one.look()
    assert ledger.phones.latest()["WATCH01"].state == "device"
    forget()
    one.look()
    shelf.wait_for_states("WATCH01", "device")
