"""`runner run --backend local_api`, as a user types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from fault_server_process import FaultServer

from runner.cli.run import run

CAMPAIGN = """\
version: 1
name: greetings
timezone: Europe/Stockholm
limits: {min_gap: 0s}
devices: {shelf: [D1, D2]}
scripts:
  greet:
    script: follow
    config: {target_users: [anna, bo]}
    devices: shelf
    start_times: ["09:00"]
"""


def test_a_campaign_goes_through_the_server_that_the_settings_name(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_API_URL", server.url)
    (tmp_path / "greetings.yaml").write_text(CAMPAIGN)
    result = CliRunner().invoke(run, [str(tmp_path / "greetings.yaml"), "--backend", "local_api"])
    assert result.exit_code == 0, result.output
    assert "4 tasks: 4 completed" in result.output
    assert [task["target"] for task in server.truth()["tasks"]] == ["anna", "bo", "anna", "bo"]
    assert len(server.requests("POST task")) == 1


def test_a_server_on_this_machine_is_sent_absolute_paths(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_API_URL", server.url)
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    config = r"{material_list: [./clip.mp4, 'D:\clips\b.mp4']}"
    post = f"script: post\n    config: {config}\n"
    text = CAMPAIGN.replace("script: follow\n    config: {target_users: [anna, bo]}\n", post)
    (tmp_path / "clips.yaml").write_text(text)
    result = CliRunner().invoke(run, [str(tmp_path / "clips.yaml"), "--backend", "local_api"])
    assert result.exit_code == 0, result.output
    assert "warning" not in result.stderr
    for task in server.truth()["tasks"]:
        assert task["config"]["material_list"] == [f"{tmp_path}/clip.mp4", r"D:\clips\b.mp4"]


def test_a_campaign_is_checked_for_the_backend_that_carries_it_out(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_API_URL", server.url)
    post = "script: post\n    config: {material_list: [/on/the/other/machine.mp4]}\n"
    text = CAMPAIGN.replace("script: follow\n    config: {target_users: [anna, bo]}\n", post)
    (tmp_path / "greetings.yaml").write_text(text)
    result = CliRunner().invoke(run, [str(tmp_path / "greetings.yaml"), "--backend", "local_api"])
    assert result.exit_code == 0, result.output
    assert "it may be otherwise on the Local API's machine" in result.stderr
    text = text.replace("script: post", "max_interval: 5\n    script: post")
    (tmp_path / "greetings.yaml").write_text(text.replace("version: 1", "version: 1\nbackend: local_api"))
    result = CliRunner().invoke(run, [str(tmp_path / "greetings.yaml"), "--backend", "device"])
    assert result.exit_code == 1
    assert "the backend `device` cannot do `max_interval`" in result.stderr
