"""The post office: a job of the daemon that looks for news and hands them to threads, which send them.

Nothing waits for a recipient but its own thread, of which there is one at a time. The ledger is the queue.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.clock import Clock
from runner.crash_log import write_crash_log
from runner.errors import RunnerError
from runner.notifications.look import NewsLook
from runner.notifications.news import NewsEvent, news_of
from runner.notifications.present import OVER, Present
from runner.notifications.recipients import Recipient
from runner.notifications.turns import next_turn
from runner.notifications.wording import Message, MessageOrigin, message_of
from runner.reports.log_lines import LogLines
from runner.store.ledger import Ledger
from runner.store.notification_rows import NotificationRow, Untold

PERIOD_S = 2.0
"""How often the job runs."""

DEADLINE_S = 60.0
"""How long a message may take. Its thread cannot be ended, but its recipient gets no other until it has."""

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (0.5, 2, 5, 15, 30, 60, 120))
"""How long to wait after each failed try; when there is none left, the news are given up."""

TOO_OLD = timedelta(days=2)
"""News that could not be told for so long are told to nobody any more."""

LAST_S = 3.0
"""How long the daemon's end waits for messages that are being sent."""

Send = Callable[[Recipient, Message], str | None]


@dataclass(slots=True, eq=False)
class _Sending:
    """A message on its way to a recipient, since `began` on the clock's monotonic seconds."""

    recipient: Recipient
    ids: Sequence[int]
    tries: int
    began: float
    thread: threading.Thread
    is_overdue: bool = False
    result: "_Result | None" = None


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of a message: None, or why it was not taken."""

    problem: str | None


class PostOffice:
    """Tells `recipients` what `look` finds. Call `run` again and again, in one thread, and `close` at the end."""

    def __init__(
        self,
        recipients: Sequence[Recipient],
        look: NewsLook,
        ledger: Ledger,
        clock: Clock,
        place: MessageOrigin,
        send: Send,
        log: LogLines,
    ) -> None:
        self._recipients = {one.name: one for one in recipients}
        self._look, self._ledger, self._clock = look, ledger, clock
        self._place, self._send, self._log = place, send, log
        self._sending: dict[str, _Sending] = {}
        self._saving = threading.Lock()
        self._bugs: set[type[Exception]] = set()
        self._troubles: set[str] = set()

    def run(self) -> None:
        """Look for news, write down what is to be told, and send what may go. Raises LedgerError.

        A bug in here is logged once, and ends nothing: a notification is not worth a task.
        """
        try:
            self._settle()
            self._note()
            self._hand_out()
            self._troubles.clear()
        except RunnerError:
            raise
        except Exception as error:  # noqa: BLE001
            if type(error) not in self._bugs:
                self._bugs.add(type(error))
                log = write_crash_log(error)
                self._log.say(
                    "notifications failed, this is a bug", "error", reason=repr(error), crash_log=log
                )

    def say_failed(self, error: RunnerError) -> None:
        """Log that the ledger could not be used, once for each reason; the job runs again in a moment."""
        if error.message not in self._troubles:
            self._troubles.add(error.message)
            self._log.say("notifications wait", "warning", reason=error.message, hint=error.hint)

    def close(self) -> None:
        """Wait a moment for what is being sent. What has no result by then is sent again at the next start."""
        give_up_at = self._clock.monotonic() + LAST_S
        for sending in list(self._sending.values()):
            sending.thread.join(max(give_up_at - self._clock.monotonic(), 0.0))

    def _note(self) -> None:
        now = self._clock.now()
        for part in self._look.news():
            self._ledger.notifications.note(
                [
                    one.to(recipient.name, max(now + recipient.gather, one.at_utc + one.wait))
                    for one in part
                    for recipient in self._recipients.values()
                    if one.event in recipient.events
                ]
            )

    def _hand_out(self) -> None:
        waiting = self._give_up_old(self._ledger.notifications.waiting())
        if not waiting:
            return
        last_sent, present = self._ledger.notifications.last_sent(), Present(self._ledger)
        for recipient in self._recipients.values():
            events = {one.event for one in waiting if one.recipient == recipient.name}
            if events and recipient.name not in self._sending:
                self._serve(recipient, events, last_sent, present)

    def _serve(
        self,
        recipient: Recipient,
        events: Collection[str],
        last_sent: Mapping[tuple[str, str], datetime],
        present: Present,
    ) -> None:
        def rows(event: NewsEvent) -> Sequence[NotificationRow]:
            return self._ledger.notifications.open(recipient.name, event) if event in events else ()

        now, place = self._clock.now(), self._place
        turn = next_turn(recipient, rows, last_sent, now, place.zone)
        over = [row.id for row in turn if present.is_over(news_of(row), recipient.name)]
        if over:
            self._ledger.notifications.give_up(over, OVER)
        if left := [row for row in turn if row.id not in set(over)]:
            self._begin(recipient, left, message_of(left, place, now))

    def _begin(self, recipient: Recipient, rows: Sequence[NotificationRow], message: Message) -> None:
        ids, tries = [row.id for row in rows], max(row.tries for row in rows) + 1
        self._ledger.notifications.begin(ids)
        thread = threading.Thread(
            target=lambda: self._carry(sending, message), name=f"notify {recipient.name}", daemon=True
        )
        sending = _Sending(recipient, ids, tries, self._clock.monotonic(), thread)
        self._sending[recipient.name] = sending
        thread.start()

    def _carry(self, sending: _Sending, message: Message) -> None:
        """Send a message; the work of its thread."""
        sending.result = _Result(self._send(sending.recipient, message))
        with suppress(RunnerError):  # the job writes it down once the ledger can be used again
            self._save(sending)

    def _settle(self) -> None:
        """Write down what came of messages, as far as their threads could not."""
        for sending in list(self._sending.values()):
            if sending.result is not None:
                self._save(sending)
            elif not sending.is_overdue and self._clock.monotonic() - sending.began > DEADLINE_S:
                self._failed(sending, f"no answer within {DEADLINE_S:.0f} s")
                sending.is_overdue = True

    def _save(self, sending: _Sending) -> None:
        with self._saving:
            name, result = sending.recipient.name, sending.result
            if result is None or self._sending.get(name) is not sending:
                return
            if result.problem is None:
                self._ledger.notifications.sent(sending.ids)
                self._log.say("notification sent", to=name, news=len(sending.ids))
            elif not sending.is_overdue:
                self._failed(sending, result.problem)
            del self._sending[name]

    def _failed(self, sending: _Sending, problem: str) -> None:
        name, wait = sending.recipient.name, next(iter(BACK_OFF[sending.tries - 1 :]), None)
        if wait is None:
            self._ledger.notifications.give_up(sending.ids, problem)
        else:
            self._ledger.notifications.failed(sending.ids, problem, self._clock.now() + wait)
        what = "notification given up" if wait is None else "notification not sent"
        self._log.say(what, "warning", to=name, news=len(sending.ids), tries=sending.tries, reason=problem)

    def _give_up_old(self, waiting: Sequence[Untold]) -> list[Untold]:
        """Close what nobody will be told: a recipient is no longer named, or could not be reached for long. Returns
        what is left."""
        oldest = self._clock.now() - TOO_OLD
        for name in {one.recipient for one in waiting} - set(self._recipients):
            self._ledger.notifications.give_up_of(name, "its recipient is no longer in the settings")
        for name in {one.recipient for one in waiting if one.oldest_utc < oldest}:
            self._ledger.notifications.give_up_of(name, "it could not be told for two days", oldest)
        return [one for one in waiting if one.recipient in self._recipients]
