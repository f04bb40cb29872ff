"""`runner app`: what an app profile finds on a phone's screen, or on screens that were recorded."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli.app_completion import complete_app
from runner.cli.app_record import record
from runner.cli.app_screen import screen
from runner.cli.app_screens import language_of, looking_at, recorded, with_campaigns
from runner.cli.app_suggest import suggest
from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_device
from runner.cli.output import print_json, say, say_lines
from runner.cli.own_profiles import profiles_beside
from runner.cli.several import taking_several
from runner.errors import UsageError
from runner.exit_codes import EXIT_PROBLEMS

if TYPE_CHECKING:
    from runner.flows.profile import Profile
    from runner.flows.screen_check import ScreenCheck


@click.group(
    epilog="""\b
Examples:
  runner app screen --serial R58M123ABC             what can be named on the screen now
  runner app check tiktok --serial R58M123ABC       what the profile finds on it
  runner app record share --serial R58M123ABC       keep the screen as a case
  runner app check tiktok                           hold the profile against all cases
  runner app suggest tiktok share                   what may be what the profile does not find"""
)
def app() -> None:
    """Try app profiles: those that come with the runner, and those in `apps/` beside the campaigns."""


for command in (screen, record, suggest):
    app.add_command(command)


@app.command(
    cls=taking_several("--hierarchy", "--expect"),
    epilog="""\b
Examples:
  runner app check tiktok --serial R58M123ABC                      what is found on the screen now
  runner app check tiktok --serial R58M123ABC --expect post_button caption_field
  runner app check tiktok --hierarchy screens/*.xml --format json  screens that were recorded
  runner app check tiktok                                          all cases in campaigns/apps/cases/tiktok""",
)
@click.argument("name", metavar="APP", shell_complete=complete_app)
@click.option(
    "--serial", metavar="SERIAL", shell_complete=complete_device, help="Look at what this phone shows now."
)
@click.option("--hierarchy", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE...",
              help="Look at recorded screens: hierarchies as uiautomator writes them, or folders of them.")  # fmt: skip
@click.option("--expect", "expected", multiple=True, metavar="ELEMENT...",
              help="Elements that should be there; the exit code is 1 if one is missing.")  # fmt: skip
@click.option("--user", metavar="NAME", help="The account that `${user}` stands for (default: any).")
@click.option("--language", metavar="LANGUAGE",
              help="The app's language (default: the phone's; of a recorded screen what fits best).")  # fmt: skip
@with_campaigns
@format_option
@click.pass_context
def check(
    ctx: click.Context,
    name: str,
    *,
    serial: str | None,
    files: tuple[Path, ...],
    expected: tuple[str, ...],
    user: str | None,
    language: str | None,
    folder: Path,
    form: str,
) -> None:
    """Show which elements of an app profile a screen has, and which stop or dialog it would be taken for.

    Without --serial and --hierarchy it holds the profile against all cases of the app (`runner app record`).

    The number before a place is that of the candidate that found it, from 0.
    """
    if serial and files:
        raise UsageError("--serial and --hierarchy exclude each other", hint="look at one after the other")
    if not serial and not files:
        check_cases(ctx, name, folder, form)
        return
    profile = profiles_beside(folder).load(name)
    if unknown := [one for one in expected if one not in profile.elements]:
        from runner.flows.reading import legal

        raise UsageError(
            f"the app profile has no element {unknown[0]!r}", hint=legal(unknown[0], profile.elements)
        )
    user = user.removeprefix("@") if user else None
    if serial:
        found = {serial: on_phone(profile, serial, language, user)}
    else:
        found = {str(file): on_file(profile, file, language, user) for file in screens_in(files)}
    if form == "json":
        print_json({"screens": [one.as_json(file, expected) for file, one in found.items()]})
    else:
        say_screens(found, expected)
    if any(one.missing(expected) for one in found.values()):
        ctx.exit(EXIT_PROBLEMS)


def on_phone(profile: "Profile", serial: str, language: str | None, user: str | None) -> "ScreenCheck":
    """What is found on the screen of a phone now."""
    from runner.flows.screen_check import check_screen
    from runner.flows.versions import untested

    with looking_at(serial) as session:
        screen = session.screen()
        told = [session.app(package) for package in profile.packages]
        app = next((one for one in told if one.is_installed), told[0])
        if note := untested(profile.app, app.version, profile.tested_with):
            say(f"{serial}: {note}", err=True)
        shown = language_of(app, profile, language)
        return check_screen(profile, screen, language=shown, user=user)


def screens_in(paths: Iterable[Path]) -> list[Path]:
    """The recorded screens among files and folders, each once. Raises UsageError if there are none.

    `screens/**` names folders and pages too: what is no .xml is left out, and said to be.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found |= dict.fromkeys(sorted(path.rglob("*.xml")))
        elif path.suffix == ".xml":
            found[path] = None
        else:
            say(f"{path} is left out: recorded screens are .xml files", err=True)
    if not found:
        raise UsageError("there are no recorded screens", hint="name .xml files, or folders of them")
    return list(found)


def on_file(profile: "Profile", file: Path, language: str | None, user: str | None) -> "ScreenCheck":
    """What is found on a recorded screen."""
    from runner.flows.screen_check import check_screen

    screen = recorded(file)
    if not screen.roots:
        say(f"{file} holds no element of a screen: is it a hierarchy as uiautomator writes it?", err=True)
    return check_screen(profile, screen, language=language, user=user)


def check_cases(ctx: click.Context, name: str, folder: Path, form: str) -> None:
    """Hold the profile against its cases; exits with 1 if one of them is not as expected."""
    from runner.flows.cases import cases, folder_of

    profiles_beside(folder).load(name)
    found = cases(folder, name)
    if not found:
        raise UsageError(
            "nothing to look at",
            hint=f"name a phone with --serial, screens with --hierarchy, or record cases: {folder_of(folder, name)}",
        )
    problems = {case.name: case.problems() for case in found}
    if form == "json":
        shown = [{"case": case, "problems": said} for case, said in problems.items()]
        print_json({"app": name, "cases": shown})
    else:
        for case, said in problems.items():
            say_lines(
                [
                    f"{name}/{case}: {'as expected' if not said else 'not as expected'}",
                    *(f"  {one}" for one in said),
                ]
            )
    if any(problems.values()):
        ctx.exit(EXIT_PROBLEMS)


def say_screens(found: Mapping[str, "ScreenCheck"], expected: Sequence[str]) -> None:
    """Say for people what was found."""
    for file, one in found.items():
        said = [f"{file} ({one.language})"]
        width = max(map(len, one.elements), default=0)
        for name, element in one.elements.items():
            left, top, right, bottom = element.bounds
            place = f"{element.candidate} [{left},{top}][{right},{bottom}]"
            said.append(f"  {name:<{width}}  {place:<27}  {element.words[:60]}".rstrip())
        said += [f"  missing: {name}" for name in one.missing(expected)]
        if one.stop:
            said.append(f"  this stops a task: {one.stop}")
        if one.dismiss:
            said.append(f"  this is declined: {one.dismiss}")
        if one.opaque:
            said.append("  nothing of the app can be read")
        say_lines([*said, ""])
