"""The command line as a whole: help, usage errors, bugs and exit codes."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from runner.cli import main as entry
from runner.cli.main import cli
from runner.errors import RunnerError, UsageError


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "runner", *arguments], capture_output=True, text=True, check=False
    )


def test_help_names_every_command() -> None:
    result = run("--help")
    assert result.returncode == 0
    assert all(f"  {name} " in result.stdout for name in entry.COMMANDS)


@pytest.mark.parametrize("name", entry.COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = run(name, "--help")
    assert result.returncode == 0, result.stderr
    assert f"runner {name}" in result.stdout.split("Examples:")[-1]


def test_help_imports_no_heavy_library() -> None:
    probe = "import sys; from runner.cli.main import cli; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"pydantic", "sqlalchemy", "rich", "adbutils", "uiautomator2", "jinja2", "PIL", "yaml"}
    assert not heavy.intersection(modules)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["valdiate"], "no such command 'valdiate'"),
        (["run"], "name a campaign file"),
        (["run", "a.yaml", "--resume", "x"], "name a campaign file, or a run to --resume"),
        (["plan", "--nowadays"], "No such option"),
        (["rehearse", "campaigns", "--until", "2x"], "or how long: 14d"),
    ],
)
def test_a_mistyped_command_is_a_usage_error(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [(UsageError("typed wrongly", hint="type it so"), 2), (RunnerError("it failed", hint="do this"), 1)],
)
def test_an_error_is_one_message_with_what_to_do(
    error: RunnerError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**settings: object) -> None:
        raise error

    monkeypatch.setattr(entry.cli, "main", fail)
    with pytest.raises(SystemExit) as stop:
        entry.main()
    assert stop.value.code == code
    assert capsys.readouterr().err == f"runner: {error.message}\n  {error.hint}\n"


def test_a_bug_leaves_a_log_that_can_be_pasted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**settings: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(entry.cli, "main", fail)
    with pytest.raises(SystemExit) as stop:
        entry.main()
    message = capsys.readouterr().err
    log = Path(message.strip().rsplit(" ", 1)[1])
    assert stop.value.code == 3
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    log.unlink()


def options() -> Iterator[tuple[str, str]]:
    """Every option with its help, by the command that has it."""
    waiting: list[tuple[str, click.Command]] = [("runner", cli)]
    while waiting:
        name, command = waiting.pop()
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield f"{name} {parameter.opts[0]}", parameter.help or ""
        if isinstance(command, click.Group):
            for part in command.list_commands(click.Context(command)):
                found = command.get_command(click.Context(command), part)
                assert found is not None
                waiting.append((f"{name} {part}", found))


@pytest.mark.parametrize(("option", "words"), [pytest.param(*one, id=one[0]) for one in options()])
def test_a_help_text_begins_with_what_the_option_does(option: str, words: str) -> None:
    first = re.split(r"\W", words)[0]
    assert first and first[0].isupper(), f"{option}: {words}"
    assert first not in {"Only", "Or", "Of", "On", "In", "With", "Due"}, f"{option}: {words}"
