"""What a phone tells of one app, over adb alone."""

import shlex
from typing import NamedTuple

from runner.phone import shell

_BETWEEN = "--- runner ---"
"""Stands between the answers."""

_SILENT = ("",) * 5


class AppFacts(NamedTuple):
    """Whether an app is on a phone, its version as it names it itself, and the language in which it is shown, such as
    `fr-FR`: its own, else the phone's. None where the phone does not tell."""

    is_installed: bool
    version: str | None
    language: str | None


def question(package: str) -> str:
    """One line for the phone's shell: to open a way to the phone takes longer than to answer."""
    name = shlex.quote(package)
    asked = (
        f"pm path {name}",
        f"dumpsys package {name} | grep versionName=",
        f"cmd locale get-app-locales {name}",
        "getprop persist.sys.locale",
        "getprop ro.product.locale",
    )
    return f"; echo {shlex.quote(_BETWEEN)}; ".join(asked)


def parse(output: str) -> AppFacts:
    """The phone's answer to the question."""
    parts = [part.strip() for part in output.split(_BETWEEN)]
    path, version, own, chosen, built = (*parts, *_SILENT)[: len(_SILENT)]
    language = shell.app_language(own) or chosen or built or None
    return AppFacts(path.startswith("package:"), shell.app_version(version), language)
