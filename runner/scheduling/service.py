"""The part of the daemon that knows time and files: it puts campaigns in force, and their occurrences come due."""

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from operator import is_
from pathlib import Path
from typing import Protocol

from runner.campaign.narrowing import asks_phones
from runner.campaign.resolve import ResolvedCampaign
from runner.clock import Clock
from runner.clock_watch import ClockWatch
from runner.errors import LedgerError, RunnerError
from runner.events import (
    CampaignChanged,
    CampaignsReloaded,
    ClockStepped,
    DaemonTroubled,
    Event,
    EventSink,
    FilesPolled,
    TroubleOver,
)
from runner.planning.coming import next_occurrence
from runner.scheduling.alarm import Alarm
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.jobs import TimedWork
from runner.scheduling.registry import Registry
from runner.scheduling.reload import Reload
from runner.scheduling.timetable import Timetable
from runner.scheduling.watch import NoNotifications, Watch
from runner.store.campaign_rows import CampaignRow
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.store.sightings import fitting
from runner.tasks import Task

FILES_GONE = "what was in force stays; bring the files back, or stop the daemon to end the campaigns"
REMATCH_S = 15.0
"""How often phones are chosen anew by what they say of themselves; without such a `match` that asks nobody."""

READ_AHEAD_S = 60.0
"""How often what has changed of the files that are posted is read, before they are due."""

POLLED = "campaign files are looked at twice a second instead"


class CarriesOut(Protocol):
    """Who has tasks carried out: the executor of this process, or the leader of several hosts."""

    clock_watch: ClockWatch

    def submit(self, tasks: Iterable[TaskRow | Task]) -> None: ...

    def wake(self) -> None: ...


