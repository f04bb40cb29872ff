"""The Local API's calls, and `runner api`, while a daemon carries tasks out on virtual phones."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from daemon_process import NEVER, campaign_text
from local_api_daemon import FOLLOW, PHONES, POST, VIDEO, ApiDaemon, Client

pytestmark = pytest.mark.phones


@pytest.fixture
def client(tmp_path: Path, daemon: ApiDaemon) -> Client:
    return Client(tmp_path / "client", daemon.url)


def running(daemon: ApiDaemon, serial: str) -> int:
    """A post that has begun on a phone of its own, so slow that it is stopped before its commit point."""
    daemon.control("", serial=serial)
    daemon.control(f"{serial}/latency", seconds=0.5)
    (task_id,) = daemon.make(POST, serials=[serial])
    daemon.wait_for(task_id, lambda task: task["status"] == 1)
    return task_id


def test_check_tells_what_the_server_can_do_and_campaigns_need(daemon: ApiDaemon, client: Client) -> None:
    daemon.daemons.write(campaign_text(*PHONES, at=NEVER))
    told = json.loads(client("api", "check", daemon.daemons.campaigns, "--format", "json").stdout)
    assert (told["plan_name"], told["api_enabled"]) == ("Local", True)
    assert told["device_limit"] == daemon.process.metric('runner_devices{state="device"}') >= 2
    assert 0 < told["latency_ms"] < 5000
    text = client("api", "check").stdout
    assert "plan         Local" in text
    assert f"at most {told['device_limit']} at a time" in text


def test_a_running_task_stops_at_its_next_step(daemon: ApiDaemon, client: Client) -> None:
    task_id = running(daemon, "STOP1")
    assert client("api", "stop", str(task_id)).stdout == f"task {task_id} stopped\n"
    assert daemon.ended(task_id)["message"] == "cancelled: stopped on request"
    assert daemon.captions("STOP1") == []
    refused = client("api", "stop", str(task_id))
    assert (refused.returncode, "is not running: it is cancelled" in refused.stderr) == (1, True)


def test_a_stopped_task_that_did_nothing_is_tried_again(daemon: ApiDaemon, client: Client) -> None:
    task_id = running(daemon, "RETRY1")
    daemon.call("POST", f"/task/{task_id}/stop")
    daemon.ended(task_id)
    daemon.control("RETRY1/latency", seconds=0)
    assert client("api", "retry", str(task_id)).stdout == f"task {task_id} will be tried again\n"
    task = daemon.wait_for(task_id, lambda task: task["status"] == 2)
    assert task["retry_count"] == 1
    assert daemon.captions("RETRY1") == ["Hello"]
    refused = client("api", "retry", str(task_id))
    assert (refused.returncode, "40001" in refused.stderr) == (1, True)
    assert daemon.captions("RETRY1") == ["Hello"]


def test_a_running_task_is_stopped_and_deleted(daemon: ApiDaemon, client: Client) -> None:
    task_id = running(daemon, "DELETE1")
    assert client("api", "delete", str(task_id)).stdout == f"task {task_id} deleted\n"
    assert daemon.send("GET", f"/task/{task_id}")[0] == 404
    assert daemon.captions("DELETE1") == []


def test_a_batch_is_deleted_with_its_running_task(daemon: ApiDaemon) -> None:
    runs = running(daemon, "BATCH1")
    (waits,) = daemon.make(FOLLOW, serials=["BATCH1"])
    gone = daemon.call("DELETE", "/task/batch", {"task_ids": [waits, 10**6, runs]})
    assert gone == {"deleted": [waits, runs], "not_found": [10**6]}
    assert daemon.captions("BATCH1") == []
    assert not daemon.follows("BATCH1")


def test_a_start_time_is_of_the_fleets_zone(daemon: ApiDaemon) -> None:
    at = (datetime.now(UTC) + timedelta(hours=2)).replace(second=0, microsecond=0)
    (task_id,) = daemon.make(FOLLOW, start_time=f"{at:%H:%M}")
    task = daemon.task(task_id)
    assert (datetime.fromisoformat(task["start_time"]), task["status"]) == (at, 0)
    daemon.call("DELETE", f"/task/{task_id}")


def test_a_failed_task_says_why_and_is_tried_again(daemon: ApiDaemon, client: Client, tmp_path: Path) -> None:
    video = tmp_path / "lost.mp4"
    shutil.copy(VIDEO, video)
    running(daemon, "FAIL1")
    config = {"captions": "Found again", "material_list": [str(video)]}
    (task_id,) = daemon.make(POST, serials=["FAIL1"], script_config=config)
    video.unlink()
    daemon.control("FAIL1/latency", seconds=0)
    assert str(video) in daemon.ended(task_id)["message"]
    failed = client("api", "tasks", "--status", "failed", "--serial", "FAIL1", "--format", "json").stdout
    assert [task["id"] for task in json.loads(failed)["tasks"]] == [task_id]
    video.write_bytes(VIDEO.read_bytes() + b"another one")
    assert task_id in daemon.call("POST", "/task/retry-all")["retried"]
    assert f"{video} is not what it was" in daemon.ended(task_id)["message"]
    shutil.copy(VIDEO, video)
    assert task_id in daemon.call("POST", "/task/retry-all")["retried"]
    assert daemon.ended(task_id)["status"] == 2
    assert daemon.captions("FAIL1") == ["Hello", "Found again"]


def test_only_what_lies_in_the_named_folders_is_posted(daemon: ApiDaemon) -> None:
    with TemporaryDirectory() as elsewhere:
        shutil.copy(VIDEO, elsewhere)
        config = {"material_list": [f"{elsewhere}/{VIDEO.name}"]}
        status, envelope = daemon.send("POST", "/task", POST | {"script_config": config})
    assert (status, envelope["code"]) == (400, 40001)
    assert "is no video that this server can post" in envelope["message"]


def test_lists_and_counts_agree_with_the_ledger(daemon: ApiDaemon, client: Client) -> None:
    made = daemon.make(
        FOLLOW, serials=["COUNT1", "COUNT2"], script_config={"target_user": "@demo_north,@demo_south"}
    )
    for task_id in made:
        assert daemon.ended(task_id)["status"] == 2
    assert [daemon.follows(serial) for serial in ("COUNT1", "COUNT2")] == [
        {"demo_north": 1, "demo_south": 1}
    ] * 2
    listed = json.loads(
        client("api", "tasks", "--serial", "COUNT2", "--source", "api", "--format", "json").stdout
    )
    targets = [task["script_config"]["target_users"] for task in listed["tasks"]]
    assert (listed["total"], targets) == (2, [["@demo_south"], ["@demo_north"]])
    assert "@demo_south" in client("api", "tasks", "--serial", "COUNT2").stdout
    stats = json.loads(client("api", "stats", "--format", "json").stdout)
    assert stats["total"] == sum(stats[name] for name in ("pending", "running", "completed", "failed"))
    assert stats["completed"] >= 4

    store = ("--virtual", "--store", f"sqlite:///{daemon.phones.parent / 'ledger.db'}")
    rows = json.loads(client("tasks", "list", *store, "--device", "COUNT2", "--format", "json").stdout)[
        "tasks"
    ]
    assert {row["campaign"] for row in rows} == {"api-requests"}
    why = client("why", str(made[0]), *store).stdout
    assert "follow @demo_north is committed" in why


def test_secrets_are_neither_kept_nor_told(daemon: ApiDaemon) -> None:
    secret = "sk-this-is-a-secret"
    wishes = [
        {"script_name": "account_warmup", "script_config": {"chatgpt_settings": {"api_key": secret}}},
        {"script_name": "follow", "script_config": {"target_user": "@a", "api_key": secret}},
        {"script_name": "follow", "script_config": {"target_user": "@a"}, "api_key": [secret], "serials": 7},
    ]
    for wish in wishes:
        status, envelope = daemon.send("POST", "/task", {"serials": ["SECRET1"]} | wish)
        assert status == 400
        assert secret not in str(envelope)
    assert daemon.call("GET", "/task?serial=SECRET1")["total"] == 0
    assert secret not in daemon.log
    kept = [path for path in daemon.daemons.state.rglob("*") if path.is_file()]
    assert any(path.name == "ledger.db" for path in kept)
    assert not [path for path in kept if secret.encode() in path.read_bytes()]
