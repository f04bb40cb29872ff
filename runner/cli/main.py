"""`runner`: finds the command, runs it, and turns errors into a message and an exit code.

Exit codes: 0 done, 1 problems or failed tasks, 2 usage, 3 a bug, 130 interrupted.
"""

import gc
import importlib
import os
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any, NoReturn

import click

from runner import __version__
from runner.cli.output import prepare, say, say_lines
from runner.errors import RunnerError, UsageError
from runner.exit_codes import EXIT_BUG, EXIT_INTERRUPTED, EXIT_PROBLEMS, EXIT_USAGE
from runner.reports.remedies import hint_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "validate": "Prove that campaign files are right.",
    "fmt": "Give campaign files the one layout; comments stay, and so does what they mean.",
    "plan": "Show every task of the next 24 hours, or longer, with its exact instant.",
    "run": "Carry a campaign out now, on phones or on virtual phones.",
    "rehearse": "Live through weeks of campaigns in a minute, on virtual phones; faults can be scripted.",
    "daemon": "Carry campaigns out whenever their start times come.",
    "worker": "Carry out, on this machine's phones, what daemons plan in a ledger that hosts share.",
    "status": "Show what runs, what is next, and what needs a person.",
    "why": "Say why something ran, will run, or did not.",
    "tasks": "List tasks; stop, retry, resolve or delete them.",
    "logs": "Show what was done for a task, step by step.",
    "report": "Write what was done as a file: to read, for continuous integration, for programs.",
    "pause": "Start no more tasks: none, or none of a campaign or on a phone.",
    "resume": "End a pause.",
    "stop": "Stop everything at the next step, until resumed.",
    "ledger": "Keep a ledger, move it, check it, and decide what becomes of one that was put back.",
    "app": "Try app profiles on phones and on recorded screens.",
    "phones": "List phones and what holds them back, find what is wrong with them, or start virtual ones.",
    "hosts": "List the hosts that share a ledger: who leads, who has which phones, who is gone.",
    "accounts": "List the accounts that campaigns declare.",
    "notify": "List what people were told, and try whether they can be told.",
    "holds": "List and release phones that wait for a person.",
    "api": "Look at the server behind the backend local_api; stop, retry or delete its tasks.",
    "init": "Start a repository of campaigns.",
    "flow": "Check flows of your own, and try them on a phone, step by step.",
    "schema": "Print or write the JSON Schemas, for editors.",
    "completion": "Print the script that completes commands in a shell.",
}
"""Every command, its file in this folder, and its one-line help; a command is imported when it is used."""


class LazyGroup(click.Group):
    """A group whose commands are imported one at a time, so that `runner --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        # What an import makes stays: to look through it for garbage, now, later and at the end, takes a third of a
        # short command.
        gc.disable()
        try:
            module = importlib.import_module(f"runner.cli.{cmd_name}")
        finally:
            gc.freeze()
            gc.enable()
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        unknown = args and args[0] not in COMMANDS and not args[0].startswith("-")
        if unknown and not ctx.resilient_parsing:
            ctx.fail(f"no such command {args[0]!r}; there are {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[Any]]":
        # click would import every command for its one-line help.
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=words)
            for name, words in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: runner validate campaigns/",
)
@click.version_option(__version__, prog_name="runner")
def cli() -> None:
    """Campaigns for shelves of Android phones: one YAML file, validated, planned, carried out once."""


def main() -> NoReturn:
    """The console script: runs a command and exits."""
    prepare()
    try:
        # what a command returned, or the code of its ctx.exit()
        returned = cli.main(prog_name="runner", standalone_mode=False)
        code = returned if isinstance(returned, int) else 0
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        say_lines(shown.getvalue().splitlines(), sys.stderr)
        code = EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        code = EXIT_INTERRUPTED
    except RunnerError as error:
        report(error)
        code = EXIT_USAGE if isinstance(error, UsageError) else EXIT_PROBLEMS
    except BrokenPipeError:
        # Python flushes standard output once more as it ends, and would report the closed pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_PROBLEMS
    except Exception as error:  # noqa: BLE001 - a bug: said plainly, with a log that can be pasted
        from runner.crash_log import write_crash_log

        say(f"runner: this is a bug: {type(error).__name__}: {error}", err=True)
        say(f"  please report it together with {write_crash_log(error)}", err=True)
        code = EXIT_BUG
    sys.exit(code)


def report(error: RunnerError) -> None:
    """Print an error: what happened, and what to do."""
    say(f"runner: {error.message}", err=True)
    for line in (hint_of(error) or "").splitlines():
        say(line if line.startswith("  ") else f"  {line}", err=True)


if __name__ == "__main__":
    main()
