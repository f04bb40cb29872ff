"""From a campaign file to its typed form, and from there to entries with every name resolved."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.campaign.document import Document
from runner.campaign.reader import MAX_BYTES, read
from runner.campaign.structure import check_structure
from runner.diagnostics import FILE_START, Diagnostic, Severity, tidy
from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.campaign.models import Campaign, Entry
    from runner.scripts.script import Config, Script

_NOT_CAMPAIGNS = {"media", "flows", "apps"}


@dataclass(frozen=True)
class Loaded:
    """A campaign file as read, with the problems of its text and its structure."""

    document: Document
    diagnostics: tuple[Diagnostic, ...]

    @cached_property
    def campaign(self) -> "Campaign | None":
        """The typed campaign, built when first asked for; None if the file could not be read or its structure
        is wrong."""
        from runner.campaign.models import Campaign

        if any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics):
            return None
        return Campaign.model_validate(self.document.data)


@dataclass(frozen=True, slots=True)
class ResolvedEntry:
    """One entry with every name resolved.

    `config` is complete, its paths absolute; `devices` are serials in declared order, each once;
    `start_times` are start times as written, in declared order (`"09:00"`, `"2026-12-01T18:00:00+01:00"`).
    """

    name: str
    script: str
    config: "Config"
    devices: tuple[str, ...]
    start_times: tuple[str, ...]


def discover(paths: Iterable[Path]) -> list[Path]:
    """The campaign files among files and folders, each once.

    Folders are searched for *.yaml and *.yml, save in hidden ones and in those for media, flows and app
    profiles. UsageError if a path is not there, or a folder has no campaigns.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _campaigns_at(path):
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
    raise UsageError(f"there is no file or folder {path}")


def _campaigns_in(folder: Path) -> list[Path]:
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NOT_CAMPAIGNS and name[0] != ".")
        files += [Path(parent, name) for name in sorted(names) if _is_campaign(name)]
    if not files:
        raise UsageError(f"there are no campaign files (*.yaml, *.yml) in {folder}")
    return files


def _is_campaign(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) and name[0] != "."


def load(path: Path) -> Loaded:
    """Read a campaign file and check its structure; a file that cannot be read is a diagnostic too."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        problem = Diagnostic(str(path), FILE_START, Severity.ERROR, "unreadable-file", message)
        return Loaded(Document(str(path), "", None, None, (problem,)), (problem,))
    return load_text(raw, str(path))


def load_text(text: str | bytes, path: str) -> Loaded:
    """The same for text that is there already; `path` is where its relative paths start from."""
    document = read(text, path)
    problems = list(document.diagnostics)
    if document.data is not None or not problems:
        reported = {problem.span for problem in problems}
        problems += [problem for problem in check_structure(document) if problem.span not in reported]
    return Loaded(document, tuple(tidy(problems)))


def resolve(loaded: Loaded) -> tuple[ResolvedEntry, ...]:
    """The campaign's entries in the order of the file. Needs a campaign whose checks found no error."""
    from runner.scripts import SCRIPTS

    campaign = loaded.campaign
    assert campaign is not None, f"{loaded.document.path} has errors"
    folder = Path(loaded.document.path).parent.absolute()
    return tuple(
        ResolvedEntry(
            name=name,
            script=entry.script,
            config=_config(campaign, entry, SCRIPTS[entry.script], folder),
            devices=tuple(dict.fromkeys(_named(entry.devices, campaign.devices))),
            start_times=tuple(_named(entry.start_times, campaign.start_times)),
        )
        for name, entry in campaign.scripts.items()
    )


def _named(items: str | list[str], definitions: Mapping[str, Any]) -> Iterator[str]:
    """Each item, or what the campaign defines under its name."""
    for item in [items] if isinstance(items, str) else items:
        meaning = definitions.get(item, item)
        yield from [meaning] if isinstance(meaning, str) else meaning


def _config(campaign: "Campaign", entry: "Entry", script: "Script", folder: Path) -> "Config":
    values = campaign.configs[entry.config] if isinstance(entry.config, str) else entry.config
    absolute = {key: _absolute(values[key], folder) for key in script.paths if values.get(key)}
    return script.config_model.model_validate({**values, **absolute})


def _absolute(paths: str | list[str], folder: Path) -> str | list[str]:
    if isinstance(paths, str):
        return str(folder / paths)
    return [str(folder / path) for path in paths]
