"""Why something ran, will run, or did not, as text for people."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from textwrap import wrap

from runner.queries.why_answer import WhyAnswer, WhyVerdict
from runner.reports.advice import Options, sentence
from runner.reports.instants import print_zone
from runner.reports.rows import Column, Rows
from runner.reports.terminal import Terminal

STYLES = {
    WhyVerdict.RAN: "green",
    WhyVerdict.RUNNING: "cyan",
    WhyVerdict.WILL_RUN: "cyan",
    WhyVerdict.WILL_BE_MISSED: "red",
    WhyVerdict.FAILED: "red",
    WhyVerdict.UNCERTAIN: "bold red",
    WhyVerdict.ON_HOLD: "bold red",
    WhyVerdict.FILE_INVALID: "red",
}
"""Verdicts that are neither good nor bad have no style of their own: they are yellow."""


def print_why(answers: Sequence[WhyAnswer], zone: tzinfo, out: Terminal, options: Options) -> None:
    """Print the zone of all times that name none, each answer with its tasks, and what can be done."""
    print_zone(zone, out)
    out.say()
    for number, one in enumerate(answers):
        if number:
            out.say()
        _print(one, out)
    advice = list(dict.fromkeys(_advice(answers, options)))
    if advice:
        out.say()
    for line in advice:
        out.say(f"To do: {line}")


def _print(one: WhyAnswer, out: Terminal) -> None:
    out.say((one.subject, "bold"), "  ", (one.verdict.value, _style(one.verdict)))
    for said in one.sentences:
        for line in wrap(said, out.width - 2, break_long_words=False, break_on_hyphens=False):
            out.say(f"  {line}")
    if len(one.parts) > 1:
        out.print(_tasks(one.parts))


def _tasks(parts: Sequence[WhyAnswer]) -> Rows:
    table = Rows("PHONE", Column("TARGET", is_text=True), "VERDICT", Column("WHY", is_text=True), indent=2)
    for part in parts:
        table.add(
            str(part.facts.get("lane") or ""),
            str(part.facts.get("target") or ""),
            (part.verdict.value, _style(part.verdict)),
            " ".join(part.sentences),
        )
    return table


def _style(verdict: WhyVerdict) -> str:
    return STYLES.get(verdict, "yellow")


def _advice(answers: Sequence[WhyAnswer], options: Options) -> Iterator[str]:
    for one in answers:
        yield from (sentence(advice, one.verdict, options) for advice in one.advice)
        yield from _advice(one.parts, options)
