"""The campaign files as they lie on disk: read again when they change, checked one by one and together."""

import gc
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from runner.campaign import accounts_file, app_file, devices_file
from runner.campaign.accounts_file import ACCOUNTS_FILES
from runner.campaign.app_file import APP_FILES
from runner.campaign.devices_file import DEVICES_FILES
from runner.campaign.flow_file import FLOW_FILES
from runner.campaign.folders import are_within
from runner.campaign.loader import Loaded, discover, load
from runner.campaign.revision import revisions
from runner.checks import Checked, check_each, check_together, duplicate_name
from runner.checks.written import Item
from runner.diagnostics import Diagnostic, Severity
from runner.errors import FolderError, UsageError
from runner.file_names import escaped
from runner.store.campaign_rows import PROFILE

RECHECK_AFTER = timedelta(days=1)
"""Checks look some days ahead, so they are repeated after this time for files that do not change too."""

_TRIES = 3
"""How often a file that changes while it is read is read again; then the watch tells of its change once more."""

_Signature = tuple[tuple[int, ...], ...]

_NAME_LINE = re.compile(r"""^name:[ \t]*["']?([a-z0-9-]+)["']?[ \t]*(?:#.*)?$""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """A campaign file as read and checked by itself; `path` is as given, and as every message names it."""

    path: Path
    signature: _Signature
    loaded: Loaded
    checked: Checked

    @property
    def place(self) -> str:
        """Its absolute path, in characters that the ledger takes."""
        return escaped(os.path.abspath(self.path))  # noqa: PTH100 - links are kept

    @property
    def text(self) -> str:
        return self.loaded.document.text

    @property
    def paths_beside(self) -> list[str]:
        """The files of its flows, and of the app profiles, accounts and phones beside it."""
        return [document.path for document in self.loaded.beside]

    @property
    def texts_beside(self) -> dict[str, str]:
        """The texts of these files, as the ledger keeps them: see `InForce`."""
        flows = {name: flow.document.text for name, flow in self.loaded.flows.items()}
        apps = {f"{PROFILE}{name}": app.document.text for name, app in self.loaded.apps.items()}
        shared = {
            accounts_file.FILE: self.loaded.accounts_file,
            devices_file.FILE: self.loaded.devices_file,
        }
        return flows | apps | {name: file.document.text for name, file in shared.items() if file}

    @property
    def name(self) -> Item | None:
        """The campaign's name, if the file can be read that far."""
        return self.checked.campaign.name

    @property
    def likely_name(self) -> str | None:
        """The campaign's name; of a file that is no YAML (conflict markers, say) what its first `name:` line says."""
        if self.name is not None:
            return self.name.text
        line = _NAME_LINE.search(self.text) if self.loaded.document.data is None else None
        return line and line[1]

    @property
    def is_wrong(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.checked.campaign.found)


@dataclass(frozen=True, slots=True)
class FilesReading:
    """All files as they are now, the problems in them, and their texts by path, with secrets masked. `outside` are the
    wrong files of which something lies outside of the campaigns' folders: a link may lead to whatever this machine
    holds.

    Of names that several files claim `decide_files` tells, which knows whose file was there first.
    """

    files: tuple[CampaignFile, ...]
    problems: tuple[Diagnostic, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    outside: frozenset[Path] = frozenset()

    def commits(self, others: Iterable[Path] = ()) -> dict[Path, str | None]:
        """The commit of each file, also dirty if a file beside it is, and of `others`. Git is asked once for all."""
        beside = {file.path: [Path(path) for path in file.paths_beside] for file in self.files}
        found = revisions([*others, *beside, *(path for used in beside.values() for path in used)])
        return found | {
            path: _dirtiest([found[path], *map(found.get, used)]) for path, used in beside.items()
        }


class CampaignFiles:
    """The campaign files among `paths`, files and folders."""

    def __init__(self, paths: Sequence[Path], fleet_zone: tzinfo = UTC) -> None:
        self.paths = tuple(paths)
        self._fleet_zone = fleet_zone
        self._known: dict[Path, CampaignFile] = {}
        self._reading = FilesReading((), ())
        self._checked_at: datetime | None = None

    def forget(self) -> None:
        """Read everything again, whether it seems to have changed or not."""
        self._known, self._checked_at = {}, None
        FLOW_FILES.forget()
        ACCOUNTS_FILES.forget()
        DEVICES_FILES.forget()
        APP_FILES.forget()

    def discover(self) -> list[Path]:
        """Their paths. Raises FolderError if a path is not there, or a folder has no campaigns."""
        try:
            return discover(self.paths)
        except UsageError as error:
            raise FolderError(
                f"the campaigns cannot be read: {escaped(error.message)}",
                hint=error.hint or "put campaign files there, or name other files and folders",
            ) from error

    def read(self, now: datetime) -> FilesReading:
        """Read files that are new, have changed, or were wrong: what a file needs may have come since.

        Raises what `discover` raises.
        """
        with _uncollected():
            return self._read(now)

    def _read(self, now: datetime) -> FilesReading:
        paths = self.discover()
        # Below zero the clock was set back, so that other days lie ahead than those that the checks looked at.
        if self._checked_at is None or not timedelta() <= now - self._checked_at < RECHECK_AFTER:
            self._known, self._checked_at = {}, now
        stale = [path for path in paths if self._is_stale(path)]
        if not stale and self._known.keys() == set(paths):
            return self._reading
        fresh = {file.path: file for file in _read_and_check(stale, now, self._fleet_zone)}
        self._known = {path: fresh.get(path) or self._known[path] for path in paths}
        report = check_together(file.checked for file in self._known.values())
        problems = tuple(one for one in report.diagnostics if one.code != duplicate_name.CODE)
        files = tuple(self._known.values())
        outside = frozenset(file.path for file in files if file.is_wrong and self._is_outside(file))
        self._reading = FilesReading(files, problems, report.texts, outside)
        return self._reading

    def _is_outside(self, file: CampaignFile) -> bool:
        """Whether the file, or one beside it, lies outside of the folders that are named or hold named files."""
        return not are_within([str(file.path), *file.paths_beside], self.paths)

    def _is_stale(self, path: Path) -> bool:
        known = self._known.get(path)
        return known is None or known.is_wrong or known.signature != _signature(path, known.loaded)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Turn the garbage collector off: reading makes many objects and no cycles, beside a heap of many that stay, and
    is four times as fast without it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_and_check(paths: Sequence[Path], now: datetime, fleet_zone: tzinfo) -> Iterator[CampaignFile]:
    loads = [_load(path) for path in paths]
    checks = check_each((loaded for _, loaded in loads), now, fleet_zone)
    for path, (signature, loaded), checked in zip(paths, loads, checks, strict=True):
        yield CampaignFile(path, signature, loaded, checked)


def _load(path: Path) -> tuple[_Signature, Loaded]:
    """A file, and the signature under which all of it was read."""
    for _ in range(_TRIES):
        before = _stat(path)  # taken before: a write during the reading must not pass for what was read
        loaded = load(path)
        signature = _signature(path, loaded)
        if signature[0] == before:
            break
    return signature, loaded


def _signature(path: Path, loaded: Loaded) -> _Signature:
    """A value that changes when the file does, or one that it is read with, or when one of those comes."""
    come = (path.parent / name for name in (app_file.FOLDER, accounts_file.FILE, devices_file.FILE))
    return (_stat(path), *map(_stat, come), *(_stat(one.path) for one in loaded.beside))


def _stat(path: Path | str) -> tuple[int, ...]:
    try:
        found = os.stat(path)  # noqa: PTH116 - a thousand files are looked at
    except OSError as error:
        return (error.errno or 0,)
    # ctime too: what sets the time of modification itself (cp -p, rsync, tar) leaves that one to the system
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)


def _dirtiest(commits: Sequence[str | None]) -> str | None:
    """The commit of the first file, as dirty as the dirtiest of them."""
    first = commits[0]
    if first is None or first.endswith("-dirty"):
        return first
    return f"{first}-dirty" if any(one is None or one.endswith("-dirty") for one in commits) else first
