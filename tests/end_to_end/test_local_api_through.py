"""`runner run --backend local_api` through a daemon on virtual phones, whatever ends in the middle of it."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import NEVER, SOON_S, Daemons, campaign_text, soon
from local_api_daemon import PHONES, PREFIX, ApiDaemon, Client
from runner_command import read_until

USERS = ("demo_north", "demo_south", "demo_east")

pytestmark = pytest.mark.phones


@pytest.fixture
def daemon(daemons: Daemons, tmp_path: Path) -> Iterator[ApiDaemon]:
    return ApiDaemon(daemons, tmp_path).start()


@pytest.fixture
def client(tmp_path: Path, daemon: ApiDaemon) -> Iterator[Client]:
    client = Client(tmp_path / "client", daemon.url)
    yield client
    client.close()


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    path = tmp_path / "through.yaml"
    users = {"target_users": [f"@{user}" for user in USERS]}
    path.write_text(campaign_text(*PHONES, at="09:00", name="through", config=users), encoding="utf-8")
    return path


def assert_all_followed_once(daemon: ApiDaemon) -> None:
    assert [daemon.follows(serial) for serial in PHONES] == [dict.fromkeys(USERS, 1)] * 2


def test_a_daemon_that_is_killed_in_mid_run(daemon: ApiDaemon, client: Client, campaign: Path) -> None:
    run = client.start("run", campaign, "--backend", "local_api", "--store", client.store_url)
    said = read_until(run, "follow @demo_north: committed")
    daemon.process.end(signal.SIGKILL)
    daemon.start()
    rest, _ = run.communicate(timeout=120)
    assert run.returncode == 0, said + rest
    assert "6 tasks: 6 completed" in rest
    assert_all_followed_once(daemon)


def test_a_client_that_is_stopped_in_mid_run(daemon: ApiDaemon, client: Client, campaign: Path) -> None:
    run = client.start("run", campaign, "--backend", "local_api", "--store", client.store_url)
    said = read_until(run, "follow @demo_north: started")
    run.send_signal(signal.SIGTERM)
    rest, _ = run.communicate(timeout=60)
    assert run.returncode == 130, said + rest
    run_id = re.search(r"runner run --resume (\S+)", rest)[1]
    again = client("run", "--resume", run_id, "--store", client.store_url)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "6 tasks: 6 completed" in again.stdout
    assert daemon.call("GET", "/task/stats")["total"] == 6
    assert_all_followed_once(daemon)


def test_a_daemon_is_no_client_of_itself(daemons: Daemons, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("RUNNER_API_URL", f"http://127.0.0.1:{port}{PREFIX}")
    campaign = json.loads(campaign_text(*PHONES, at=NEVER)) | {"backend": "local_api"}
    daemons.write(json.dumps(campaign))
    daemon = daemons.start("--port", str(port)).ready()
    campaign["scripts"]["greet"]["start_times"] = soon(SOON_S)
    daemons.write(json.dumps(campaign))
    told = daemon.wait_for("task finished")
    assert "works on this very ledger" in str(told), daemon.said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("min_gp: 0s\n", r"limits.yaml:1:1: error: unknown key `min_gp` \[unknown-key\]\n"),
        (
            "min_gap: 0s\nper_device: {per_day: {post: many}}\n",
            r"limits.yaml:2:30: error: .*\[wrong-type\]\n",
        ),
        (None, r"limits.yaml:1:1: error: the file cannot be read: No such file"),
    ],
)
def test_limits_that_are_wrong(daemons: Daemons, tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "limits.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "runner", "daemon", daemons.campaigns, "--api-limits", "limits.yaml"],
        cwd=tmp_path,
        env=daemons.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert re.match(told, done.stderr), done.stderr
