"""The user's own app profiles: what a campaign has to know of `apps/*.yaml` beside it.

This file holds a profile against its schema; the room `flows` knows what it means.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from runner.campaign import patterns
from runner.campaign.document import Document
from runner.campaign.reader import MAX_BYTES, read
from runner.campaign.structure import check_profile
from runner.diagnostics import FILE_START, Diagnostic, Severity, tidy
from runner.regular_file import open_regular
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
    folder = Path(path).parent / FOLDER
    try:
        found = sorted(file for file in folder.iterdir() if file.suffix == ".yaml")
    except OSError:  # there are none
        return {}
    return {file.stem: _find(file) for file in found if re.fullmatch(patterns.KEY, file.stem)}


def _find(path: Path) -> AppFile:
    try:
        status = path.stat()
    except OSError:
        return load_app_file(path)
    return _load(path, (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev))


@lru_cache(maxsize=256)
def _load(path: Path, _signature: tuple[int, ...]) -> AppFile:
    """Reads an unchanged file once, however many campaigns lie beside it."""
    return load_app_file(path)


def forget() -> None:
    """Have profiles read again, whether they seem changed or not."""
    _load.cache_clear()


def load_app_file(path: Path) -> AppFile:
    """Read a profile; a file that cannot be read is a diagnostic too."""
    try:
        with open_regular(path) as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        problem = Diagnostic(str(path), FILE_START, Severity.ERROR, "unreadable-file", message)
        return AppFile(Document(str(path), "", None, None, (problem,)), (problem,))
    return read_app_file(raw, str(path))


def read_app_file(text: str | bytes, path: str) -> AppFile:
    """A profile from the text of its file; `path` names it."""
    document = read(text, path)
    problems = list(document.diagnostics)
    if document.data is not None or not problems:
        problems += check_profile(document)
    if not problems and document.data["app"] != Path(path).stem:
        message = f"the app profile in {Path(path).name} is called `{document.data['app']}`"
        hint = f"flows and campaigns find it by its file: `{Path(path).stem}`"
        place = document.span(("app",))
        problems.append(Diagnostic(path, place, Severity.ERROR, "bad-value", message, hint))
    return AppFile(document, tuple(tidy(problems)))


def texts_of(apps: Mapping[str, AppFile]) -> dict[str, ProfileText]:
    """The profiles without problems, by app."""
    return {name: file.profile for name, file in apps.items() if not file.diagnostics}
