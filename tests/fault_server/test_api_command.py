"""`runner api`, as a person uses it, on a server that behaves."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fault_server_process import FaultServer

from runner.cli.api import api
from runner.errors import ApiInterrupted, UsageError

CAMPAIGN = """\
version: 1
name: launch
timezone: Europe/Stockholm
backend: local_api
devices: {shelf: [D1, D2, D3]}
scripts:
  greet:
    script: comment
    config: {target_post_urls: ["https://www.tiktok.com/@x/video/1"], comment_content: nice}
    devices: shelf
    start_times: ["09:00"]
"""


@pytest.fixture
def run(server: FaultServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RUNNER_API_URL", server.url)
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(api, arguments)

    return invoke


def test_check_tells_the_plan_and_what_campaigns_need_beyond_it(
    run, server: FaultServer, tmp_path: Path
) -> None:
    server.reset(device_limit=2)
    (tmp_path / "launch.yaml").write_text(CAMPAIGN)
    result = run("check", str(tmp_path), "--format", "json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (told["plan_name"], told["api_enabled"], told["device_limit"]) == ("Pro", True, 2)
    assert told["latency_ms"] > 0
    assert told["beyond"] == [
        "launch has 3 devices and accounts, more than the plan's 2: the others wait",
        "launch runs comment: older versions of the application cannot",
    ]
    assert "at most 2 at a time" in run("check").stdout


def test_check_fails_where_the_plan_does_not_include_the_api(run, server: FaultServer) -> None:
    server.reset(plan="Starter", enabled=False)
    result = run("check")
    assert result.exit_code == 1
    assert "not included in this plan" in result.stdout


def test_tasks_are_listed_and_counted(run, server: FaultServer) -> None:
    server.reset(fails={"D2": "no such user"})
    config = {"target_users": ["a"]}
    server.make(serials=["D1", "D2"], script_name="follow", script_config=config)
    table = run("tasks").stdout
    assert "completed" in table
    assert "no such user" in table
    failed = json.loads(run("tasks", "--status", "failed", "--format", "json").stdout)
    assert [task["serial"] for task in failed["tasks"]] == ["D2"]
    assert json.loads(run("stats", "--format", "json").stdout) == {
        "total": 2,
        "pending": 0,
        "running": 0,
        "completed": 1,
        "failed": 1,
    }


def test_secrets_that_a_server_repeats_are_not_shown(run, server: FaultServer) -> None:
    server.reset(fails={"D1": 'refused: {"api_key": "hunter2"}'})
    config = {
        "target_users": ["a"],
        "chatgpt_settings": {"api_key": "hunter2", "model": "m"},
        "note": "token: hunter2",
    }
    server.make(serials=["D1"], script_name="follow", script_config=config)
    told = run("tasks", "--format", "json").stdout
    (task,) = json.loads(told)["tasks"]
    assert task["script_config"]["chatgpt_settings"] == {"api_key": "***", "model": "m"}
    assert task["script_config"]["target_users"] == ["a"]
    for output in (told, run("tasks").stdout):
        assert "hunter2" not in output


def test_tasks_are_stopped_retried_and_deleted_by_their_ids(run, server: FaultServer) -> None:
    server.reset(stuck=["D1"], fails={"D2": "away"})
    server.make(serials=["D1", "D2"], script_name="post", script_config={})
    assert run("stop", "1").stdout == "task 1 stopped\n"
    assert run("retry", "2").stdout == "task 2 will be tried again\n"
    told = json.loads(run("stop", "99", "--format", "json").stdout)
    assert [(one["id"], one["refused"]) for one in told] == [(99, True)]
    assert "config" not in run("retry", "2").stderr
    result = run("delete", "1", "99")
    assert result.exit_code == 1
    assert result.stdout == "task 1 deleted\n"
    assert "knows no such task (code 40401" in result.stderr


def test_after_a_call_without_an_answer_no_other_task_is_tried(run, server: FaultServer) -> None:
    server.reset(faults=[{"call": "POST task/1/stop", "before": "drop", "times": 2}])
    result = run("stop", "1", "2", "3")
    assert result.exit_code == 1
    assert "the connection broke" in result.stderr
    assert "not tried: 2, 3" in result.stderr
    told = json.loads(run("stop", "1", "2", "--format", "json").stdout)
    assert [(one["id"], one["refused"], one["answer"] == "not tried") for one in told] == [
        (1, True, False),
        (2, True, True),
    ]
    assert len(server.truth()["requests"]) == 2


def test_a_slow_server_is_measured_less_often(
    run, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_API_TIMEOUT", "8")
    server.reset(faults=[{"call": "GET license/check", "slow_s": 2.1, "times": 9}])
    told = json.loads(run("check", "--format", "json").stdout)
    assert told["latency_ms"] >= 2000
    assert len(server.requests("GET license/check")) == 2


@pytest.mark.parametrize("url", ["http://a..b/", "http://xn--a/", "http://\u2603.example/"])
def test_a_host_that_cannot_be_one_is_said_to_be_wrong(
    run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("RUNNER_API_URL", url)
    error = run("check").exception
    assert isinstance(error, UsageError)
    assert url in error.message


def test_a_connection_that_breaks_leads_to_the_address(run, server: FaultServer) -> None:
    server.reset(faults=[{"call": "GET license/check", "before": "drop"}])
    error = run("check").exception
    assert isinstance(error, ApiInterrupted)
    assert "RUNNER_API_URL" in (error.hint or "")