class Service:
    """Keeps campaign files in force and hands the tasks of their occurrences to the executor.

    Start it before the executor, since it first settles tasks that must not start any more. Open its `jobs` before it
    starts, and stop them before it stops. Unless it `watches` them, files that change are read when it is asked to.
    With `takes_over` it goes on where another daemon ended a moment ago.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        ledger: Ledger,
        executor: CarriesOut,
        clock: Clock,
        sink: EventSink,
        registry: Registry,
        jobs: TimedWork,
        fleet_zone: tzinfo = UTC,
        *,
        watches: bool = True,
        takes_over: bool = False,
    ) -> None:
        self._takes_over = takes_over
        self._ledger, self._executor, self._clock, self._sink = ledger, executor, clock, sink
        self._registry, self._jobs = registry, jobs
        self._folder = CampaignFolder(paths, ledger, clock, fleet_zone)
        self._timetable = Timetable(ledger, clock, executor.submit, self._tell)
        executor.clock_watch.on_step(self._settle_after_step)
        self._without_files = _Troubles(sink, "the campaigns can be read again", FILES_GONE)
        self._without_ledger = _Troubles(sink, "the ledger can be used again")
        self._alarm = Alarm(jobs, self._timetable, self._try_again, self._without_ledger.note)
        self._watch = Watch(paths, self.reload) if watches else None
        self._reloading = threading.Lock()
        self._taken_up: tuple[ResolvedCampaign, ...] = ()
        self._fitting: tuple[ResolvedCampaign, ...] = ()
        self._is_stale = False
        self._no_notifications: NoNotifications | None = None

    @property
    def campaigns(self) -> tuple[ResolvedCampaign, ...]:
        """The campaigns in force, by name, on the phones that fit now."""
        return tuple(fitting(self._ledger, self._folder.campaigns))

    def rematch(self) -> None:
        """Choose phones anew by what they have said of themselves meanwhile. Occurrences that have come keep theirs."""
        with self._reloading:
            if self._is_stale or not asks_phones(self._folder.campaigns):
                return
            campaigns = self.campaigns
            if [_candidates(one) for one in campaigns] != [_candidates(one) for one in self._fitting]:
                self._take_up(campaigns)

    def start(self) -> None:
        """Read the files, settle what was missed, and go on from now.

        Raises FolderError if there are no files to read, LedgerError if the ledger cannot be used.
        """
        if self._watch is not None:
            self._watch.start()  # before the files are read: it tells of what changes meanwhile
        try:
            with self._reloading:
                self._say_if_polled()
                self._begin()
        except BaseException:
            self._stop_watching()
            raise

    def reload(self, *, anew: bool = False) -> None:
        """Read the files that seem to have changed, or all of them `anew`, and put the changes in force; running tasks
        go on as they are."""
        with self._reloading:
            self._say_if_polled()
            try:
                self._reload(anew)
            except LedgerError as error:
                # The files have been read, so no change of them will bring another reload: the next heartbeat does.
                self._is_stale = True
                self._without_ledger.note(error)
            except RunnerError as error:
                self._without_files.note(error)

    def next_start(self) -> datetime | None:
        """The instant of the next occurrence, if there is one."""
        coming = next_occurrence(self.campaigns, self._clock.now())
        return coming.instant_utc if coming else None

    def stop(self, reason: str = "stopped") -> None:
        """Decide nothing more; the jobs have stopped by now. The next daemon settles what comes from now on."""
        self._stop_watching()
        self._timetable.end(reason)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.stop()

    def _begin(self) -> None:
        reload = self._folder.load()
        self._fitting = self.campaigns
        self._registry.replace(self._fitting)
        # Before the timetable: what is cancelled for its removal must not be told as missed.
        cancelled = self._cancel_what_is_gone()
        self._timetable.begin(self._fitting, takes_over=self._takes_over)
        self._taken_up = reload.campaigns
        self._alarm.start()
        self._jobs.every(REMATCH_S, "match", self.rematch, self._without_ledger.note)
        self._jobs.every(READ_AHEAD_S, "material", self._read_ahead, self._without_ledger.note, at_once=True)
        self._tell_of(reload, cancelled)

    def _reload(self, anew: bool) -> None:
        reload = self._folder.load(anew=anew)
        self._without_files.end()
        if not self._is_stale and _are_same(reload.campaigns, self._taken_up) and not reload.changes:
            return
        self._take_up(self.campaigns)
        cancelled = self._cancel_what_is_gone()
        self._taken_up, self._is_stale = reload.campaigns, False
        self._alarm.refresh()
        self._tell_of(reload, cancelled)

    def _take_up(self, campaigns: tuple[ResolvedCampaign, ...]) -> None:
        self._fitting = campaigns
        self._registry.replace(campaigns)
        # The timetable first settles what came due until now by the old files, so that cancelling finds all of it.
        self._timetable.replace(campaigns)

    def _read_ahead(self) -> None:
        self._timetable.read_ahead(self._jobs.stopping)

    def _cancel_what_is_gone(self) -> int:
        cancelled = cancel_what_is_gone(self._ledger, self.campaigns)
        if cancelled:
            self._executor.wake()
        return cancelled

    def _tell_of(self, reload: Reload, cancelled: int) -> None:
        for change in reload.changes:
            words = (change.what.value, change.detail, change.commit)
            self._sink(CampaignChanged(change.campaign, change.entry, *words))
        counts = (len(reload.campaigns), len(reload.changes), len(reload.problems))
        self._sink(CampaignsReloaded(*counts, cancelled))

    def _tell(self, event: Event) -> None:
        if isinstance(event, ClockStepped):
            self._executor.wake()
        self._sink(event)

    def _settle_after_step(self, stepped_s: float) -> None:
        """Miss what expired while the machine slept, before the executor begins anything further. A step back makes
        nothing late: the next heartbeat finds it."""
        if stepped_s > 0:
            self._timetable.settle_due()

    def _try_again(self) -> None:
        """Reload what the ledger refused before; called after a heartbeat, which shows that the ledger works again."""
        if self._is_stale:
            self.reload()
        if not self._is_stale:
            self._without_ledger.end()

    def _say_if_polled(self) -> None:
        """Tell once that there are no notifications."""
        if self._watch is None:
            return
        before, self._no_notifications = self._no_notifications, self._watch.no_notifications
        if self._no_notifications and self._no_notifications != before:
            self._sink(
                FilesPolled(f"{self._no_notifications.message}: {POLLED}", self._no_notifications.hint)
            )


def _candidates(campaign: ResolvedCampaign) -> list[list[tuple[str, bool]]]:
    """Which phones fit in each entry."""
    return [[(one.serial, not one.misfit) for one in entry.candidates] for entry in campaign.entries]


def _are_same(one: Sequence[ResolvedCampaign], other: Sequence[ResolvedCampaign]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))


def cancel_what_is_gone(ledger: Ledger, campaigns: Iterable[ResolvedCampaign]) -> int:
    """Cancel tasks that start times made and nobody has begun, of entries and campaigns that are not in force any
    more; returns how many. It asks the ledger and no reload, so it may be called at any time and again."""
    in_force = {name: resolved for resolved in campaigns for name in (*resolved.formerly, resolved.name)}
    rows = {row.name: row for row in ledger.campaigns.all()}
    cancelled = 0
    for campaign, entry in sorted(ledger.occurrences.open_entries()):
        if reason := _gone(campaign, entry, in_force.get(campaign), rows.get(campaign)):
            cancelled += len(ledger.tasks.cancel_unstarted(campaign, entry, reason))
    return cancelled


def _gone(
    campaign: str, entry: str, resolved: ResolvedCampaign | None, row: CampaignRow | None
) -> str | None:
    """Why an entry is not in force any more; None if it is, or if it never was."""
    if resolved is not None:
        if any(one.name == entry for one in resolved.entries):
            return None
        commit = f" (commit {resolved.commit})" if resolved.commit else ""
        return f"the entry {entry} was removed from the campaign {resolved.name}{commit}"
    if row is not None and row.withdrawn_utc is not None:
        return f"the campaign {campaign} was withdrawn: {row.withdrawn_reason}"
    return None


class _Troubles:
    """Tells of something that cannot be done now and is tried again: once, however often it fails, and when it is over.

    `over` is the message then; `hint` replaces that of the errors. Any thread may call it.
    """

    def __init__(self, sink: EventSink, over: str, hint: str | None = None) -> None:
        self._sink = sink
        self._hint = hint
        self._over = over
        self._reported: set[str] = set()

    def note(self, error: RunnerError) -> None:
        if error.message not in self._reported:
            self._reported.add(error.message)
            self._sink(DaemonTroubled(error.message, self._hint or error.hint))

    def end(self) -> None:
        """It can be done again."""
        if self._reported:
            self._reported.clear()
            self._sink(TroubleOver(self._over))
