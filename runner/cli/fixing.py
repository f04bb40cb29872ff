"""`runner validate --fix`: rewrites files where a problem has only one answer."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path

from runner.campaign.document import Document
from runner.campaign.loader import Loaded, load, load_text
from runner.campaign.rewriting import rewrite
from runner.checks import CheckResult, check_campaigns
from runner.cli.problems import STDIN_NAME
from runner.diagnostics import Diagnostic
from runner.errors import RunnerError

_MOST_ROUNDS = 10
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The result for some files: `diagnostics` are the problems that were fixed, `failures` the files that could not be
    written, both by path; with reports before and after."""

    campaigns: Sequence[Loaded]
    before: CheckResult
    after: CheckResult
    diagnostics: dict[str, list[Diagnostic]] = field(default_factory=dict)
    failures: dict[str, RunnerError] = field(default_factory=dict)


def fix(campaigns: Sequence[Loaded], now: datetime, fleet_zone: tzinfo) -> Fixed:
    """Make every fix in the campaigns and in the files beside them that they use. Standard input stays in memory.

    A fix can bring other problems to light (entries below a misspelt `scripts:`), so this repeats until there is
    nothing more to fix.
    """
    fixed = Fixed(campaigns, before := check_campaigns(campaigns, now, fleet_zone), before)
    for _ in range(_MOST_ROUNDS):
        rewritten = _rewrite(fixed)
        if not rewritten:
            break
        again = [_reload(loaded.document, rewritten) for loaded in fixed.campaigns]
        fixed = replace(fixed, campaigns=again, after=check_campaigns(again, now, fleet_zone))
    return fixed


def _rewrite(fixed: Fixed) -> dict[str, Document]:
    """One round: the files that changed, by path."""
    documents = {document.path: document for loaded in fixed.campaigns for document in _files(loaded)}
    open_to_fixes = documents.keys() - fixed.failures.keys()
    problems: dict[str, list[Diagnostic]] = {}
    for diagnostic in fixed.after.diagnostics:
        if diagnostic.fix and diagnostic.path in open_to_fixes:
            problems.setdefault(diagnostic.path, []).append(diagnostic)
    rewritten = {}
    for path, found in problems.items():
        document, answered = rewrite(documents[path], found)
        if not answered:
            continue
        try:
            if path != STDIN_NAME:
                write(path, documents[path].text, document.text)
        except RunnerError as error:
            fixed.failures[path] = error
        else:
            rewritten[path] = document
            fixed.diagnostics.setdefault(path, []).extend(answered)
    return rewritten


def _files(loaded: Loaded) -> Iterable[Document]:
    return (loaded.document, *loaded.beside)


def _reload(document: Document, rewritten: dict[str, Document]) -> Loaded:
    if document.path == STDIN_NAME:
        return load_text(rewritten.get(STDIN_NAME, document).text, STDIN_NAME)
    return load(Path(document.path))


def write(name: str, before: str, after: str) -> None:
    """Replace a file by the new text in one step, keeping its mode.

    Raises RunnerError, and leaves the file alone, if it is no longer what was read, or cannot be written.
    """
    # A link is kept, and the file that it leads to replaced.
    path = Path(name).resolve()
    try:
        raw = path.read_bytes()
        if raw.removeprefix(_BOM) != before.encode():
            raise RunnerError(f"{name} was changed while it was read, so it is left as it is")
        # Renaming over a file needs no right to write it: without this a read-only file would be
        # rewritten.
        if not os.access(path, os.W_OK):
            raise PermissionError(None, "it is not writable")
        _replace(path, raw[: len(raw) - len(raw.removeprefix(_BOM))] + after.encode())
    except OSError as error:
        raise RunnerError(f"{name} cannot be rewritten: {error.strerror}") from error


def _replace(path: Path, content: bytes) -> None:
    # In the same folder, since only within one file system a rename is atomic; hidden, so that a daemon
    # that watches the folder does not take it for a campaign.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(descriptor, path.stat().st_mode)
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
