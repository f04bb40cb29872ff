"""`runner daemon --virtual`: phones of its own, which remember over restarts."""

import json
import signal
import subprocess
import sys
from typing import Any

import psutil
import pytest
from daemon_process import NEVER, PATIENCE_S, SOON_S, Daemons, campaign_text, soon

APP = "com.zhiliaoapp.musically"

pytestmark = pytest.mark.phones


def remembered(daemons: Daemons, serial: str) -> list[str]:
    """Whom a phone remembers to have followed, by the file that it keeps."""
    path = daemons.state / "rehearsals" / "daemon" / "phones" / f"{serial}.json"
    memory: Any = json.loads(path.read_text())["apps"].get(APP, {})
    return [follow["user"] for follow in memory.get("follows", [])]


def test_phones_remember_over_a_kill_and_join_when_a_file_names_them(daemons: Daemons) -> None:
    daemons.write(campaign_text("DECLARED1", at=NEVER))
    daemon = daemons.start("--virtual", "--phones", "1").ready()
    assert daemon.wait_for("virtual phones")["serials"] == ["DECLARED1", "VIRTUAL01"]
    daemons.write(campaign_text("DECLARED1", "ADDED2", at=soon(SOON_S)))
    daemon.wait_for("effect settled", state="committed")
    assert daemon.end(signal.SIGKILL) == -signal.SIGKILL

    again = daemons.start("--virtual").ready()
    assert again.wait_for("virtual phones")["serials"] == ["DECLARED1", "ADDED2"]
    again.until(lambda: again.metric('runner_tasks{state="completed"}') == 2)
    assert again.metric('runner_devices{state="device"}') == 2
    assert again.end() == 0
    assert [remembered(daemons, serial) for serial in ("DECLARED1", "ADDED2")] == [["demo_north"]] * 2
    assert not (daemons.state / "ledger.db").exists()


def test_phones_that_die_are_started_anew_with_their_memories(daemons: Daemons) -> None:
    daemons.write(campaign_text("A1", at=NEVER))
    daemon = daemons.start("--virtual", "--verbose").ready()

    def told() -> Any:
        command = [sys.executable, "-m", "runner", "status", "--format", "json"]
        return json.loads(
            subprocess.run(command, env=daemons.environment, capture_output=True, check=True).stdout
        )

    assert (told()["devices"], told()["daemon"]["url"]) == ([{"serial": "A1", "state": "device"}], daemon.url)
    (phones,) = psutil.Process(daemon.process.pid).children()
    for number in range(2):
        daemons.write(campaign_text("A1", at=soon(SOON_S)))
        daemon.wait_for("task finished", len(daemon.lines), state="completed")
        if not number:
            phones.kill()
            daemon.until(lambda: phones.status() == psutil.STATUS_ZOMBIE)
    assert daemon.wait_for("virtual phones had died")["level"] == "warning"
    assert daemon.wait_for("step started")["level"] == "debug"
    last = [line for line in daemon.lines if line["event"] == "task finished"][-1]
    assert last["reason"] == "already following @demo_north"
    assert told()["devices"] == [{"serial": "A1", "state": "device"}]
    assert daemon.end() == 0


def test_its_adb_server_that_is_killed_is_started_again(daemons: Daemons) -> None:
    daemons.write(campaign_text("A1", at=NEVER))
    daemon = daemons.start("--virtual").ready()
    for number in range(2):
        (phones,) = psutil.Process(daemon.process.pid).children()
        (server,) = phones.children()
        server.kill()
        server.wait(PATIENCE_S)
        since = len(daemon.lines)
        daemons.write(campaign_text("A1", at=soon(SOON_S)))
        ended = daemon.wait_for("task finished", since, state="completed")
        assert (ended.get("reason") == "already following @demo_north") == bool(number)
    assert daemon.metric('runner_devices{state="device"}') == 1
    assert daemon.end() == 0


@pytest.mark.parametrize("phones", [["--virtual"], []])
def test_a_folder_without_campaigns_is_refused(daemons: Daemons, phones: list[str]) -> None:
    daemon = daemons.start(*phones)
    assert daemon.wait() == 1, daemon.said
    assert not daemon.lines, "something was started"
    assert str(daemons.campaigns) in daemon.said


def test_without_campaign_files_what_was_in_force_ends_and_the_daemon_is_ready(daemons: Daemons) -> None:
    daemons.write(campaign_text("A1", at=NEVER))
    assert daemons.start("--virtual").ready().end() == 0
    alone = daemons.start("--virtual", api_only=True).ready()
    assert alone.wait_for("campaign changed")["what"] == "withdrawn"
    assert alone.get("/readyz") == (200, '{"status":"ok"}')
    assert alone.end() == 0
