"""What people see of hosts that share a ledger: `runner hosts`, `why`, the page and metrics, on a real PostgreSQL."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NEVER, campaign_text
from postgres_server import PostgresServer
from shared_hosts import Hosts

from runner.virtual.process import PhonesProcess

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("many hosts")]


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    """A database, and one phone on the host `left`."""
    phones = PhonesProcess(["SEEN1"])
    phones.start()
    with PostgresServer() as server:
        made = Hosts(tmp_path, server, {"left": phones})
        yield made
        made.close()
    phones.stop()


def seen(hosts: Hosts) -> tuple[int, dict[str, Any]]:
    """The code and the answer of `runner hosts`."""
    done = hosts.command("hosts", "--format", "json", on="left")
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def states(told: dict[str, Any]) -> dict[str, str]:
    return {host["name"]: host["state"] for host in told["hosts"]}


def test_hosts_are_seen_as_they_come_and_go(hosts: Hosts) -> None:
    hosts.on("desk").write(campaign_text("SEEN1", at=NEVER, config={"target_users": ["@seen"]}))
    daemon = hosts.daemon("desk").ready()
    worker = hosts.worker("left")
    worker.wait_for("lanes taken")
    daemon.wait_for("leading")
    code, told = seen(hosts)
    assert (code, states(told), told["leader"]) == (0, {"desk": "leads", "left": "works"}, "desk")
    assert [lane["name"] for lane in told["hosts"][1]["lanes"]] == ["SEEN1"]
    assert told["unseen"] == [] and abs(told["clock_ahead_s"]) < 1
    assert "left" in daemon.get("/hosts")[1]
    assert daemon.metric('runner_host_up{host="left"}') == 1

    worker.end(signal.SIGKILL)
    hosts.until(lambda: states(seen(hosts)[1])["left"] == "died", "nobody saw that the worker has died")
    code, told = seen(hosts)
    assert code == 1 and "host left died at" in told["troubles"][0]["said"]
    why = hosts.command("why", "trial/greet", on="left").stdout
    assert "Now host left, which has SEEN1, died at" in why and "runner worker --name left" in why
    daemon.until(lambda: daemon.metric('runner_host_up{host="left"}') == 0)

    hosts.worker("left").wait_for("lanes taken")
    hosts.until(lambda: seen(hosts)[0] == 0, "the worker is not back")
    assert daemon.end() == 0
    code, told = seen(hosts)
    assert (code, states(told)["desk"]) == (1, "stopped")
    assert told["troubles"][0]["kind"] == "no-leader"
