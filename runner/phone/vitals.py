"""What a phone says of itself over adb alone: its battery, its model, its versions. Nothing of it touches its screen:
whoever works on the phone is not disturbed."""

import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from runner.phone import shell
from runner.phone.translate import translated
from runner.phone.transport import Transport

ANSWER_S = 4.0
"""How long a phone may take to answer one of these questions."""

PROPERTIES = (
    "ro.product.manufacturer",
    "ro.product.model",
    "ro.build.version.release",
    "persist.sys.locale",
    "ro.product.locale",
)
_APP = "--app "


class Vitals(NamedTuple):
    """What a phone is, empty where it did not say: its screen in pixels, and the versions of installed apps by
    package."""

    model: str
    android: str
    language: str
    size: tuple[int, int] | None
    apps: Mapping[str, str]


def battery(phone: Transport, serial: str) -> int | None:
    """The phone's battery in percent; None if it tells none. Raises PhoneError."""
    with translated(serial, "read the battery", sent=False):
        return shell.battery_level(phone.shell("dumpsys battery", timeout=ANSWER_S))


def vitals(phone: Transport, serial: str, packages: Sequence[str]) -> Vitals:
    """What the phone is, with those of these apps that are installed. Raises PhoneError."""
    with translated(serial, "read its properties", sent=False):
        return parse(phone.shell(_question(packages), timeout=ANSWER_S))


def _question(packages: Sequence[str]) -> str:
    """One line for the phone's shell: to open a way to the phone takes longer than to answer."""
    asked = [f"getprop {name}" for name in PROPERTIES]
    asked.append("wm size")
    for package in packages:
        quoted = shlex.quote(package)
        asked += [f"echo {shlex.quote(_APP + package)}", f"dumpsys package {quoted} | grep versionName="]
    return "; ".join(asked)


def parse(output: str) -> Vitals:
    """The phone's answer: a line for each property, empty if it has none, then the size, then its apps."""
    lines = [line.strip() for line in output.splitlines()]
    values = [*lines[: len(PROPERTIES)], *[""] * len(PROPERTIES)]
    maker, model, android, chosen, built = values[: len(PROPERTIES)]
    # Some makers write their name into the model as well.
    named = model if model.lower().startswith(maker.lower()) else f"{maker} {model}".strip()
    rest = "\n".join(lines[len(PROPERTIES) :])
    return Vitals(named, android, chosen or built, shell.screen_size(rest), _apps(rest))


def _apps(text: str) -> dict[str, str]:
    found = (part.partition("\n") for part in text.split(_APP)[1:])
    versions = {package.strip(): shell.app_version(rest) for package, _, rest in found}
    return {package: version for package, version in versions.items() if version}
