"""`runner phones`: virtual phones that any adb client can use."""

import asyncio
import shlex
import signal
from pathlib import Path
from typing import Any

import click

from runner.cli.output import say_lines
from runner.errors import RunnerError, UsageError
from runner.exit_codes import EXIT_INTERRUPTED
from runner.virtual.adbserver import AdbServerError, find_adb
from runner.virtual.host import DEFAULT_PHONES, print_json, serials_of, serve


@click.command(
    epilog="""\b
Examples:
  runner phones --virtual --phones 2           VIRTUAL01 and VIRTUAL02
  runner phones --virtual --serial R58M123ABC  a phone with the serial of yours
  runner phones --virtual --dir shelf/         phones that remember, from one start to the next"""
)
@click.option("--virtual", is_flag=True, help="Start virtual phones.")
@click.option("--phones", "count", type=click.IntRange(1, 250), metavar="N",
              help=f"Start so many: VIRTUAL01, VIRTUAL02... (default: {DEFAULT_PHONES}).")  # fmt: skip
@click.option(
    "--serial", "serials", multiple=True, metavar="SERIAL", help="Start phones with these serials instead."
)
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Keep the phones' memory in this folder.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How to print where they are.")  # fmt: skip
def phones(
    virtual: bool,
    count: int | None,
    serials: tuple[str, ...],
    folder: Path | None,
    form: str,
) -> int:
    """Start virtual phones, print how to reach them, and stay until interrupted."""
    if not virtual:
        raise UsageError(
            "only virtual phones can be started", hint="add --virtual; `adb devices` lists real ones"
        )
    if count and serials:
        raise UsageError("--phones and --serial exclude each other", hint="give the serials, or how many")
    chosen = list(serials) or serials_of(count or DEFAULT_PHONES)
    try:
        adb = find_adb()
        announce = print_json if form == "json" else lambda told: print_text(told, adb)
        reason = asyncio.run(serve(chosen, folder=folder, adb=adb, announce=announce))
    except AdbServerError as error:
        raise RunnerError(str(error)) from error
    except ValueError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise RunnerError(f"the phones' memory cannot be kept in {folder}: {error.strerror}") from error
    return EXIT_INTERRUPTED if reason == signal.SIGINT else 0


def print_text(told: dict[str, Any], adb: str) -> None:
    """Say, for a person, how to reach the phones."""
    port, first = told["adb_server_port"], told["phones"][0]["address"]
    width = max(len(phone["serial"]) for phone in told["phones"])
    lines = [
        f"{phone['serial']:<{width}}  {phone['address']:<15}  control {phone['control']}"
        for phone in told["phones"]
    ]
    lines += [
        "",
        f"They are connected to an adb server of their own, on port {port}:",
        f"  {shlex.quote(adb)} -P {port} -s {first} shell",
        "",
        "adbutils, uiautomator2 and any other adb client find them with",
        f"  export ANDROID_ADB_SERVER_PORT={port}",
        f"  python -c 'import uiautomator2; print(uiautomator2.connect(\"{first}\").info)'",
        "",
        "Ctrl-C ends them.",
    ]
    say_lines(lines)
