"""Phones that a `match` chooses by what they say of themselves: `plan` and `run` ask those that are connected."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from runner.cli.plan import plan
from runner.cli.run import run

pytestmark = pytest.mark.phones

DEVICES = """\
version: 1
devices:
  left: {serial: MATCH1, tags: [shelf]}
  right: {serial: MATCH2, tags: [shelf]}
  gone: {serial: GONE1, tags: [shelf]}
"""
CAMPAIGN = """\
version: 1
name: matched
timezone: UTC
limits: {min_gap: 0s}
devices:
  shelf: {match: {tag: shelf, app_version: {tiktok: ">=1"}}}
  none: {match: {tag: shelf, model: Nokia*}}
scripts:
  greet: {script: follow, config: {target_users: ["@demo_north"]}, devices: shelf, start_times: "09:00"}
  never: {script: follow, config: {target_users: ["@demo_south"]}, devices: none, start_times: "10:00"}
"""


def test_a_plan_and_a_run_work_on_the_phones_that_fit(
    phones: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = phones("MATCH1", "MATCH2")
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(shelf.adb_port))
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "250")
    (tmp_path / "devices.yaml").write_text(DEVICES)
    file = tmp_path / "matched.yaml"
    file.write_text(CAMPAIGN)

    planned = CliRunner().invoke(plan, [str(file)])
    said = " ".join(planned.output.split())
    assert "matched/greet: 2 of 3 phones fit now: MATCH1 (connected, asked now)" in said, planned.output
    assert "not GONE1 has not been asked yet" in said
    assert (
        "matched/never: nothing is done: no phone has the tag shelf and the model Nokia*: MATCH1 is a" in said
    )

    done = CliRunner().invoke(run, [str(file)])
    assert done.exit_code == 0, done.output
    assert "never does nothing: no phone has the tag shelf and the model Nokia*" in done.output
    for serial in ("MATCH1", "MATCH2"):
        follows = shelf[serial].memory("com.zhiliaoapp.musically")["follows"]
        assert [one["user"] for one in follows] == ["demo_north"]
