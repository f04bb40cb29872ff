"""`runner completion`: print the script that makes a shell complete commands, options and files."""

import click

from runner.cli.main import cli
from runner.cli.output import say_lines

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog="""\b
Examples:
  eval "$(runner completion bash)"                                    in ~/.bashrc
  eval "$(runner completion zsh)"                                     in ~/.zshrc, after compinit
  runner completion fish > ~/.config/fish/completions/runner.fish     once"""
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete what is typed after `runner`."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None, f"click completes nothing in {shell}"
    say_lines(found(cli, {}, "runner", "_RUNNER_COMPLETE").source().splitlines())
