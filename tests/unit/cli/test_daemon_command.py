"""`runner daemon`: what is refused before anything is started."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from runner.cli.daemon import daemon
from runner.errors import UsageError


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("RUNNER_TOKEN", raising=False)
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["--virtual", "--store", "sqlite:///x.db"], "--store and --virtual exclude each other", "rehearsal"),
        (["--api-only", "campaigns"], "--api-only means without campaign files", "leave it out"),
        (["--phones", "2"], "--phones counts virtual phones", "--virtual"),
        (["--media", "no/such"], "--media no/such is no folder", "post from"),
        (["--host", "0.0.0.0"], "0.0.0.0 can be reached from other machines", "RUNNER_TOKEN"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_do(
    state: Path, words: list[str], message: str, hint: str
) -> None:
    error = CliRunner().invoke(daemon, words).exception
    assert isinstance(error, UsageError)
    assert message in error.message
    assert hint in str(error.hint)
    assert not state.exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--retention", "soon"], "a duration is a whole number"),
        (["--drain-grace", "5"], "a duration is a whole number"),
        (["--port", "70000"], "70000"),
        (["--log-format", "xml"], "xml"),
    ],
)
def test_what_is_typed_wrongly_is_told(state: Path, words: list[str], message: str) -> None:
    result = CliRunner().invoke(daemon, words)
    assert result.exit_code == click.UsageError.exit_code
    assert message in result.output
    assert not state.exists()
