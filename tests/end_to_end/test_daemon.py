"""`runner daemon` on virtual phones over a real adb server. The phones' memories are the truth."""

import json
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import DEVNULL
from typing import Any
from urllib.request import urlopen

import psutil
import pytest
from daemon_process import NEVER, SOON_S, DaemonProcess, Daemons, campaign_text, soon
from until import until

from runner.clock import SystemClock
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseScope
from runner.tasks import TaskState
from runner.virtual.adbserver import find_adb
from runner.virtual.process import PhonesProcess

APP = "com.zhiliaoapp.musically"
pytestmark = pytest.mark.phones


def follows(phone: Any) -> Counter[str]:
    return Counter(follow["user"] for follow in phone.memory(APP)["follows"])


def test_a_start_time_runs_once_and_not_before(phones: Any, daemons: Daemons) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    daemons.write(campaign_text("A1", at=NEVER))
    daemon = daemons.start().ready()
    assert daemon.wait_for("campaign in force")["campaign"] == "trial"
    assert daemon.wait_for("ready")["next_start"] == "2099-01-01T00:00:00Z"
    daemons.write(campaign_text("A1", at=soon(SOON_S)))
    assert [daemon.get(path)[0] for path in ("/healthz", "/readyz")] == [200, 200]
    started = daemon.wait_for("task started")
    assert started["late_s"] >= 0, daemon.said
    ended = daemon.wait_for("task finished")
    assert (ended["state"], ended["task"]) == ("completed", started["task"])
    assert follows(shelf["A1"]) == {"demo_north": 1}
    daemon.until(lambda: daemon.metric('runner_tasks{state="completed"}') == 1)
    assert daemon.metric("runner_lateness_seconds_count") == 1
    assert daemon.metric('runner_effects_total{kind="follow",state="committed"}') == 1
    assert daemon.metric('runner_devices{state="device"}') == 1
    assert daemon.metric("runner_ledger_write_seconds_count") > 3
    assert daemon.end() == 0
    assert daemon.lines[-1]["event"] == "stopped"
    assert daemon.plain == []

    again = daemons.start().ready()
    assert again.end() == 0
    assert "task started" not in [line["event"] for line in again.lines]
    assert follows(shelf["A1"]) == {"demo_north": 1}


def test_a_log_that_nobody_reads_holds_nothing_up(phones: Any, daemons: Daemons) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    users = [f"@demo_{n}" for n in range(6)]
    daemons.write(campaign_text("A1", at=NEVER))
    daemon = daemons.start("--verbose").ready()
    daemon.unread()
    daemons.write(campaign_text("A1", at=soon(SOON_S), config={"target_users": users}))
    daemon.until(lambda: daemon.metric('runner_tasks{state="completed"}') == len(users))

    def troubles() -> list[str]:
        status, body = daemon.get("/healthz")
        assert status == 200, body
        return json.loads(body).get("remarks", [])

    daemon.until(lambda: any("the log's reader has taken nothing for" in told for told in troubles()))
    assert daemon.metric("runner_log_lines_dropped_total") == 0
    daemon.is_read.set()
    assert daemon.end() == 0
    ended = [line for line in daemon.lines if line["event"] == "task finished"]
    assert (len(ended), follows(shelf["A1"]).total(), troubles_of(daemon)) == (len(users), len(users), [])


def troubles_of(daemon: DaemonProcess) -> list[str]:
    return [line["event"] for line in daemon.lines if line["level"] == "error"]


def test_a_change_takes_effect_and_a_wrong_one_does_no_harm(phones: Any, daemons: Daemons) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    daemons.write(campaign_text("A1", at=NEVER))
    daemon = daemons.start().ready()

    daemons.write(campaign_text("A1", at=[NEVER, soon(8)]))
    moved = daemon.wait_for("campaign changed", what="moved")
    assert (moved["campaign"], moved["entry"]) == ("trial", "greet")

    seen = len(daemon.lines)
    daemons.write(campaign_text("A1", at="25:00"))
    invalid = daemon.wait_for("campaign changed", seen, what="invalid")
    assert (invalid["campaign"], invalid["level"]) == ("trial", "error")
    assert daemon.metric('runner_campaign_invalid{campaign="trial"}') == 1
    assert daemon.get("/readyz")[0] == 200
    assert daemon.wait_for("task finished")["state"] == "completed"
    assert follows(shelf["A1"]) == {"demo_north": 1}
    assert daemon.end() == 0

    again = daemons.start().ready()
    assert again.wait_for("campaign in force")["campaign"] == "trial"
    assert again.metric('runner_campaign_invalid{campaign="trial"}') == 1
    seen = len(again.lines)
    daemons.write(campaign_text("A1", at=NEVER))
    again.wait_for("campaign changed", seen, what="mended")
    assert again.metric('runner_campaign_invalid{campaign="trial"}') == 0
    assert again.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_cut_short_is_finished_by_the_next_one_once(
    phones: Any, daemons: Daemons, number: signal.Signals
) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    shelf["A1"].post("latency", seconds=0.1)
    daemon = daemons.start_soon("A1", config={"target_users": ["@demo_north", "@demo_south"]})
    if number == signal.SIGTERM:
        daemon.wait_for("step finished", ordinal=2)
    else:
        daemon.wait_for("effect settled", state="committed")
    assert daemon.end(number) == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    shelf["A1"].calm()
    with Ledger.open(daemons.store_url, SystemClock()) as ledger:
        states = [row.state for row in ledger.tasks.all()]
    left = TaskState.PENDING if number == signal.SIGTERM else TaskState.RUNNING
    assert states == [left, TaskState.PENDING]

    again = daemons.start().ready()
    again.until(lambda: again.metric('runner_tasks{state="completed"}') == 2)
    assert again.end() == 0
    assert follows(shelf["A1"]) == {"demo_north": 1, "demo_south": 1}


