"""From files to campaigns: finds them, reads them, and checks their structure."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from runner.campaign.accounts_file import FILE as ACCOUNTS
from runner.campaign.accounts_file import AccountsFile, accounts_beside
from runner.campaign.app_file import AppFile, apps_beside
from runner.campaign.devices_file import FILE as DEVICES
from runner.campaign.devices_file import DeclaredDevice, DevicesFile, devices_beside
from runner.campaign.document import Document, Marks
from runner.campaign.flow_file import FlowFile, flows_used, linked
from runner.campaign.folders import walk
from runner.campaign.meaning import with_repeated
from runner.campaign.nearest import nearest
from runner.campaign.reader import MAX_BYTES, read
from runner.campaign.structure import check_campaign
from runner.diagnostics import FILE_START, Diagnostic, Severity, Span, tidy
from runner.errors import UsageError
from runner.file_names import is_utf8
from runner.regular_file import open_regular
from runner.scripts import SCRIPTS, Script

_NOT_CAMPAIGNS = {"media", "flows", "apps"}

NO_CAMPAIGNS = (ACCOUNTS, DEVICES, "faults.yaml")
"""Files beside campaigns that are none: what they share, and what goes wrong in their rehearsals."""


@dataclass(frozen=True)
class Loaded:
    """A campaign file, with the problems of its text and its structure. Its document has the data as they are meant,
    including what stands under a misspelt or a repeated key.

    `scripts` are the scripts that its entries may name: the built-in ones, and its flows that have no errors.
    `flows` are those flows as read, `apps` the app profiles beside it, `accounts_file` and `devices_file` the accounts
    and phones that it shares with others; their problems are among the diagnostics, in files of their own.
    """

    document: Document
    diagnostics: tuple[Diagnostic, ...]
    flows: Mapping[str, FlowFile] = field(default_factory=dict)
    apps: Mapping[str, AppFile] = field(default_factory=dict)
    accounts_file: AccountsFile | None = None
    devices_file: DevicesFile | None = None

    @property
    def beside(self) -> Iterator[Document]:
        """The documents of its flows, and of the app profiles, accounts and phones beside it."""
        yield from (flow.document for flow in self.flows.values())
        yield from (app.document for app in self.apps.values())
        if self.accounts_file is not None:
            yield self.accounts_file.document
        if self.devices_file is not None:
            yield self.devices_file.document

    @cached_property
    def scripts(self) -> Mapping[str, Script]:
        own = {name: flow.script for name, flow in self.flows.items() if flow.script is not None}
        return {**SCRIPTS, **own} if own else SCRIPTS

    @property
    def shared_accounts(self) -> Mapping[str, Any]:
        """The accounts of `accounts.yaml` beside it, as written, by name."""
        return self.accounts_file.accounts if self.accounts_file else {}

    @cached_property
    def shared_devices(self) -> Mapping[str, DeclaredDevice]:
        """The phones of `devices.yaml` beside it, by name."""
        return self.devices_file.devices if self.devices_file else {}

    @property
    def has_errors(self) -> bool:
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)


def discover(paths: Iterable[Path]) -> list[Path]:
    """The campaign files among files and folders, each once.

    Folders, linked ones too, are searched for *.yaml and *.yml that are no pipes, except hidden folders, those for
    media, flows and app profiles, and files of accounts and phones. The result includes links that lead
    back and folders that may not be read: `load` says what is wrong with them. Raises UsageError if a path is not
    there, or a folder has no campaigns.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _campaigns_at(path):
            # Not resolved: relative paths in a linked campaign start from where the link lies.
            found.setdefault(file.absolute(), file)
    return list(found.values())


def _campaigns_at(path: Path) -> list[Path]:
    try:
        if path.is_dir():
            return _campaigns_in(path)
        if path.exists():
            return [path]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    raise UsageError(f"there is no file or folder {path}", hint=_what_else(path))


def _what_else(path: Path) -> str:
    """What to name in place of a file that is not there."""
    readable = os.access(path.parent, os.R_OK | os.X_OK)
    near = nearest(path.name, (other.name for other in path.parent.iterdir())) if readable else None
    return f"did you mean {path.parent / near}?" if near else "name a campaign file, or a folder of them"


def _campaigns_in(folder: Path) -> list[Path]:
    files: list[Path] = []
    dead_ends: list[Path] = []
    for visit in walk(str(folder), _NOT_CAMPAIGNS):
        found = [Path(visit.folder, name) for name in visit.names if _is_campaign(name)]
        files += [file for file in found if not file.is_fifo()]  # to open one may last for ever
        dead_ends += map(Path, visit.dead_ends)
    if not files:
        raise UsageError(f"there are no campaign files (*.yaml, *.yml) in {folder}")
    return files + dead_ends


