"""A flow of the user's own, on a virtual phone: its parameters, its targets, and what it says at its end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FLOW = """\
version: 1
name: visit
app: tiktok
parameters:
  users: {type: list}
  loud: {type: boolean, default: true}
target: users
expected: 90s
effects: none
steps:
  - launch: {fresh: true}
  - wait_for: {element: profile_tab, timeout: 40s}
  - open_link: user
  - wait_for: {any: [user_profile, user_missing], timeout: 30s}
  - when: {value: "${config.loud}", is: "true"}
    then:
      - finish: "saw ${target}"
  - fail: "not loud"
"""
CAMPAIGN = """\
version: 1
name: own
scripts:
  look: {script: visit, config: {users: ["@demo_north", "@demo_south"]}, devices: VIRTUAL01}
"""


@pytest.mark.phones
def test_a_flow_beside_the_campaign_is_carried_out(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "visit.yaml").write_text(FLOW)
    (tmp_path / "own.yaml").write_text(CAMPAIGN)
    command = [sys.executable, "-m", "runner", "run", "own.yaml", "--virtual", "--format", "json"]
    environment = os.environ | {"RUNNER_STATE_DIR": str(tmp_path / "state"), "RUNNER_TIMEZONE": "UTC"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=150
    )
    assert done.returncode == 0, done.stderr
    tasks = json.loads(done.stdout)["tasks"]
    assert [(task["target"], task["state"], task["reason"]) for task in tasks] == [
        ("@demo_north", "completed", "saw @demo_north"),
        ("@demo_south", "completed", "saw @demo_south"),
    ]
