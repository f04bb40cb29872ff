"""The past of the pictures: days of campaigns written into a rehearsal's ledger through the ledger's own parts.

No phone has done any of it. Times come from a clock that this file moves; what is done when, and how it ends, is drawn
from the tasks' keys, so that the same campaigns and instant give the same past.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from runner.campaign.resolve import ResolvedCampaign
from runner.clock import ManualClock
from runner.planning.plan import Made, plan
from runner.planning.source import Window
from runner.reasons import ReasonKind
from runner.scheduling.folder import CampaignFolder
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseScope
from runner.store.rows import Decision, OccurrenceState
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task, TaskState

DAYS = 3
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SETTLE = 4 * MINUTE
"""How long before the end the last task begins: so much later the real daemon takes over."""

FAILURES = (
    "the button `Post` did not appear within 20 s",
    "the upload did not end within 120 s",
    "the screen shows `No internet connection`",
)


@dataclass(frozen=True)
class Stretch:
    """A time, in hours before the end, in which something was not as usual."""

    from_h: float
    until_h: float

    def instants(self, now: datetime) -> tuple[datetime, datetime]:
        return now - self.from_h * HOUR, now - self.until_h * HOUR


DOWN = Stretch(31, 27.5), Stretch(6.2, 5.1)
PAUSED = Stretch(15, 13.2)
HELD = Stretch(9.5, 7.4)
"""VIRTUAL03 waits for a person."""


class Scene:
    """`fill` writes DAYS of past that end at `now`."""

    def __init__(self, folder: Path, store_url: str, now: datetime) -> None:
        self.now = now
        self.clock = ManualClock(now - timedelta(days=DAYS))
        self.folder = folder
        self.store_url = store_url
        self.events: list[tuple[datetime, int, Callable[[], None]]] = []
        self.numbers = count()
        self.free: dict[str, datetime] = defaultdict(lambda: now - timedelta(days=DAYS))

    def fill(self) -> None:
        with Ledger.open(self.store_url, self.clock) as self.ledger:
            self.ledger.ownership.take(None, is_rehearsal=True)
            campaigns = CampaignFolder([self.folder], self.ledger, self.clock).load().campaigns
            self.versions = {row.name: row.version_id for row in self.ledger.campaigns.all()}
            self._lives()
            self._stops()
            window = Window(self.clock.now() + MINUTE, self.now)
            for made in plan(list(campaigns), window).made():
                self.at(made.coming.occurrence.instant_utc, lambda made=made: self._come(made))
            while self.events:
                instant, _, act = heappop(self.events)
                if instant > self.now:
                    break
                self.clock.advance(max(0.0, (instant - self.clock.now()).total_seconds()))
                act()

    def at(self, instant: datetime, act: Callable[[], None]) -> None:
        heappush(self.events, (instant, next(self.numbers), act))

    def _lives(self) -> None:
        """The daemon's lives, with the times between them in which nobody was there."""
        began = self.clock.now()
        for stretch in (*DOWN, None):
            end, again = stretch.instants(self.now) if stretch else (self.now, self.now)
            self.at(began, lambda end=end, is_last=stretch is None: self._live(end, is_last))
            began = again

    def _live(self, end: datetime, is_last: bool) -> None:
        span = self.ledger.spans.begin("0.1.0", "started")
        self.at(end - timedelta(seconds=1), lambda: self.ledger.spans.heartbeat(span))
        self.at(
            end, lambda: self.ledger.spans.end(span, "terminated" if is_last else "the machine was shut down")
        )

    def _stops(self) -> None:
        first, last = PAUSED.instants(self.now)
        self.at(first, lambda: self.ledger.pauses.begin(PauseScope.CAMPAIGN, "regulars", "Ann"))
        self.at(last, lambda: self.ledger.pauses.end(PauseScope.CAMPAIGN, "regulars"))
        first, last = HELD.instants(self.now)
        self.at(first, lambda: self.ledger.holds.place("VIRTUAL03", "the app asks to log in again"))
        self.at(last, lambda: self.ledger.holds.release("VIRTUAL03"))

    def _come(self, made: Made) -> None:
        """An occurrence whose instant has come: missed while nobody was there, else its tasks wait for their turn."""
        occurrence = made.coming.occurrence
        version = self.versions[occurrence.campaign]
        if self._is_in(DOWN, occurrence.instant_utc):
            reason = "the daemon was down when it came due; its grace had ended when the daemon started again"
            missed = Decision(
                occurrence, OccurrenceState.MISSED, reason, version, reason_kind=ReasonKind.DAEMON_WAS_DOWN
            )
            self.ledger.occurrences.record([missed])
            return
        self.ledger.occurrences.record(
            [Decision(occurrence, OccurrenceState.STARTED, "", version, made.tasks)]
        )
        for task in made.tasks:
            self.at(task.due_utc, lambda task=task: self._begin(task))

    def _begin(self, task: Task) -> None:
        """Begin a task if its lane is free, nothing keeps it from starting, and it can end in time."""
        now = self.clock.now()
        wait = self._wait(task, now)
        if wait is not None:
            until, reason, kind = wait
            if until > task.expires_utc or until > self.now:
                why = f"{reason}, for longer than its grace"
                self.at(min(task.expires_utc, self.now), lambda: self._miss(task, why, kind))
            else:
                self.ledger.tasks.hold_back(task.key, reason, until, kind)
                self.at(until, lambda: self._begin(task))
            return
        lasts = self._lasts(task)
        if self.free[task.lane] > now:
            if self.free[task.lane] + lasts < self.now - SETTLE:
                self.at(self.free[task.lane], lambda: self._begin(task))
            return
        if now + lasts > self.now - SETTLE:
            return  # it is pending, and the real daemon carries it out
        self.free[task.lane] = now + lasts + timedelta(seconds=8)
        attempts = self.ledger.attempts.start_all([task.key])
        self.at(now + lasts, lambda: self._end(task, attempts[task.key].id))

    def _wait(self, task: Task, now: datetime) -> tuple[datetime, str, ReasonKind] | None:
        if task.campaign == "regulars" and self._is_in((PAUSED,), now):
            return PAUSED.instants(self.now)[1], "regulars is paused by Ann", ReasonKind.PAUSED
        if task.device == "VIRTUAL03" and self._is_in((HELD,), now):
            return HELD.instants(self.now)[1], "VIRTUAL03 is on hold", ReasonKind.ON_HOLD
        return None

    def _miss(self, task: Task, reason: str, kind: ReasonKind) -> None:
        self.ledger.tasks.miss([task.key], reason, kind)

    def _end(self, task: Task, attempt_id: int) -> None:
        drawn = self._draw(task, "end", 100)
        kind = {"post": "post", "follow": "follow", "unfollow": "unfollow"}.get(task.script)
        if drawn >= 95 and not self._is_in((Stretch(2, 0),), self.clock.now()):
            failed = FAILURES[drawn % len(FAILURES)]
            self.ledger.attempts.finish(attempt_id, Outcome(AttemptOutcome.FAILED, failed), TaskState.FAILED)
            return
        if kind is not None:
            effect = self.ledger.effects.begin(
                attempt_id, task.key, kind, task.target, task.device, task.username, {}, task.options.app
            )
            self.ledger.effects.settle(effect, EffectState.COMMITTED, {})
        self.ledger.attempts.finish(attempt_id, Outcome(AttemptOutcome.COMPLETED), TaskState.COMPLETED)

    def _lasts(self, task: Task) -> timedelta:
        if task.script == "account_warmup":
            return timedelta(seconds=900 + self._draw(task, "lasts", 60))
        usual = 170 if task.script == "post" else 65
        return timedelta(seconds=usual + self._draw(task, "lasts", usual))

    def _is_in(self, stretches: Sequence[Stretch], instant: datetime) -> bool:
        return any(first <= instant < last for first, last in self._times(stretches))

    def _times(self, stretches: Sequence[Stretch]) -> Iterator[tuple[datetime, datetime]]:
        return (stretch.instants(self.now) for stretch in stretches)

    @staticmethod
    def _draw(task: Task, what: str, below: int) -> int:
        return int.from_bytes(sha256(f"{what} {task.key}".encode()).digest()[:4]) % below


def fleet(campaigns: Sequence[ResolvedCampaign]) -> list[str]:
    """The phones of the campaigns."""
    return list(dict.fromkeys(serial for campaign in campaigns for serial in campaign.phones))


ZONE = ZoneInfo("Europe/Stockholm")
