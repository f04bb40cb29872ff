"""`runner run` while a daemon carries tasks out from the same ledger, and `runner run --at`."""

import json
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NEVER, Daemons, campaign_text, soon

pytestmark = pytest.mark.phones

APP = "com.zhiliaoapp.musically"


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    made = Daemons(tmp_path)
    yield made
    made.close()


def command(daemons: Daemons, *words: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "runner", *map(str, words)],
        env=daemons.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def start_run(daemons: Daemons, *words: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "runner", "run", *map(str, words)],
        env=daemons.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: "subprocess.Popen[str]", pattern: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if re.search(pattern, line):
            return said
    raise AssertionError(f"the run ended before it said {pattern!r}:\n{said}")


def follows(phone: Any) -> Counter[str]:
    return Counter(follow["user"] for follow in phone.memory(APP)["follows"])


def test_the_daemon_carries_the_run_out_and_the_run_tells_of_it(phones: Any, daemons: Daemons) -> None:
    shelf = phones("D1")
    daemons.adb_port = shelf.adb_port
    daemons.write(campaign_text("D1", at=NEVER))
    daemon = daemons.start().ready()
    done = command(daemons, "run", daemons.campaigns / "trial.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"which the daemon (process {daemon.process.pid}) carries out: 1 task: 1 pending" in done.stdout
    for words in ("follow @demo_north: started", "follow @demo_north: committed", "completed after"):
        assert words in done.stdout
    assert "1 task: 1 completed" in done.stdout
    report = re.search(r"report: (\S+)", done.stdout)[1]
    assert 'role="img"' in Path(report).read_text(encoding="utf-8")
    assert follows(shelf["D1"]) == {"demo_north": 1}
    status = json.loads(command(daemons, "status", "--format", "json").stdout)
    assert (status["daemon"]["pid"], status["devices"]) == (
        daemon.process.pid,
        [{"serial": "D1", "state": "device"}],
    )
    assert daemon.end() == 0


def test_a_daemon_that_dies_is_told_of_and_the_run_resumed(phones: Any, daemons: Daemons) -> None:
    shelf = phones("D2")
    daemons.adb_port = shelf.adb_port
    shelf["D2"].post("latency", seconds=0.3)
    daemons.write(campaign_text("D2", at=NEVER))
    daemon = daemons.start().ready()
    process = start_run(daemons, daemons.campaigns / "trial.yaml")
    said = read_until(process, "follow @demo_north: started")
    daemon.process.kill()
    rest, _ = process.communicate(timeout=60)
    run_id = re.search(r"run (\S+), which the daemon", said)[1]
    assert process.returncode == 1, rest
    assert f"the daemon has ended; the rest waits for the next one, or: runner run --resume {run_id}" in rest
    shelf["D2"].calm()
    resumed = command(daemons, "run", "--resume", run_id)
    assert resumed.returncode == 0, resumed.stdout
    assert follows(shelf["D2"]) == {"demo_north": 1}


def test_an_interrupted_run_leaves_its_tasks_to_the_daemon(phones: Any, daemons: Daemons) -> None:
    shelf = phones("D3")
    daemons.adb_port = shelf.adb_port
    shelf["D3"].post("latency", seconds=0.3)
    daemons.write(campaign_text("D3", at=NEVER))
    daemon = daemons.start().ready()
    process = start_run(daemons, daemons.campaigns / "trial.yaml")
    read_until(process, "follow @demo_north: started")
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the daemon goes on with the rest" in rest
    shelf["D3"].calm()
    daemon.wait_for("task finished", state="completed")
    assert follows(shelf["D3"]) == {"demo_north": 1}
    assert daemon.end() == 0


def test_a_stopped_task_ends_at_its_next_step(phones: Any, daemons: Daemons) -> None:
    shelf = phones("D4")
    daemons.adb_port = shelf.adb_port
    shelf["D4"].post("latency", seconds=0.3)
    daemons.write(campaign_text("D4", at=NEVER))
    daemons.start().ready()
    process = start_run(daemons, daemons.campaigns / "trial.yaml")
    read_until(process, "follow @demo_north: started")
    stopped = command(daemons, "tasks", "stop", "@demo_north", "--format", "json")
    rest, _ = process.communicate(timeout=60)
    assert "cancelled: stopped on request" in json.loads(stopped.stdout)[0]["answer"]
    assert "1 task: 1 cancelled" in rest
    assert not follows(shelf["D4"])


def test_everything_stops_within_a_step_and_goes_on_when_resumed(phones: Any, daemons: Daemons) -> None:
    shelf = phones("D5")
    daemons.adb_port = shelf.adb_port
    shelf["D5"].post("latency", seconds=0.3)
    daemons.write(campaign_text("D5", at=NEVER))
    daemon = daemons.start().ready()
    process = start_run(daemons, daemons.campaigns / "trial.yaml")
    read_until(process, "follow @demo_north: started")
    stopped = command(daemons, "stop")
    assert "Everything is stopped (1 running task)." in stopped.stdout
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, "1 task: 1 pending" in rest) == (1, True), rest
    why = json.loads(command(daemons, "why", "@demo_north", "--format", "json").stdout)["answers"][0]
    assert (why["verdict"], "runner resume" in why["advice"][0]) == ("paused", True)
    shelf["D5"].calm()
    assert command(daemons, "resume").stdout == "Everything goes on.\n"
    daemon.wait_for("task finished", state="completed")
    assert follows(shelf["D5"]) == {"demo_north": 1}


def test_a_scheduled_occurrence_is_done_once_by_whoever_is_first(phones: Any, daemons: Daemons) -> None:
    shelf = phones("D6")
    daemons.adb_port = shelf.adb_port
    at = soon(25)
    daemons.write(campaign_text("D6", at=at))
    path, minute = daemons.campaigns / "trial.yaml", at
    first = command(daemons, "run", path, "--at", minute)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "1 task: 1 completed" in first.stdout
    again = command(daemons, "run", path, "--at", minute)
    assert again.returncode == 0
    assert re.search(r"it has been done already \(1 task: 1 completed, the last at .*\)", again.stdout)
    daemon = daemons.start().ready()
    instant = datetime.fromisoformat(at)
    daemon.until(lambda: datetime.now(UTC) > instant + timedelta(seconds=2))
    assert follows(shelf["D6"]) == {"demo_north": 1}
    why = json.loads(command(daemons, "why", "trial/greet", "--at", minute, "--format", "json").stdout)
    assert [one["verdict"] for one in why["answers"]] == ["ran"]


def test_a_time_at_which_nothing_is_scheduled_names_the_nearest(daemons: Daemons) -> None:
    daemons.write(campaign_text("D7", at=["09:00", "18:00"]))
    done = command(daemons, "run", daemons.campaigns / "trial.yaml", "--at", "2027-03-01T12:00")
    assert done.returncode == 2
    assert "no start time of trial falls on 2027-03-01T12:00" in done.stderr
    assert "the nearest are 2027-03-01T09:00[UTC] (greet) and 2027-03-01T18:00[UTC] (greet)" in done.stderr
