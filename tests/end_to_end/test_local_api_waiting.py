"""Who waits for a server is told why: the examples of docs/local-api.md, and `runner run --backend local_api`."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import Daemons
from local_api_daemon import ApiDaemon, Client
from runner_command import read_until

PAGE = Path(__file__).parents[2] / "docs" / "local-api.md"
CAMPAIGN = """\
version: 1
name: greetings
timezone: UTC
devices: {shelf: [VIRTUAL01]}
limits: {min_gap: 0s}
scripts:
  greet:
    script: follow
    config: {target_users: ["@demo_north", "@demo_south"]}
    devices: shelf
"""
WHY = r"pending.*the last effect on \S+ was at .*; next at "

pytestmark = pytest.mark.phones


@pytest.fixture
def slow(daemons: Daemons, tmp_path: Path) -> ApiDaemon:
    """A daemon that leaves an hour between two effects."""
    daemon = ApiDaemon(daemons, tmp_path)
    (daemons.campaigns.parent / "limits.yaml").write_text("min_gap: 1h\n", encoding="utf-8")
    return daemon.start()


@pytest.fixture
def client(slow: ApiDaemon, tmp_path: Path) -> Iterator[Client]:
    client = Client(tmp_path, slow.url)
    yield client
    client.close()


def test_a_run_through_a_server_shows_why_its_tasks_wait(client: Client, tmp_path: Path) -> None:
    campaign = tmp_path / "greetings.yaml"
    campaign.write_text(CAMPAIGN, encoding="utf-8")
    run = client.start("run", campaign, "--backend", "local_api", "--store", client.store_url)
    said = read_until(run, WHY)
    assert "VIRTUAL01  follow @demo_south: pending on the server: " in said.splitlines()[-1]
    run.send_signal(signal.SIGINT)
    assert run.wait(60) == 130


def test_an_example_says_what_it_waits_for(slow: ApiDaemon) -> None:
    text = dict(
        re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    )
    example = text["python"].replace("http://127.0.0.1:50809", slow.url)
    process = subprocess.Popen([sys.executable, "-c", example], stdout=subprocess.PIPE, text=True)
    try:
        said = read_until(process, WHY)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert "completed" in said
