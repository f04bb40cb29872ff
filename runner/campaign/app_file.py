"""The user's own app profiles: what a campaign has to know of `apps/*.yaml` beside it.

This file holds a profile against its schema; the room `flows` knows what it means.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.campaign import patterns
from runner.campaign.beside import FilesBeside, beside
from runner.campaign.document import Document
from runner.campaign.reader import read
from runner.campaign.structure import check_profile
from runner.diagnostics import Diagnostic, Severity, tidy
from runner.scripts.script import ProfileText

FOLDER = "apps"


@dataclass(frozen=True)
class AppFile:
    """An app profile as read; its diagnostics are those of its text and structure."""

    document: Document
    diagnostics: tuple[Diagnostic, ...]

    @property
    def profile(self) -> ProfileText:
        return ProfileText(self.document.path, self.document.text)


def apps_beside(path: str) -> dict[str, AppFile]:
    """The profiles in `apps/` beside a campaign, by the names of their files.

    All of them, whichever the campaign uses: its entries, flows and accounts may name any of them.
    """
    folder = beside(path, FOLDER)
    try:
        found = sorted(os.listdir(folder))  # noqa: PTH208 - for each campaign of a folder, and a Path costs more
    except OSError:  # there are none
        return {}
    names = (name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))
    return {name: _file(f"{folder}/{name}.yaml") for name in names if re.fullmatch(patterns.KEY, name)}


def _file(path: str) -> AppFile:
    return APP_FILES.find(path) or APP_FILES.load(Path(path))


def read_app_file(text: str | bytes, path: str) -> AppFile:
    """A profile from the text of its file; `path` names it."""
    return _of(read(text, path))


def _of(document: Document) -> AppFile:
    path, problems = document.path, list(document.diagnostics)
    if document.data is not None or not problems:
        problems += check_profile(document)
    if not problems and document.data["app"] != Path(path).stem:
        message = f"the app profile in {Path(path).name} is called `{document.data['app']}`"
        hint = f"flows and campaigns find it by its file: `{Path(path).stem}`"
        place = document.span(("app",))
        problems.append(Diagnostic(path, place, Severity.ERROR, "bad-value", message, hint))
    return AppFile(document, tuple(tidy(problems)))


APP_FILES = FilesBeside(_of)


def texts_of(apps: Mapping[str, AppFile]) -> dict[str, ProfileText]:
    """The profiles without problems, by app."""
    return {name: file.profile for name, file in apps.items() if not file.diagnostics}
