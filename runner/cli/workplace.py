"""Where a run keeps its things: the user's own ledger, or a rehearsal's."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from shlex import quote

from runner.errors import UsageError
from runner.settings import Settings
from runner.store.url import ledger_path

REHEARSALS = "rehearsals"
"""The folder with a folder for each rehearsal: its ledger, phones, screenshots and reports."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """The ledger's URL, the folder for artifacts and reports, and the folder of the virtual phones, if any.

    `option` is what a command needs in order to ask this ledger, with a space in front.
    """

    store_url: str
    folder: Path
    phones: Path | None = None
    option: str = ""

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    def report(self, run_id: str) -> Path:
        return self.folder / "reports" / f"{run_id}.html"


def new_run_id(now: datetime) -> str:
    """A name for a run that sorts by time and can be typed: `20261121-180036-3fa9`."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def choose_workplace(settings: Settings, run_id: str, *, virtual: bool, resume: bool) -> Workplace:
    """A run on virtual phones has a ledger and phones of its own, found again by the run's id."""
    folder = settings.state_dir / REHEARSALS / run_id
    if virtual and resume and not folder.is_dir():
        raise UsageError(
            f"there is no rehearsal {run_id} under {folder.parent}",
            hint="leave --virtual out to resume a run on real phones, or check the id that `runner run` printed",
        )
    if virtual or (resume and folder.is_dir()):
        return _rehearsal(folder)
    return real_workplace(settings)


def real_workplace(settings: Settings, store_url: str | None = None) -> Workplace:
    """The user's own ledger, or the one that a URL names; the phones are real."""
    url = store_url or settings.store_url
    option = "" if url == settings.store_url else f" --store {quote(url)}"
    return Workplace(url, _folder_of(url) or settings.state_dir, option=option)


def _folder_of(store_url: str) -> Path | None:
    """The folder of a rehearsal, which keeps its screenshots and reports beside its ledger."""
    ledger = ledger_path(store_url)
    return ledger.parent if ledger and ledger.parent.parent.name == REHEARSALS else None


def daemon_rehearsal(settings: Settings) -> Workplace:
    """Where `runner daemon --virtual` keeps its things, from one start to the next."""
    return replace(_rehearsal(settings.state_dir / REHEARSALS / "daemon"), option=" --virtual")


def _rehearsal(folder: Path) -> Workplace:
    url = f"sqlite:///{folder / 'ledger.db'}"
    return Workplace(url, folder, folder / "phones", f" --store {quote(url)}")
