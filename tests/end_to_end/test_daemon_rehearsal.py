"""`runner daemon --virtual`: phones of its own, which remember over restarts."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NEVER, SOON_S, Daemons, campaign_text, soon

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


def test_a_folder_without_campaigns_is_refused(daemons: Daemons, tmp_path: Path) -> None:
    daemon = daemons.start()
    assert daemon.wait() == 1, daemon.said
    assert str(daemons.campaigns) in daemon.said
