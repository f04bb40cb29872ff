"""`runner worker` as it is typed: what it refuses, and in which words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.cli.main import cli
from runner.errors import UsageError


def refused(*words: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        CliRunner().invoke(cli, ["worker", *words], catch_exceptions=False)
    return caught.value


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("RUNNER_STORE", raising=False)


def test_a_ledger_in_a_file_needs_no_worker(tmp_path: Path) -> None:
    for words in ((), ("--store", f"sqlite:///{tmp_path / 'ledger.db'}")):
        error = refused(*words)
        assert error.message == "a worker needs a ledger that hosts share: --store postgresql://..."
        assert "runner daemon" in (error.hint or "")
    assert not (tmp_path / "ledger.db").exists()


@pytest.mark.parametrize("name", ["", "a b", "-x", "x" * 61, "../x"])
def test_names_that_no_host_can_have(name: str) -> None:
    error = refused("--store", "postgresql://runner@localhost/ledger", f"--name={name}")
    assert "no name for a host" in error.message


def test_virtual_phones_are_asked_for(tmp_path: Path) -> None:
    assert "--virtual" in (refused("--store", "postgresql://localhost/x", "--phone", "A1").hint or "")


def test_a_daemon_alone_is_no_host() -> None:
    with pytest.raises(UsageError, match="that hosts share"):
        CliRunner().invoke(cli, ["daemon", "--api-only", "--no-phones"], catch_exceptions=False)


@pytest.mark.parametrize("command", ["worker", "daemon", "status"])
def test_what_a_shared_ledger_needs_is_named_where_it_is_not_installed(tmp_path: Path, command: str) -> None:
    for module in ("psycopg", "procrastinate"):
        (tmp_path / module).mkdir()
        missing = f"raise ModuleNotFoundError('it is not there', name='{module}')"
        (tmp_path / module / "__init__.py").write_text(missing, encoding="utf-8")
    places = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    words = [sys.executable, "-m", "runner", command, "--store", "postgresql://runner@localhost/ledger"]
    done = subprocess.run(
        words,
        env=os.environ | {"PYTHONPATH": places},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert (
        "cannot open the ledger postgresql://runner@localhost/ledger: psycopg is not installed" in done.stderr
    )
    assert "pip install 'campaign-runner[postgres]'" in done.stderr
