"""`runner run` while a daemon carries tasks out from the same ledger, and `runner run --at`."""

import json
import re
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NEVER, Daemons, campaign_text, soon
from runner_command import RunnerCommand, read_until

pytestmark = pytest.mark.phones

APP = "com.zhiliaoapp.musically"


@pytest.fixture
def runner(daemons: Daemons) -> Iterator[RunnerCommand]:
    command = RunnerCommand(lambda: daemons.environment)
    yield command
    command.close()


def follows(phone: Any) -> Counter[str]:
    return Counter(follow["user"] for follow in phone.memory(APP)["follows"])


def test_the_daemon_carries_the_run_out_and_the_run_tells_of_it(
    phones: Any, daemons: Daemons, runner: RunnerCommand
) -> None:
    shelf = phones("D1")
    daemons.adb_port = shelf.adb_port
    daemons.write(campaign_text("D1", at=NEVER))
    daemon = daemons.start().ready()
    done = runner("run", daemons.campaigns / "trial.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"which the daemon (process {daemon.process.pid}) carries out: 1 task: 1 pending" in done.stdout
    for words in ("follow @demo_north: started", "follow @demo_north: committed", "completed after"):
        assert words in done.stdout
    assert "1 task: 1 completed" in done.stdout
    report = re.search(r"report: (\S+)", done.stdout)[1]
    assert 'role="img"' in Path(report).read_text(encoding="utf-8")
    assert follows(shelf["D1"]) == {"demo_north": 1}
    status = json.loads(runner("status", "--format", "json").stdout)
    assert (status["daemon"]["pid"], status["devices"]) == (
        daemon.process.pid,
        [{"serial": "D1", "state": "device"}],
    )
    assert daemon.end() == 0


def test_a_daemon_that_dies_is_told_of_and_the_run_resumed(
    phones: Any, daemons: Daemons, runner: RunnerCommand
) -> None:
    shelf = phones("D2")
    daemons.adb_port = shelf.adb_port
    shelf["D2"].post("latency", seconds=0.3)
    daemons.write(campaign_text("D2", at=NEVER))
    daemon = daemons.start().ready()
    process = runner.start("run", daemons.campaigns / "trial.yaml")
    said = read_until(process, "follow @demo_north: started")
    daemon.process.kill()
    rest, _ = process.communicate(timeout=60)
    run_id = re.search(r"run (\S+), which the daemon", said)[1]
    assert process.returncode == 1, rest
    assert f"the daemon has ended; the rest waits for the next one, or: runner run --resume {run_id}" in rest
    shelf["D2"].calm()
    resumed = runner("run", "--resume", run_id)
    assert resumed.returncode == 0, resumed.stdout
    assert follows(shelf["D2"]) == {"demo_north": 1}


def test_an_interrupted_run_leaves_its_tasks_to_the_daemon(
    phones: Any, daemons: Daemons, runner: RunnerCommand
) -> None:
    shelf = phones("D3")
    daemons.adb_port = shelf.adb_port
    shelf["D3"].post("latency", seconds=0.3)
    daemons.write(campaign_text("D3", at=NEVER))
    daemon = daemons.start().ready()
    process = runner.start("run", daemons.campaigns / "trial.yaml")
    read_until(process, "follow @demo_north: started")
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the daemon goes on with the rest" in rest
    shelf["D3"].calm()
    daemon.wait_for("task finished", state="completed")
    assert follows(shelf["D3"]) == {"demo_north": 1}
    assert daemon.end() == 0


def test_a_stopped_task_ends_at_its_next_step(phones: Any, daemons: Daemons, runner: RunnerCommand) -> None:
    shelf = phones("D4")
    daemons.adb_port = shelf.adb_port
    shelf["D4"].post("latency", seconds=0.3)
    daemons.write(campaign_text("D4", at=NEVER))
    daemons.start().ready()
    process = runner.start("run", daemons.campaigns / "trial.yaml")
    read_until(process, "follow @demo_north: started")
    stopped = runner("tasks", "stop", "@demo_north", "--format", "json")
    rest, _ = process.communicate(timeout=60)
    assert "cancelled: stopped on request" in json.loads(stopped.stdout)[0]["answer"]
    assert "1 task: 1 cancelled" in rest
    assert not follows(shelf["D4"])


def test_everything_stops_within_a_step_and_goes_on_when_resumed(
    phones: Any, daemons: Daemons, runner: RunnerCommand
) -> None:
    shelf = phones("D5")
    daemons.adb_port = shelf.adb_port
    shelf["D5"].post("latency", seconds=0.3)
    daemons.write(campaign_text("D5", at=NEVER))
    daemon = daemons.start().ready()
    process = runner.start("run", daemons.campaigns / "trial.yaml")
    read_until(process, "follow @demo_north: started")
    stopped = runner("stop")
    assert "Everything is stopped (1 running task)." in stopped.stdout
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, "1 task: 1 pending" in rest) == (1, True), rest
    why = json.loads(runner("why", "@demo_north", "--format", "json").stdout)["answers"][0]
    assert (why["verdict"], "runner resume" in why["advice"][0]) == ("paused", True)
    shelf["D5"].calm()
    assert runner("resume").stdout == "Everything goes on.\n"
    daemon.wait_for("task finished", state="completed")
    assert follows(shelf["D5"]) == {"demo_north": 1}


