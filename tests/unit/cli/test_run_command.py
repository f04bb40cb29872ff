"""`runner run`: what is wrong with its own options."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.cli.run import run
from runner.errors import UsageError


@pytest.mark.parametrize(
    ("name", "hint"),
    [("devise", "did you mean `device`?"), ("paper", "the backends are `device` and `local_api`")],
)
def test_a_backend_that_there_is_not_is_a_fault_of_the_option(name: str, hint: str, tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text("version: 1\nname: trial\nbackend: device\nscripts: {}\n")
    error = CliRunner().invoke(run, [str(file), "--backend", name]).exception
    assert isinstance(error, UsageError)
    assert (error.message, error.hint) == (f"--backend: there is no backend `{name}`", hint)
