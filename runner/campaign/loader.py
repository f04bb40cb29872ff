"""From a campaign file to its typed form, and from there to entries with every name resolved."""

from dataclasses import dataclass
from pathlib import Path

from runner.campaign.models import Campaign
from runner.campaign.reader import Document
from runner.diagnostics import Diagnostic
from runner.scripts.script import Config


@dataclass(frozen=True, slots=True)
class Loaded:
    """A campaign file as read. `campaign` is None when reading or its structure failed; then `diagnostics`
    says why."""

    document: Document
    campaign: Campaign | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class ResolvedEntry:
    """One entry with every name resolved.

    `config` is complete, its paths absolute; `devices` are serials in declared order, each once;
    `start_times` are start times as written, in declared order (`"09:00"`, `"2026-12-01T18:00:00+01:00"`).
    """

    name: str
    script: str
    config: Config
    devices: tuple[str, ...]
    start_times: tuple[str, ...]


def load(path: Path) -> Loaded:
    """Read a campaign file and check its structure. OSError if the file cannot be read."""
    raise NotImplementedError


def resolve(loaded: Loaded) -> tuple[ResolvedEntry, ...]:
    """The campaign's entries in the order of the file. Needs a campaign whose checks found no error."""
    raise NotImplementedError
