"""Why something ran, will run, or did not: any occurrence of past or future, any task. It asks only the ledger, so it
answers with the daemon down too."""

from collections.abc import Iterable

from runner.clock import utc
from runner.errors import UsageError
from runner.queries.find_task import find_task
from runner.queries.situation import Situation
from runner.queries.why_answer import NOWHERE, WhyAnswer, WhyVerdict
from runner.queries.why_task import explain_task
from runner.store.asked.ledger import AskedLedger
from runner.store.rows import DeletedTask


def answers_to(ledger: AskedLedger, subject: str, at: str | None, situation: Situation) -> list[WhyAnswer]:
    """The answers about an entry, each entry of a campaign, or a task. Raises UsageError if the subject can be none of
    these."""
    campaign, slash, entry = subject.partition("/")
    # A part of a task's key may look like CAMPAIGN/ENTRY too: an entry that is known goes first.
    if slash and entry and "/" not in entry:
        from runner.queries.why_entry import explain_entry  # slow to import, and no task needs it

        answers = explain_entry(ledger, campaign, entry, at, situation)
        is_nowhere = all(one.verdict in NOWHERE for one in answers)
        if at or not is_nowhere or not ledger.tasks.find(subject, limit=1):
            return answers
    if not slash and _is_campaign(ledger, subject):
        from runner.queries.why_entry import explain_campaign

        if about := explain_campaign(ledger, subject, at, situation):
            return about
    if at:
        raise UsageError(f"--at asks for an occurrence, and {subject!r} is no CAMPAIGN and no CAMPAIGN/ENTRY")
    if deleted := ledger.tasks.find_deleted(subject):
        return [explain_deleted(deleted, situation)]
    return explain_tasks(ledger, [find_task(ledger, subject).task.key], situation)


def _is_campaign(ledger: AskedLedger, name: str) -> bool:
    """Whether the ledger knows a campaign of this name, if only from a file that is invalid."""
    known = [row.name for row in ledger.campaigns.all()]
    return name in known or any(file.campaign == name for file in ledger.campaigns.invalid_files())


def explain_deleted(task: DeletedTask, situation: Situation) -> WhyAnswer:
    """What is left to say about a task that was deleted."""
    when = situation.time(task.deleted_utc)
    said = f"It was deleted at {when}, by hand or by the retention; it was {task.state} then."
    facts = {"key": task.key, "state": task.state.value, "deleted_utc": utc(task.deleted_utc)}
    return WhyAnswer(
        WhyVerdict.DELETED, task.key, (said, "Its key stays taken: it is never done again."), facts
    )


def explain_tasks(ledger: AskedLedger, keys: Iterable[str], situation: Situation) -> list[WhyAnswer]:
    """Why these tasks, which the ledger holds, are as they are."""
    records = filter(None, map(ledger.tasks.record_of, keys))
    return [explain_task(record, situation) for record in records]
