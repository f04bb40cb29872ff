"""`runner phones`: the phones that adb lists with their apps, and virtual phones that any adb client can use."""

import asyncio
import shlex
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli import output
from runner.cli.format_option import format_option
from runner.cli.ledger_option import open_ledger
from runner.cli.output import say_lines
from runner.cli.own_profiles import profiles_beside
from runner.errors import RunnerError, UsageError
from runner.exit_codes import EXIT_INTERRUPTED, EXIT_PROBLEMS, EXIT_USAGE
from runner.settings import Settings
from runner.state_dir import state_dir_of
from runner.store.url import may_be_there
from runner.virtual.adbserver import AdbServerError, find_adb
from runner.virtual.host import DEFAULT_PHONES, print_json, serials_of, serve

if TYPE_CHECKING:
    from runner.queries.apps import PhoneWithApps
    from runner.queries.phone_doctor import Diagnosis, KeptBack
    from runner.queries.phone_findings import Finding


@click.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  runner phones                                the phones that adb lists, and what would hold them back
  runner phones doctor                         what is wrong with phones and adb, and what to do
  runner phones --virtual --phones 2           VIRTUAL01 and VIRTUAL02
  runner phones --virtual --serial R58M123ABC  a phone with the serial of yours
  runner phones --virtual --dir shelf/         phones that remember, from one start to the next
  runner phones --virtual --app shop.yaml      phones with an app of your own""",
)
@click.option("--virtual", is_flag=True, help="Start virtual phones.")
@click.option("--phones", "count", type=click.IntRange(1, 2000), metavar="N",
              help=f"Start so many: VIRTUAL01, VIRTUAL02... (default: {DEFAULT_PHONES}).")  # fmt: skip
@click.option(
    "--serial", "serials", multiple=True, metavar="SERIAL", help="Start phones with these serials instead."
)
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Keep the phones' memory in this folder.")  # fmt: skip
@click.option("--app", "apps", multiple=True, type=click.Path(path_type=Path), metavar="PATH",
              help="Have an app of your own on them: an app file, or a folder of them.")  # fmt: skip
@click.option("--campaigns", type=click.Path(path_type=Path, file_okay=False), default="campaigns",
              show_default=True, metavar="DIR", help="Where apps/ with app profiles of your own lies.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How to print where they are.")  # fmt: skip
@click.pass_context
def phones(
    ctx: click.Context,
    virtual: bool,
    count: int | None,
    serials: tuple[str, ...],
    folder: Path | None,
    apps: tuple[Path, ...],
    campaigns: Path,
    form: str,
) -> int:
    """List the phones that adb has, with their batteries, what would hold their tasks back, and the versions and
    languages of their apps; warn of those on which nobody has tried a profile.

    With --virtual: start virtual phones, print how to reach them, and stay until interrupted.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    if not virtual:
        if count or serials or folder or apps:
            raise UsageError(
                "only virtual phones can be started",
                hint="add --virtual; without options, real ones are listed",
            )
        return list_phones(campaigns, form)
    if count and serials:
        raise UsageError("--phones and --serial exclude each other", hint="give the serials, or how many")
    from runner.virtual.apps.written.reader import AppFileError

    chosen = list(serials) or serials_of(count or DEFAULT_PHONES)
    try:
        adb = find_adb()
        announce = print_json if form == "json" else lambda told: print_text(told, adb)
        reason = asyncio.run(serve(chosen, folder=folder, adb=adb, apps=apps, announce=announce))
    except AdbServerError as error:
        raise RunnerError(str(error)) from error
    except AppFileError as error:
        say_lines(str(error).splitlines(), sys.stderr)
        return EXIT_USAGE
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
    found = phones_with_apps(settings.every_adb_server, loaded, settings.language, kept_back(settings))
    if form == "json":
        output.print_json({"phones": [{**asdict(it), "obstacles": _as_data(it.obstacles)} for it in found]})
        return 0
    say_lines(lines_of(found) if found else ["adb lists no phones"])
    return 0


