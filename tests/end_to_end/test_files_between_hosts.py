"""What a daemon plans is posted by the worker of another host, which has none of its files."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from daemon_process import NEVER, SOON_S, DaemonProcess, campaign_text, of_its_own, soon
from postgres_server import PostgresServer
from shared_hosts import APP, Hosts

from runner.reasons import ReasonKind
from runner.virtual.process import PhonesProcess

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("many hosts")]

VIDEO = b"\0\0\0\x18ftypmp42" + b"files between hosts" * 50_000
WITHOUT = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs "$0" && exec "$@"')
"""Run a command for which a folder is empty."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def hosts(tmp_path: Path, server: PostgresServer) -> Iterator[Hosts]:
    if os.geteuid() != 0 or subprocess.run([*WITHOUT, str(tmp_path), "true"], check=False).returncode:
        pytest.skip("only root may hide a folder")
    phones = PhonesProcess(["POST1"])
    phones.start()
    hosts = Hosts(tmp_path, server, {"shelf": phones})
    yield hosts
    hosts.close()
    phones.stop()


def posts(hosts: Hosts) -> list[Any]:
    (phone,) = hosts.phones["shelf"].phones
    with urlopen(f"{phone.control}/memory", timeout=30) as answer:
        made: list[Any] = json.load(answer)["apps"].get(APP, {}).get("posts", [])
    return made


def worker_without_files(hosts: Hosts) -> DaemonProcess:
    daemons = hosts.on("shelf")
    daemons.variables["RUNNER_STORE"] = hosts.store
    daemons.adb_port = hosts.phones["shelf"].adb_server_port
    command = [sys.executable, "-m", "runner", "worker", "--name", "shelf", "--verbose"]
    hidden = [*WITHOUT, str(hosts.folder / "desk")]
    worker = DaemonProcess(of_its_own([*hidden, *command], daemons.environment))
    daemons.started.append(worker)
    return worker


def plan(hosts: Hosts, at: str, video: Path) -> None:
    config = {"material_list": [str(video)], "captions": "from afar #demo"}
    hosts.on("desk").write(campaign_text("POST1", at=at, script="post", config=config))


def test_a_worker_posts_what_lies_on_the_host_that_leads(hosts: Hosts) -> None:
    video = hosts.on("desk").campaigns / "launch.mp4"
    video.write_bytes(VIDEO)
    plan(hosts, NEVER, video)
    daemon = hosts.daemon("desk").ready()
    worker = worker_without_files(hosts)
    worker.wait_for("lanes taken")
    plan(hosts, soon(SOON_S), video)
    worker.wait_for("task finished", state="completed")
    (made,) = posts(hosts)
    sha256 = hashlib.sha256(VIDEO).hexdigest()
    assert [media["sha256"] for media in made["media"]] == [sha256]
    assert (hosts.on("shelf").state / "material" / sha256 / "launch.mp4").read_bytes() == VIDEO
    assert daemon.end() == 0 and worker.end() == 0


def test_a_task_waits_while_nobody_has_its_file_and_says_whom_its_host_asked(hosts: Hosts) -> None:
    video = hosts.on("desk").campaigns / "launch.mp4"
    video.write_bytes(VIDEO)
    plan(hosts, NEVER, video)
    daemon = hosts.daemon("desk").ready()
    plan(hosts, soon(SOON_S), video)
    daemon.wait_for("occurrence decided", state="started")
    assert daemon.end() == 0
    worker = worker_without_files(hosts)
    worker.wait_for("lanes taken")

    def waits() -> bool:
        return any(row.reason_kind is ReasonKind.MATERIAL_AWAY for row in hosts.ledger.tasks.pending())

    hosts.until(waits, "the task does not say that it waits for its file")
    (row,) = hosts.ledger.tasks.pending()
    assert f"host shelf asked for {video} (SHA-256 " in row.reason
    assert "could not get it: no daemon says where it serves" in row.reason
    assert posts(hosts) == []
    again = hosts.daemon("desk").ready()
    worker.wait_for("task finished", state="completed")
    assert len(posts(hosts)) == 1
    assert again.end() == 0 and worker.end() == 0
