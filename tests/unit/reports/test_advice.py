"""Advice becomes a command to type here, with the options that lead it to the ledger that was asked."""

import re
import shlex
from pathlib import Path

import pytest

from runner.cli.main import COMMANDS
from runner.errors import LedgerRefusal, Remedy, UnknownTask, UsageError
from runner.queries.advice import (
    AcceptRestore,
    Action,
    EndPause,
    Hint,
    MendFile,
    ReleaseHold,
    Resolve,
    ResumeRehearsal,
    ResumeRun,
    RetryTask,
    RunOccurrence,
    StartDaemon,
)
from runner.queries.why_answer import WhyVerdict
from runner.reports.advice import Options, command, sentence, to_do
from runner.reports.remedies import hint_of

ELSEWHERE = Options(" --virtual", " --store sqlite:////tmp/x.db")
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        (StartDaemon(), "runner daemon FOLDER --virtual"),
        (ResumeRehearsal("r1"), "runner run --resume r1"),
        (ResumeRun("r1"), "runner run --resume r1 --store sqlite:////tmp/x.db"),
        (AcceptRestore("old"), "runner ledger accept-restore --virtual"),
        (ReleaseHold("A1"), "runner holds release A1 --virtual"),
        (EndPause(None), "runner resume --virtual"),
        (EndPause("demo"), "runner resume demo --virtual"),
        (Resolve(7, "A1"), "runner tasks resolve 7 --virtual --happened, or --did-not"),
        (RetryTask(7), "runner tasks retry 7 --virtual"),
        (
            RunOccurrence("my demo.yaml", "2026-11-21T09:00[Europe/Stockholm]"),
            "runner run 'my demo.yaml' --at '2026-11-21T09:00[Europe/Stockholm]' --store sqlite:////tmp/x.db",
        ),
        (MendFile("a b.yaml"), "runner validate 'a b.yaml'"),
    ],
)
def test_an_action_is_a_command_that_finds_its_ledger(action: Action, typed: str) -> None:
    assert command(action, ELSEWHERE) == typed
    assert typed in to_do(action, ELSEWHERE)
    assert typed in sentence(action, WhyVerdict.RAN, ELSEWHERE)
    assert shlex.split(typed)[1] in COMMANDS


def test_the_sentence_says_what_becomes_of_a_task_with_this_verdict() -> None:
    said = {
        verdict: sentence(RetryTask(7), verdict, Options())
        for verdict in (WhyVerdict.FAILED, WhyVerdict.MISSED, WhyVerdict.CANCELLED)
    }
    assert said == {
        WhyVerdict.FAILED: "runner tasks retry 7 tries it again.",
        WhyVerdict.MISSED: "runner tasks retry 7 runs it now.",
        WhyVerdict.CANCELLED: "runner tasks retry 7 runs it after all.",
    }


@pytest.mark.parametrize("text", ["install it", "install it."])
def test_a_hint_is_a_sentence_with_one_full_stop(text: str) -> None:
    assert sentence(Hint(text), WhyVerdict.FAILED, Options()) == "install it."


@pytest.mark.parametrize("remedy", Remedy)
def test_every_remedy_has_a_command(remedy: Remedy) -> None:
    hint = hint_of(LedgerRefusal("cannot", remedy=remedy, task_key="demo/greet/1"))
    assert hint
    assert "`runner " in hint


def test_other_errors_keep_their_hints() -> None:
    assert hint_of(UsageError("no", hint="do that")) == "do that"
    assert hint_of(LedgerRefusal("no", hint="do that")) == "do that"
    assert "runner tasks list" in (hint_of(UnknownTask("no")) or "")


def test_no_answer_words_a_command_itself() -> None:
    worded = re.compile(rf"\brunner ({'|'.join(COMMANDS)})\b")
    sources = (ROOT / "runner" / "queries").glob("*.py")
    assert [path.name for path in sources if worded.search(path.read_text(encoding="utf-8"))] == []