def test_a_scheduled_occurrence_is_done_once_by_whoever_is_first(
    phones: Any, daemons: Daemons, runner: RunnerCommand
) -> None:
    shelf = phones("D6")
    daemons.adb_port = shelf.adb_port
    at = soon(25)
    daemons.write(campaign_text("D6", at=at))
    path, minute = daemons.campaigns / "trial.yaml", at
    first = runner("run", path, "--at", minute)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "1 task: 1 completed" in first.stdout
    again = runner("run", path, "--at", minute)
    assert again.returncode == 0
    assert re.search(
        r"it has been done already \(1 task: 1 completed, the last at .*[+-]\d\d:\d\d\)", again.stdout
    )
    daemon = daemons.start().ready()
    instant = datetime.fromisoformat(at)
    daemon.until(lambda: datetime.now(UTC) > instant + timedelta(seconds=2))
    assert follows(shelf["D6"]) == {"demo_north": 1}
    why = json.loads(runner("why", "trial/greet", "--at", minute, "--format", "json").stdout)
    assert [one["verdict"] for one in why["answers"]] == ["ran"]


def test_phones_that_were_added_do_a_scheduled_occurrence_too_and_the_others_not_again(
    phones: Any, daemons: Daemons, runner: RunnerCommand
) -> None:
    shelf = phones("D8", "D9")
    store = f"sqlite:///{daemons.state / 'ledger.db'}"
    daemons.adb_port = shelf.adb_port
    path = daemons.campaigns / "trial.yaml"
    daemons.write(campaign_text("D8", at=NEVER))
    assert runner("run", path, "--at", NEVER).returncode == 0
    daemons.write(campaign_text("D8", "D9", at=NEVER))
    shelf["D9"].post("latency", seconds=0.5)  # slow enough to be stopped before its commit point

    process = runner.start("run", path, "--at", NEVER, "--store", store)
    said = read_until(process, "follow @demo_north: started")
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert "1 of 2 tasks are new; otherwise it has been done already (1 task: 1 completed" in said
    assert (process.returncode, "2 tasks: 1 completed, 1 pending" in rest) == (130, True), rest
    assert f"to go on: runner run {path} --at {NEVER} --store {store}\n" in rest
    shelf["D9"].calm()
    run_id = re.search(r"run (\S+) on", said)[1]
    resumed = runner("run", "--resume", run_id)
    assert (resumed.returncode, "1 task: 1 completed" in resumed.stdout) == (0, True), resumed.stdout
    again = runner("run", path, "--at", NEVER)
    assert "it has been done already (2 tasks: 2 completed" in again.stdout
    assert [follows(shelf[serial]) for serial in ("D8", "D9")] == [{"demo_north": 1}] * 2


def test_a_time_at_which_nothing_is_scheduled_names_the_nearest(
    daemons: Daemons, runner: RunnerCommand
) -> None:
    daemons.write(campaign_text("D7", at=["09:00", "18:00"]))
    done = runner("run", daemons.campaigns / "trial.yaml", "--at", "2027-03-01T12:00")
    assert done.returncode == 2
    assert "no start time of trial falls on 2027-03-01T12:00" in done.stderr
    assert "the nearest are 2027-03-01T09:00[UTC] (greet) and 2027-03-01T18:00[UTC] (greet)" in done.stderr