def test_a_second_signal_ends_at_once(phones: Any, daemons: Daemons) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    shelf["A1"].fault("dumpWindowHierarchy", "delay", seconds=300, times=1)
    daemon = daemons.start_soon("A1")
    daemon.wait_for("task started")
    daemon.process.send_signal(signal.SIGINT)
    daemon.wait_for("stopping")
    status, answer = daemon.get("/readyz")
    assert (status, json.loads(answer)["reasons"]) == (503, ["the daemon is stopping"])
    assert daemon.end(signal.SIGINT) == 130  # long before the phone answers
    shelf["A1"].calm()


def test_a_step_that_does_not_end_is_left_behind(phones: Any, daemons: Daemons) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    # The first call of a task, and of nobody else.
    shelf["A1"].fault("isScreenOn", "delay", seconds=300, times=1)
    daemon = daemons.start_soon("A1", options=["--drain-grace", "500ms"])
    daemon.until(lambda: not shelf["A1"].state()["faults"])  # the call has begun
    assert daemon.end() == 0  # long before the phone answers
    assert daemon.wait_for("steps that did not end are left behind")["running"]
    shelf["A1"].calm()
    again = daemons.start().ready()
    again.wait_for("task finished", state="completed")
    assert again.end() == 0
    assert follows(shelf["A1"]) == {"demo_north": 1}


def test_one_daemon_a_ledger_and_one_program_a_port(daemons: Daemons) -> None:
    daemons.write(campaign_text("A1", at=NEVER))
    first = daemons.start().ready()
    first.process.send_signal(signal.SIGHUP)
    first.wait_for("asked to read the files again")
    second = daemons.start()
    assert second.wait() == 1
    assert f"process {first.process.pid}" in second.plain[0]
    assert second.lines == []

    waiting = daemons.start("--wait")
    assert f"process {first.process.pid}" in waiting.wait_for("waiting for the ledger")["reason"]
    port = first.url.rpartition(":")[2]
    elsewhere = f"sqlite:///{daemons.state / 'other.db'}"
    third = daemons.start("--store", elsewhere, "--port", port)
    assert third.wait() == 1
    assert f"process {first.process.pid} (" in third.plain[0] and "--port" in third.plain[1]
    assert not (daemons.state / "other.db").exists()

    assert first.end() == 0
    assert waiting.ready().end() == 0


def test_a_pause_keeps_tasks_until_it_ends(phones: Any, daemons: Daemons) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    daemon = daemons.start_soon("A1")
    with Ledger.open(daemons.store_url, SystemClock()) as ledger:
        ledger.pauses.begin(PauseScope.CAMPAIGN, "trial", "anna@shelf")
        daemon.wait_for("occurrence decided", state="started")

        def held() -> bool:
            return any(
                "paused since" in row.reason and "anna@shelf" in row.reason for row in ledger.tasks.all()
            )

        daemon.until(held)
        assert not follows(shelf["A1"])
        assert ledger.pauses.end(PauseScope.CAMPAIGN, "trial") == 1
    assert daemon.wait_for("task finished")["state"] == "completed"
    assert daemon.end() == 0


def _listen(port: int) -> socket.socket:
    """On a port whose last owner is about to end: a process of many threads ends a moment after it was killed."""
    while True:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            time.sleep(0.01)


@pytest.fixture
def adb_server_again(tmp_path: Path) -> Iterator[Callable[[PhonesProcess], None]]:
    """Kill the adb server of virtual phones, and start another one on its port, which knows no phone."""
    started: list[subprocess.Popen[bytes]] = []

    def restart(process: PhonesProcess) -> None:
        host = psutil.Process(process.pid)
        (server,) = host.children()
        host.suspend()  # else it starts its own adb server again, which knows the phones
        until(lambda: host.status() == psutil.STATUS_STOPPED)
        server.kill()
        with _listen(process.adb_server_port) as listening:
            host.resume()
            command = [find_adb(), "-L", f"acceptfd:{listening.fileno()}", "server", "nodaemon"]
            alone = dict.fromkeys(("ADB_USB", "ADB_EMU", "ADB_MDNS"), "0") | {"HOME": str(tmp_path)}
            environment = os.environ | alone
            started.append(
                subprocess.Popen(
                    command, env=environment, stdout=DEVNULL, stderr=DEVNULL, pass_fds=[listening.fileno()]
                )
            )

    yield restart
    for server in started:
        server.terminate()
        server.wait()


def test_work_goes_on_after_the_adb_server_was_started_anew(
    daemons: Daemons, adb_server_again: Callable[[PhonesProcess], None]
) -> None:
    with PhonesProcess(["A1"]) as process:
        daemons.adb_port = process.adb_server_port
        daemon = daemons.start_soon("A1")
        daemon.wait_for("task finished", state="completed")
        adb_server_again(process)
        assert daemon.metric("runner_lanes_running") == 0
        seen = len(daemon.lines)
        daemons.write(campaign_text("A1", at=soon(SOON_S), config={"target_users": ["@demo_south"]}))
        daemon.wait_for("task finished", seen, state="completed")
        with urlopen(f"{process.phones[0].control}/memory", timeout=10) as answer:
            made = json.load(answer)["apps"][APP]["follows"]
        assert [follow["user"] for follow in made] == ["demo_north", "demo_south"]
        assert daemon.end() == 0
