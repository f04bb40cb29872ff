"""The folder with everything that the runner keeps: the user's own, or a rehearsal's."""

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from runner.errors import UsageError
from runner.settings import Settings
from runner.store.lock import ExecutorLock, Holder, HostLock, holder_beside
from runner.store.rehearsals import is_rehearsal
from runner.store.url import is_shared, ledger_path, shown
from runner.store.witness import Witnesses

if TYPE_CHECKING:
    from runner.store.artifacts import Artifacts
    from runner.store.ledger import Ledger

REHEARSALS = "rehearsals"
"""The folder with a folder for each rehearsal: its ledger, phones, screenshots and reports."""

HOST = "host"
"""How the names of the files begin that a process leaves in the state folder while it works on a shared ledger."""

FAST = "ahead-"
"""How the folders of rehearsals faster than life begin."""


@dataclass(frozen=True, slots=True)
class StateDir:
    """The ledger's URL, the folder for artifacts and reports, and the folder of the virtual phones, if any.

    `option` leads a command to this ledger, with a space in front; `witness` is the folder of what this machine has
    seen of its ledgers, None in a rehearsal, whose ledger may be thrown away; `rehearsed_run` is the run that this
    rehearses, if it is one's; `artifacts_url` is where artifacts go, None for a folder in this one.
    """

    store_url: str
    folder: Path
    phones: Path | None = None
    option: str = ""
    witness: Path | None = None
    rehearsed_run: str | None = None
    artifacts_url: str | None = None

    @property
    def witnesses(self) -> Witnesses | None:
        return Witnesses(self.witness) if self.witness is not None else None

    @property
    def ledger(self) -> str:
        """How people are told of the ledger."""
        return shown(self.store_url)

    @property
    def is_shared(self) -> bool:
        """Whether several hosts may use the ledger: it is a database of a server."""
        return is_shared(self.store_url)

    @property
    def beside(self) -> Path | None:
        """The file beside which the process that carries tasks out from here leaves its lock and its notice: the
        ledger's own, or one of the state folder if the ledger is elsewhere. None for a ledger in memory."""
        return self.folder / HOST if self.is_shared else ledger_path(self.store_url)

    def lock(self) -> ExecutorLock | HostLock:
        """What a process holds while it carries tasks out: nobody else does so from the same file, or as a host with
        the same state folder."""
        return HostLock(self.folder / HOST) if self.is_shared else ExecutorLock(self.store_url)

    def holder(self) -> Holder | None:
        """The process of this machine that holds that lock now; a shared ledger knows of all others."""
        return holder_beside(self.beside) if self.beside is not None else None

    def artifacts(self, ledger: "Ledger") -> "Artifacts":
        """The screens that the tasks of the ledger leave: those of this machine, and, if hosts share the ledger,
        theirs."""
        from runner.store.artifacts import Artifacts  # not for those who only ask the ledger

        place: Path | str = self.artifacts_url or self.folder / "artifacts"
        places = ledger.artifact_places if self.is_shared else None
        return Artifacts(place, self.folder / "artifacts-waiting", places)

    @property
    def material(self) -> Path:
        """Files of other hosts, for tasks on the phones of this one."""
        return self.folder / "material"

    @property
    def traces(self) -> Path:
        """What is changed on phones at the moment, to be undone."""
        return self.folder / "traces"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def report(self, run_id: str) -> Path:
        """The HTML report that a run leaves behind."""
        return self.reports / f"{run_id}.html"


def new_run_id(now: datetime) -> str:
    """A name for a run that sorts by time and can be typed: `20261121-180036-3fa9`."""
    return f"{now:%Y%m%d-%H%M%S}-{os.urandom(2).hex()}"


def choose_state_dir(settings: Settings, run_id: str, *, virtual: bool, resume: bool) -> StateDir:
    """The state folder of a run. One on virtual phones has a ledger and phones of its own, found by the run's id."""
    folder = settings.state_dir / REHEARSALS / run_id
    if virtual and resume and not folder.is_dir():
        raise UsageError(
            f"there is no rehearsal {run_id} under {folder.parent}",
            hint="leave --virtual out to resume a run on real phones, or check the id that `runner run` printed",
        )
    if virtual or (resume and folder.is_dir()):
        return _rehearsal(folder)
    return real_state_dir(settings)


def real_state_dir(settings: Settings, store_url: str | None = None) -> StateDir:
    """The user's own ledger, or the one that a URL names; the phones are real."""
    url = store_url or settings.store_url
    option = "" if url == settings.store_url else f" --store {quote(url)}"
    return StateDir(
        url,
        settings.state_dir,
        option=option,
        witness=settings.witness_dir,
        artifacts_url=settings.artifacts_url,
    )


def state_dir_of(settings: Settings, store_url: str | None) -> StateDir:
    """The state folder of the ledger that a URL names (None: the user's own); it may be a rehearsal's."""
    url = store_url or settings.store_url
    path = ledger_path(url)
    if not is_rehearsal(url):
        return real_state_dir(settings, store_url)
    if path is None:  # of a server: whoever asks it has no phones of it
        return host_place(settings, url, "asking", virtual=True)
    daemon = daemon_rehearsal(settings)
    if path.parent == daemon.folder:
        return daemon
    return replace(_rehearsal(path.parent), store_url=url, option=_rehearsal_option(url))


def fast_rehearsal(settings: Settings, now: datetime) -> StateDir:
    """Where a new `runner rehearse` keeps its things. There is no run to go on with: its time is made up."""
    return _rehearsal(settings.state_dir / REHEARSALS / f"{FAST}{new_run_id(now)}")


def is_fast(rehearsed_run: str) -> bool:
    """Whether what was rehearsed is no run, but time that was made up."""
    return rehearsed_run.startswith(FAST)


def daemon_rehearsal(settings: Settings) -> StateDir:
    """Where `runner daemon --virtual` keeps its things, from one start to the next."""
    return replace(
        _rehearsal(settings.state_dir / REHEARSALS / "daemon"), option=" --virtual", rehearsed_run=None
    )


def host_place(settings: Settings, store_url: str, host: str, *, virtual: bool) -> StateDir:
    """Where a host keeps its things beside a ledger that hosts share; each host of a rehearsal has its own phones."""
    if not virtual:
        return real_state_dir(settings, store_url)
    folder = settings.state_dir / REHEARSALS / f"host-{host}"
    option = _rehearsal_option(store_url)
    return replace(_rehearsal(folder), store_url=store_url, option=option, rehearsed_run=None)


def _rehearsal(folder: Path) -> StateDir:
    url = f"sqlite:///{folder / 'ledger.db'}"
    return StateDir(url, folder, folder / "phones", _rehearsal_option(url), rehearsed_run=folder.name)


def _rehearsal_option(store_url: str) -> str:
    return f" --virtual --store {quote(store_url)}"