def lines_of(found: Sequence["PhoneWithApps"]) -> Iterator[str]:
    width = max((len(phone.serial) for phone in found), default=0)
    for phone in found:
        power = "" if phone.battery is None else f"  battery {phone.battery} %"
        power += ", charging" if power and phone.is_plugged_in else ""
        yield f"{phone.serial:<{width}}  {phone.state}{power}"
        if phone.trouble:
            yield f"  {phone.trouble}"
        for obstacle in phone.obstacles:
            yield f"  {obstacle.kind}: {obstacle.said}"
        for app in phone.apps:
            yield f"  {app.app}  {app.version or 'unknown version'}  {app.language or ''}".rstrip()
            if app.warning:
                yield f"    warning: {app.warning}"


def kept_back(settings: Settings) -> "KeptBack":
    """What the user's own ledger says of phones; nothing if there is none yet. This makes none."""
    from runner.queries.phone_doctor import KeptBack

    place = state_dir_of(settings, None)
    if not may_be_there(place.store_url):
        return KeptBack()
    with open_ledger(place) as ledger:
        return KeptBack.of(ledger, settings.zone)


@phones.command(
    epilog="""\b
Examples:
  runner phones doctor                 what is wrong with phones and adb, and what to do
  runner phones doctor --format json   the same for programs"""
)
@format_option
@click.pass_context
def doctor(ctx: click.Context, form: str) -> None:
    """Look at adb and at each phone that it lists, and explain what is wrong, and what to do. Nothing of it touches a
    phone's screen. Exits with 1 if something is wrong.
    """
    from runner.queries.phone_doctor import diagnose

    settings = Settings.from_environment()
    found = diagnose(settings.every_adb_server, kept_back(settings))
    if form == "json":
        output.print_json({**asdict(found), "findings": _as_data(found.findings), "well": found.is_well})
    else:
        say_lines(diagnosis_lines(found))
    if not found.is_well:
        ctx.exit(EXIT_PROBLEMS)


def diagnosis_lines(found: "Diagnosis") -> Iterator[str]:
    for one in found.findings:
        yield f"{one.where}: {'' if one.is_wrong else 'note: '}{one.said} [{one.kind}]"
        yield f"  {_advice(one)}"
    if not found.phones:
        yield "adb lists no phones: connect one by USB, and allow USB debugging in its developer options"
    wrong = sum(one.is_wrong for one in found.findings)
    looked = f"{len(found.phones)} phone{'' if len(found.phones) == 1 else 's'}"
    server = f"the adb server on port {found.adb_port}, version 1.0.{found.adb_version}"
    things = "nothing is" if not wrong else "1 thing is" if wrong == 1 else f"{wrong} things are"
    yield f"{things} wrong: {looked}, {server}"


def _as_data(findings: Iterable["Finding"]) -> list[dict[str, Any]]:
    return [{**asdict(one), "advice": _advice(one)} for one in findings]


def _advice(finding: "Finding") -> str:
    if isinstance(finding.advice, str):
        return finding.advice
    from runner.reports.advice import Options, to_do

    return to_do(finding.advice, Options())


def print_text(told: dict[str, Any], adb: str) -> None:
    """Say, for a person, how to reach the phones."""
    port, first = told["adb_server_port"], told["phones"][0]["address"]
    width = max(len(phone["serial"]) for phone in told["phones"])
    lines = [
        f"{phone['serial']:<{width}}  {phone['address']:<15}  control {phone['control']}"
        for phone in told["phones"]
    ]
    further = list(
        dict.fromkeys(one["adb_server_port"] for one in told["phones"] if "adb_server_port" in one)
    )
    lines += [
        "",
        f"They are connected to an adb server of their own, on port {port}:",
        f"  {shlex.quote(adb)} -P {port} -s {first} shell",
        "",
        "adbutils, uiautomator2 and any other adb client find them with",
        f"  export ANDROID_ADB_SERVER_PORT={port}",
        f"  python -c 'import uiautomator2; print(uiautomator2.connect(\"{first}\").info)'",
        "",
        *(f"Further phones are connected to the adb server on port {other}." for other in further),
        "Ctrl-C ends them.",
    ]
    say_lines(lines)
