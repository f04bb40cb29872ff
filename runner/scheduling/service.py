"""The daemon's part that knows time and files: campaigns come into force, and their occurrences come due."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from operator import is_
from pathlib import Path

from runner.campaign.resolve import ResolvedCampaign
from runner.clock import Clock
from runner.errors import LedgerError, RunnerError
from runner.events import CampaignChanged, CampaignsReloaded, ClockStepped, Event, EventSink, FilesPolled
from runner.execution.executor import Executor
from runner.planning.coming import next_occurrence
from runner.scheduling.alarm import Alarm
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.registry import Registry
from runner.scheduling.reload import Reload
from runner.scheduling.removal import cancel_what_is_gone
from runner.scheduling.timetable import Timetable
from runner.scheduling.troubles import Troubles
from runner.scheduling.watch import Blindness, Watch
from runner.store.ledger import Ledger

FILES_GONE = "what was in force stays; bring the files back, or stop the daemon to end the campaigns"
POLLED = "campaign files are looked at twice a second instead"


class Service:
    """Keeps campaign files in force and hands the tasks of their occurrences to the executor.

    Start it before the executor: tasks that must not start any more are settled first.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        ledger: Ledger,
        executor: Executor,
        clock: Clock,
        sink: EventSink,
        registry: Registry,
        fleet_zone: tzinfo = UTC,
    ) -> None:
        self._ledger, self._executor, self._clock, self._sink = ledger, executor, clock, sink
        self._registry = registry
        self._folder = CampaignFolder(paths, ledger, clock, fleet_zone)
        self._timetable = Timetable(ledger, clock, executor.submit, self._tell)
        executor.on_step(self._timetable.consider)
        self._without_files = Troubles(sink, "the campaigns can be read again", FILES_GONE)
        self._without_ledger = Troubles(sink, "the ledger can be used again")
        self._alarm = Alarm(self._timetable, clock, self._steady, self._without_ledger.note)
        self._watch = Watch(paths, self.reload)
        self._reloading = threading.Lock()
        self._taken_up: tuple[ResolvedCampaign, ...] = ()
        self._is_stale = False
        self._blind: Blindness | None = None

    @property
    def campaigns(self) -> tuple[ResolvedCampaign, ...]:
        """The campaigns in force, by name."""
        return self._folder.campaigns

    def start(self) -> None:
        """Read the files, settle what was missed, and go on from now.

        Raises FolderError if there are no files to read, LedgerError if the ledger cannot be used.
        """
        self._watch.start()
        try:
            with self._reloading:
                self._look_at_watch()
                self._begin()
        except BaseException:
            self._watch.stop()
            raise

    def reload(self, *, anew: bool = False) -> None:
        """Read the files that seem to have changed, or all of them `anew`, and put in force what has; tasks that run
        go on as they are."""
        with self._reloading:
            self._look_at_watch()
            try:
                self._reload(anew)
            except LedgerError as error:
                self._is_stale = True
                self._without_ledger.note(error)
            except RunnerError as error:
                self._without_files.note(error)

    def next_start(self) -> datetime | None:
        """The instant of the next occurrence, if there is one."""
        coming = next_occurrence(self.campaigns, self._clock.now())
        return coming.instant_utc if coming else None

    def stop(self, reason: str = "stopped") -> None:
        """Nothing more is decided. What comes from now on is settled when a daemon starts again."""
        self._watch.stop()
        self._alarm.stop()
        self._timetable.end(reason)

    def _begin(self) -> None:
        reload = self._folder.load()
        self._registry.replace(reload.campaigns)
        cancelled = self._cancel_what_is_gone()
        self._timetable.begin(reload.campaigns)
        self._taken_up = reload.campaigns
        self._alarm.start()
        self._tell_of(reload, cancelled)

    def _reload(self, anew: bool) -> None:
        reload = self._folder.load(anew=anew)
        self._without_files.end()
        if not self._is_stale and _are_same(reload.campaigns, self._taken_up) and not reload.changes:
            return
        self._registry.replace(reload.campaigns)
        self._timetable.replace(reload.campaigns)
        cancelled = self._cancel_what_is_gone()
        self._taken_up, self._is_stale = reload.campaigns, False
        self._alarm.refresh()
        self._tell_of(reload, cancelled)

    def _cancel_what_is_gone(self) -> int:
        cancelled = cancel_what_is_gone(self._ledger, self.campaigns)
        if cancelled:
            self._executor.wake()
        return cancelled

    def _tell_of(self, reload: Reload, cancelled: int) -> None:
        for change in reload.changes:
            told = (change.campaign, change.entry, change.what.value, change.detail, change.commit)
            self._sink(CampaignChanged(*told))
        counts = (len(reload.campaigns), len(reload.changes), len(reload.problems))
        self._sink(CampaignsReloaded(*counts, cancelled))

    def _tell(self, event: Event) -> None:
        if isinstance(event, ClockStepped):
            self._executor.wake()
        self._sink(event)

    def _steady(self) -> None:
        """At each tick at which the ledger could be used."""
        if self._is_stale:
            self.reload()
        if not self._is_stale:
            self._without_ledger.end()

    def _look_at_watch(self) -> None:
        """Tell once that there are no notifications."""
        polled, self._blind = self._blind, self._watch.blindness
        if self._blind and self._blind != polled:
            self._sink(FilesPolled(f"{self._blind.message}: {POLLED}", self._blind.hint))


def _are_same(one: Sequence[ResolvedCampaign], other: Sequence[ResolvedCampaign]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))
