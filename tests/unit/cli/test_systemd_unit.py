"""The unit files: systemd understands all of them, and the commands in them are ones that the runner understands."""

import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from runner.campaign.quantities import Duration
from runner.cli.daemon import daemon
from runner.cli.worker import worker

PACKAGING = Path(__file__).parents[3] / "packaging"
COMMANDS = {"campaign-runner.service": daemon, "campaign-worker.service": worker}
PATHS = {"campaign-runner.service": (Path("/srv/campaigns"),)}

every_unit = pytest.mark.parametrize("unit", COMMANDS)


def service(unit: str) -> dict[str, str]:
    """The section [Service]; of keys that stand there twice, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign, assignment]
    parser.read_string((PACKAGING / unit).read_text())
    return dict(parser["Service"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")
@every_unit
def test_systemd_understands_it(tmp_path: Path, unit: str) -> None:
    """Its warnings count too: it ignores keys that it does not know."""
    program = shlex.split(service(unit)["ExecStart"])[0]
    file = tmp_path / unit
    file.write_text((PACKAGING / unit).read_text().replace(program, sys.executable))

    answer = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)

    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")


@every_unit
def test_the_runner_understands_its_command(unit: str) -> None:
    program, name, *arguments = shlex.split(service(unit)["ExecStart"])
    command = COMMANDS[unit]

    context = command.make_context(name, arguments)

    assert (Path(program).name, name) == ("runner", command.name)
    assert context.params.get("paths") == PATHS.get(unit)


@every_unit
def test_there_is_time_for_current_steps_to_end(unit: str) -> None:
    (grace,) = (option.default for option in COMMANDS[unit].params if option.name == "grace")

    assert int(service(unit)["TimeoutStopSec"]) >= 2 * Duration.parse(str(grace)).seconds
    assert service(unit)["KillMode"] == "mixed", (
        "the adb server must not be ended before the steps that need it"
    )
