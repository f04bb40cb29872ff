"""`runner app screen`: what can be named on a screen, for those who write flows and profiles."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli.app_screens import looking_at, recorded
from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_device
from runner.cli.output import print_json, say_lines
from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.phone.screen import Element, Screen

SETTLE_S = 1.5
"""How long an app gets to come up."""


@click.command(
    epilog="""\b
Examples:
  runner app screen --serial R58M123ABC                              what the phone shows now
  runner app screen --serial R58M123ABC --launch org.example.notes   the first screen of an app
  runner app screen --hierarchy campaigns/apps/cases/notes/list.xml  a screen that was recorded"""
)
@click.option("--serial", metavar="SERIAL", shell_complete=complete_device,
              help="Look at what this phone shows now.")  # fmt: skip
@click.option("--launch", "package", metavar="PACKAGE", help="Start this app on the phone first.")
@click.option("--hierarchy", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="Look at a recorded screen.")  # fmt: skip
@format_option
def screen(serial: str | None, package: str | None, file: Path | None, form: str) -> None:
    """List what can be named on a screen, each with a selector that finds it alone.

    A flow takes such a selector as it stands: `tap: {text: Save}`.
    """
    if (serial is None) == (file is None):
        raise UsageError(
            "nothing to look at", hint="name a phone with --serial, or a screen with --hierarchy"
        )
    if serial is not None:
        shown = on_phone(serial, package)
    else:
        assert file is not None
        shown = recorded(file)
    where, front = serial or str(file), package or front_of(shown)
    found = [(element, way_to(element, shown, front)) for element in worth_naming(shown, front)]
    named = [(element, said) for element, said in found if said is not None or element.words]
    if form == "json":
        print_json(
            {
                "screen": where,
                "package": front,
                "elements": [as_json(element, said) for element, said in named],
            }
        )
    else:
        say_lines(told(where, front, named))


def on_phone(serial: str, package: str | None) -> "Screen":
    from threading import Event

    with looking_at(serial) as session:
        if package is not None:
            session.launch(package, None)
            Event().wait(SETTLE_S)
        return session.screen()


def front_of(shown: "Screen") -> str:
    """The package of most of the screen's elements: bars and keyboards are small beside an app."""
    from runner.flows.watch import SYSTEM_UI

    packages = [element.package for element in shown.elements() if element.package not in ("", SYSTEM_UI)]
    return next((package for package, _ in Counter(packages).most_common(1)), "")


def worth_naming(shown: "Screen", package: str) -> "list[Element]":
    """The elements of an app that say something, or take taps."""
    own = [element for element in shown.elements() if element.package in ("", package)]
    return [e for e in own if e.words or e.hint or e.clickable]


def way_to(element: "Element", shown: "Screen", package: str) -> dict[str, Any] | None:
    """A selector that finds an element alone; None if none does."""
    from runner.flows.pointing import ways_to

    return next((dict(said) for said in ways_to(element, shown, [package])), None)


def as_json(element: "Element", said: dict[str, Any] | None) -> dict[str, Any]:
    from runner.flows.pointing import class_name

    return {
        "bounds": list(element.bounds),
        "class": class_name(element),
        "text": element.text,
        "desc": element.desc,
        "id": element.rid,
        "clickable": element.clickable,
        "selector": said,
    }


def told(where: str, package: str, named: "list[tuple[Element, dict[str, Any] | None]]") -> Iterator[str]:
    """The list for people."""
    from runner.flows.pointing import class_name, id_name, in_yaml

    yield f"{where} shows {package or 'no app'}: {len(named)} elements"
    for element, said in named:
        left, top, right, bottom = element.bounds
        place = f"[{left},{top}][{right},{bottom}]"
        way = in_yaml(said) if said is not None else "(nothing finds it alone)"
        beside = f"  id {id_name(element)}" if element.rid and (said is None or "id" not in said) else ""
        yield f"  {place:<24} {class_name(element):<14} {way}{beside}"
