"""The unit file: systemd understands all of it, and the command in it is one that the runner understands."""

import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from runner.campaign.quantities import Duration
from runner.cli.daemon import daemon

UNIT = Path(__file__).parents[3] / "packaging" / "campaign-runner.service"


def service() -> dict[str, str]:
    """The section [Service]; of keys that stand there twice, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign, assignment]
    parser.read_string(UNIT.read_text())
    return dict(parser["Service"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")
def test_systemd_understands_it(tmp_path: Path) -> None:
    """Its warnings count too: it ignores keys that it does not know."""
    program = shlex.split(service()["ExecStart"])[0]
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace(program, sys.executable))

    answer = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)

    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")


def test_the_runner_understands_its_command() -> None:
    program, command, *arguments = shlex.split(service()["ExecStart"])

    context = daemon.make_context("daemon", arguments)

    assert (Path(program).name, command) == ("runner", "daemon")
    assert context.params["paths"] == (Path("/srv/campaigns"),)


def test_there_is_time_for_current_steps_to_end() -> None:
    (grace,) = (option.default for option in daemon.params if option.name == "grace")

    assert int(service()["TimeoutStopSec"]) >= 2 * Duration.parse(str(grace)).seconds
    assert service()["KillMode"] == "mixed", "the adb server must not be ended before the steps that need it"
