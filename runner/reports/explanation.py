"""Why something ran, will run, or did not: the answer as a type, as text for people, as JSON for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from textwrap import wrap
from typing import Any

from runner.reports.instants import print_zone
from runner.reports.terminal import Column, Rows, Terminal


class Verdict(StrEnum):
    """What became, or will become, of a task or an occurrence."""

    RUNNING = "running"
    UNCERTAIN = "uncertain"
    IN_DOUBT = "in-doubt"
    ON_HOLD = "on-hold"
    PAUSED = "paused"
    DAEMON_DOWN = "daemon-down"
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


STYLES = {
    Verdict.RAN: "green",
    Verdict.RUNNING: "cyan",
    Verdict.WILL_RUN: "cyan",
    Verdict.WILL_BE_MISSED: "red",
    Verdict.FAILED: "red",
    Verdict.UNCERTAIN: "bold red",
    Verdict.ON_HOLD: "bold red",
    Verdict.FILE_INVALID: "red",
}
"""Of the verdicts that are neither good nor bad, none has a style of its own: they are yellow."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer for one task, one occurrence, or a question that leads to neither.

    `facts` are what the verdict rests on, as JSON takes it (instants in ISO 8601, UTC); `advice` is what can be
    done, a sentence each; `parts` are the tasks of an occurrence.
    """

    verdict: Verdict
    subject: str
    sentences: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    advice: tuple[str, ...] = ()
    parts: tuple["Explanation", ...] = ()


def explanation_data(answers: Sequence[Explanation]) -> list[dict[str, Any]]:
    """`[{"verdict", "subject", "sentences", "facts", "advice", "tasks": [the same for each task]}]`."""
    return [
        {
            "verdict": one.verdict.value,
            "subject": one.subject,
            "sentences": list(one.sentences),
            "facts": dict(one.facts),
            "advice": list(one.advice),
            "tasks": explanation_data(one.parts),
        }
        for one in answers
    ]


def print_explanations(answers: Sequence[Explanation], zone: tzinfo, out: Terminal) -> None:
    """The zone of all times that name none, each answer with its tasks, and what can be done."""
    print_zone(zone, out)
    out.say()
    for number, one in enumerate(answers):
        if number:
            out.say()
        _print(one, out)
    advice = list(dict.fromkeys(_advice(answers)))
    if advice:
        out.say()
    for sentence in advice:
        out.say(f"To do: {sentence}")


def _print(one: Explanation, out: Terminal) -> None:
    out.say((one.subject, "bold"), "  ", (one.verdict.value, _style(one.verdict)))
    for sentence in one.sentences:
        for line in wrap(sentence, out.width - 2, break_long_words=False, break_on_hyphens=False):
            out.say(f"  {line}")
    if len(one.parts) > 1:
        out.print(_tasks(one.parts))


def _tasks(parts: Sequence[Explanation]) -> Rows:
    table = Rows("PHONE", Column("TARGET", is_text=True), "VERDICT", Column("WHY", is_text=True), indent=2)
    for part in parts:
        table.add(
            str(part.facts.get("lane") or ""),
            str(part.facts.get("target") or ""),
            (part.verdict.value, _style(part.verdict)),
            " ".join(part.sentences),
        )
    return table


def _style(verdict: Verdict) -> str:
    return STYLES.get(verdict, "yellow")


def _advice(answers: Sequence[Explanation]) -> Iterator[str]:
    for one in answers:
        yield from one.advice
        yield from _advice(one.parts)
