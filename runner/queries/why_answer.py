"""The type of the answer to why something ran, will run, or did not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from runner.queries.advice import Advice


class WhyVerdict(StrEnum):
    """What became, or will become, of a task or an occurrence.

    The first of an occurrence's tasks in this order speaks for it, so what needs a person comes first.
    """

    RUNNING = "running"
    UNCERTAIN = "uncertain"
    IN_DOUBT = "in-doubt"
    ON_HOLD = "on-hold"
    PAUSED = "paused"
    DAEMON_DOWN = "daemon-down"
    HOST_GONE = "host-gone"
    NO_HOST = "no-host"
    HELD_BACK = "held-back"
    DEVICE_AWAY = "device-away"
    ACCOUNT_BUSY = "account-busy"
    RETRYING = "retrying"
    QUEUED = "queued"
    WAITING = "waiting"
    WILL_RUN = "will-run"
    WILL_WAIT = "will-wait"
    WILL_BE_MISSED = "will-be-missed"
    FAILED = "failed"
    DAEMON_WAS_DOWN = "daemon-was-down"
    CLOCK_STEPPED = "clock-stepped"
    LEDGER_PUT_BACK = "ledger-put-back"
    MISSED = "missed"
    SKIPPED = "skipped"
    MERGED = "merged"
    CANCELLED = "cancelled"
    RAN = "ran"
    DELETED = "deleted"
    INACTIVE = "inactive"
    NOT_KNOWN_THEN = "not-known-then"
    NO_RECORD = "no-record"
    FILE_INVALID = "file-invalid"
    NO_START_TIME = "no-start-time"
    NO_SUCH_ENTRY = "no-such-entry"
    NO_SUCH_CAMPAIGN = "no-such-campaign"
    NOTHING_AHEAD = "nothing-ahead"


NOWHERE = {
    WhyVerdict.NO_SUCH_CAMPAIGN,
    WhyVerdict.NO_SUCH_ENTRY,
    WhyVerdict.NO_START_TIME,
    WhyVerdict.FILE_INVALID,
}
"""Verdicts on a question that leads to no task and no occurrence."""


@dataclass(frozen=True, slots=True)
class WhyAnswer:
    """The answer for one task, one occurrence, or a question that leads to neither.

    `facts` are what the verdict rests on, in a form that JSON takes (instants in ISO 8601, UTC); `advice` is what one
    can do; `parts` are the tasks of an occurrence.
    """

    verdict: WhyVerdict
    subject: str
    sentences: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    advice: tuple[Advice, ...] = ()
    parts: tuple["WhyAnswer", ...] = ()