def _is_campaign(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) and name[0] != "." and name not in NO_CAMPAIGNS


def load(path: Path) -> Loaded:
    """Read a campaign file and check its structure; a file that cannot be read is a diagnostic too."""
    return _from_file(path, load_text)


def load_limits(path: Path) -> Loaded:
    """Read a file that has the keys of `limits:` and nothing else, as a campaign with these limits."""
    return _from_file(path, _limits_text)


def _from_file(path: Path, load_raw: Callable[[bytes, str], Loaded]) -> Loaded:
    if not is_utf8(os.path.abspath(path)):  # noqa: PTH100 - the ledger, reports and the daemon name it so
        return _unreadable(path, "the file's path is no UTF-8, so that no record could name it", "rename it")
    try:
        with open_regular(path) as file:
            raw = file.read(MAX_BYTES + 1)  # one byte more shows that it is too large
    except IsADirectoryError:
        return _unreadable(path, *_dead_end(path))
    except OSError as error:
        return _unreadable(path, f"the file cannot be read: {error.strerror}")
    return load_raw(raw, str(path))


def _unreadable(path: Path, message: str, hint: str | None = None) -> Loaded:
    problem = Diagnostic(str(path), FILE_START, Severity.ERROR, "unreadable-file", message, hint)
    return Loaded(Document(str(path), "", None, None, (problem,)), (problem,))


def _dead_end(path: Path) -> tuple[str, str]:
    """What is wrong with a folder that was named as a file, and what to do."""
    if path.is_symlink():
        return (
            f"this link leads back to {path.resolve()}, in which it lies: what is there is read already",
            "remove the link",
        )
    if not os.access(path, os.R_OK | os.X_OK):
        return (
            "the folder may not be read, so campaigns in it are not",
            "give the user of the runner access to it",
        )
    return "this is a folder, not a file", "name the files in it, or the folder above"


def load_text(
    text: str | bytes,
    path: str,
    flows: Mapping[str, FlowFile] | None = None,
    apps: Mapping[str, AppFile] | None = None,
    accounts_file: AccountsFile | None = None,
    devices_file: DevicesFile | None = None,
) -> Loaded:
    """The same for a text that has been read; its relative paths start from `path`.

    `flows` are its flows by script, `apps` its app profiles, `accounts_file` and `devices_file` its shared accounts and
    phones, in place of what lies beside it.
    """
    profiles = apps_beside(path) if apps is None else apps
    document, given, used = with_repeated(read(text, path)), flows, dict[str, FlowFile]()
    if given is None:
        accounts_file = accounts_file or accounts_beside(path)
        devices_file = devices_file or devices_beside(path)

    # Asked again after each misspelt key that was put right: then more entries, and so more flows, are
    # known.
    def rules_of(data: Any) -> Mapping[str, Mapping[str, Any] | None]:
        used.update(flows_used(data, path) if given is None else given)
        return {name: flow.config_rules for name, flow in used.items()}

    problems = list(document.diagnostics)
    if document.data is not None or not problems:
        odd = _odd_characters(document)
        problems += (problem for _, problem in odd)
        reported = {problem.span for problem in problems} | {whole for whole, _ in odd}
        document, found = check_campaign(document, rules_of)
        # A key with an odd character is an unknown key too: one mistake is told once.
        problems += [problem for problem in found if problem.span not in reported]
    for flow in used.values():
        problems += flow.diagnostics
    for app in profiles.values():
        problems += app.diagnostics
    if accounts_file is not None:
        problems += accounts_file.diagnostics
    if devices_file is not None:
        problems += devices_file.diagnostics
    return Loaded(document, tuple(tidy(problems)), linked(used), profiles, accounts_file, devices_file)


def _odd_characters(document: Document) -> list[tuple[Span, Diagnostic]]:
    """Characters that only look right, each with the whole key or value it is in."""
    if document.text.isascii():
        return []
    from runner.campaign.lookalikes import find  # slow to import, and most files are ASCII

    return list(find(document))


def _limits_text(text: bytes, path: str) -> Loaded:
    document = read(text, path)
    marks = Marks(0)
    if document.marks is not None:
        marks.items["limits"] = document.marks
    rest = {
        "version": 1,
        "name": "limits",
        # A campaign needs an entry; this one is never planned.
        "scripts": {"none": {"script": "account_warmup", "devices": ["-"]}},
    }
    document = replace(document, data={**rest, "limits": document.data}, marks=marks)
    problems = document.diagnostics or check_campaign(document, lambda data: {})[1]
    return Loaded(document, tuple(tidy([replace(problem, fix=None) for problem in problems])))
