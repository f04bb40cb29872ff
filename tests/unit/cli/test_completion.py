"""Completion in the shell: the scripts, and what they get when they ask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from asked_ledger import asked_ledger

from runner.cli.main import COMMANDS
from runner.store.phones import PhoneSeen
from runner.store.request_rows import PauseScope


def ask(typed: str, shell: str = "bash") -> list[str]:
    """What the shell is offered for the last word."""
    words = typed.split(" ")
    environment = {
        **os.environ,
        "_RUNNER_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
    }
    run = [sys.executable, "-m", "runner"]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_commands() -> None:
    assert ask("runner ") == [f"plain,{name}" for name in COMMANDS]
    assert ask("runner va") == ["plain,validate"]


def test_commands_with_their_help() -> None:
    assert ask("runner va", "zsh") == ["plain", "validate", COMMANDS["validate"]]
    assert ask("runner va", "fish") == [f"plain,validate\t{COMMANDS['validate']}"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("runner validate --fo", ["plain,--format"]),
        ("runner validate --format s", ["plain,sarif"]),
        ("runner validate camp", ["file,camp"]),
        ("runner completion ", ["plain,bash", "plain,zsh", "plain,fish"]),
        ("runner --ver", ["plain,--version"]),
    ],
)
def test_options_values_and_files(typed: str, offered: list[str]) -> None:
    assert ask(typed) == offered


@pytest.mark.parametrize("typed", ["runner vali x", "runner validate --now soon --f", "runner nothing --"])
def test_what_is_typed_wrongly_so_far_is_no_error(typed: str) -> None:
    ask(typed)


def test_commands_are_completed_without_importing_them() -> None:
    probe = (
        "import sys; from runner.cli.main import cli; "
        "cli.shell_complete(cli.make_context('runner', [], resilient_parsing=True), ''); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert not {"runner.cli.validate", "runner.cli.run", "yaml"}.intersection(done.stdout.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_asks_with_the_variable_that_is_answered(shell: str) -> None:
    run = [sys.executable, "-m", "runner", "completion", shell]
    script = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert f"_RUNNER_COMPLETE={shell}_complete" in script


def test_bash_takes_the_script() -> None:
    run = f'eval "$({sys.executable} -m runner completion bash)" && complete -p runner'
    done = subprocess.run(["bash", "-c", run], capture_output=True, text=True, check=True)
    assert "_runner_completion" in done.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("runner why demo/", ["plain,demo/greet"]),
        ("runner why ", ["plain,demo", "plain,demo/greet", "plain,4", "plain,3", "plain,2", "plain,1"]),
        ("runner logs ", ["plain,4", "plain,3", "plain,2", "plain,1"]),
        ("runner tasks stop 4 ", ["plain,3", "plain,2", "plain,1"]),
        ("runner tasks list --device ", ["plain,VIRTUAL01", "plain,VIRTUAL02"]),
        ("runner tasks list --campaign ", ["plain,demo"]),
        ("runner tasks list --entry ", ["plain,greet"]),
        ("runner app check tiktok --serial S", ["plain,SEEN03"]),
        ("runner pause ", ["plain,demo", "plain,VIRTUAL01", "plain,VIRTUAL02"]),
        ("runner resume ", ["plain,VIRTUAL01"]),
        ("runner holds release ", ["plain,VIRTUAL02"]),
        (
            "runner report ",
            [f"plain,{name}" for name in ("1", "demo", "demo/greet", "4", "3", "2", "20261121-180036-3fa9")],
        ),
        ("runner run --resume ", ["plain,1", "plain,20261121-180036-3fa9"]),
    ],
)
def test_names_that_the_ledger_knows(
    typed: str, offered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    with asked_ledger(tmp_path) as asked:
        asked.run_by_hand()
        asked.put_in_force()
        asked.ledger.pauses.begin(PauseScope.DEVICE, "VIRTUAL01", "me")
        asked.ledger.holds.place("VIRTUAL02", "a login screen", None)
        if "--serial" in typed:
            asked.ledger.phones.note([PhoneSeen("SEEN03", "device")])
        (asked.state / "rehearsals" / "20261121-180036-3fa9").mkdir(parents=True)
        assert ask(typed) == offered


@pytest.mark.parametrize("store", ["sqlite:////nowhere/ledger.db", "nonsense"])
def test_a_ledger_that_cannot_be_read_offers_nothing_and_says_nothing(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path))
    assert ask(f"runner logs --store {store} ") == [""]
    assert ask("runner why ") == [""]


def test_app_profiles_and_their_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "campaigns" / "apps" / "cases" / "notes"
    folder.mkdir(parents=True)
    (folder.parents[1] / "notes.yaml").touch()
    (folder / "list.yaml").touch()
    assert ask("runner app check n") == ["plain,notes"]
    assert ask("runner app record list --app tik") == ["plain,tiktok"]
    assert ask("runner app suggest notes ") == ["plain,list"]
