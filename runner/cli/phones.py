"""`runner phones`: the phones that adb lists with their apps, and virtual phones that any adb client can use."""

import asyncio
import shlex
import signal
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli import output
from runner.cli.output import say_lines
from runner.cli.own_profiles import profiles_beside
from runner.errors import RunnerError, UsageError
from runner.exit_codes import EXIT_INTERRUPTED
from runner.settings import Settings
from runner.virtual.adbserver import AdbServerError, find_adb
from runner.virtual.host import DEFAULT_PHONES, print_json, serials_of, serve

if TYPE_CHECKING:
    from runner.queries.apps import PhoneWithApps


@click.command(
    epilog="""\b
Examples:
  runner phones                                the phones that adb lists, with the apps that have profiles
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
@click.option("--campaigns", type=click.Path(path_type=Path, file_okay=False), default="campaigns",
              show_default=True, metavar="DIR", help="Where apps/ with app profiles of your own lies.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How to print where they are.")  # fmt: skip
def phones(
    virtual: bool,
    count: int | None,
    serials: tuple[str, ...],
    folder: Path | None,
    campaigns: Path,
    form: str,
) -> int:
    """List the phones that adb has, with the versions and languages of their apps; warn of those on which nobody has
    tried a profile.

    With --virtual: start virtual phones, print how to reach them, and stay until interrupted.
    """
    if not virtual:
        if count or serials or folder:
            raise UsageError(
                "only virtual phones can be started",
                hint="add --virtual; without options, real ones are listed",
            )
        return list_phones(campaigns, form)
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


def list_phones(campaigns: Path, form: str) -> int:
    """Print the phones that adb lists."""
    from runner.queries.apps import phones_with_apps

    settings, profiles = Settings.from_environment(), profiles_beside(campaigns)
    loaded = [profiles.load(name) for name in profiles.names]
    found = phones_with_apps(settings.every_adb_server, loaded, settings.language)
    if form == "json":
        output.print_json({"phones": [asdict(phone) for phone in found]})
        return 0
    say_lines(lines_of(found) if found else ["adb lists no phones"])
    return 0


def lines_of(found: Sequence["PhoneWithApps"]) -> Iterator[str]:
    width = max((len(phone.serial) for phone in found), default=0)
    for phone in found:
        yield f"{phone.serial:<{width}}  {phone.state}"
        if phone.trouble:
            yield f"  {phone.trouble}"
        for app in phone.apps:
            yield f"  {app.app}  {app.version or 'unknown version'}  {app.language or ''}".rstrip()
            if app.warning:
                yield f"    warning: {app.warning}"


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
