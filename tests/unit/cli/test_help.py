"""What `--help` says of every command."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from runner.cli.main import COMMANDS, cli


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """The words of every command and subcommand."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield (*names, name)
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)


EVERY = list(commands(cli))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_examples_that_can_be_typed(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli, [*words, "--help"], prog_name="runner").stdout
    examples = shown.partition("Examples:\n")[2].splitlines()
    assert examples
    assert all("runner " in line for line in examples if line.strip())


def test_every_command_is_found() -> None:
    assert {words[0] for words in EVERY} == set(COMMANDS)
    assert ("tasks", "resolve") in EVERY
