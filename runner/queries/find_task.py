"""The task that a person names."""

from runner.errors import UnknownTask, UsageError
from runner.store.asked.ledger import AskedLedger
from runner.store.rows import TaskRow

MOST_CANDIDATES = 8


def find_task(ledger: AskedLedger, name: str) -> TaskRow:
    """The task with this id, this key, or the only one whose key has this part; a name of digits alone is an id.

    Raises UsageError, with the candidates, if there is none or more than one.
    """
    found = ledger.tasks.find(name, limit=MOST_CANDIDATES + 1) if name else []
    exact = [row for row in found if row.task.key == name or str(row.id) == name]
    if name.isdecimal() and not exact:  # a mistyped id must not lead to a task with that number in its key
        found = []
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise UnknownTask(f"the ledger has no task {name or repr(name)}")
    lines = [f"{row.id}  {row.state}  {row.task.key}" for row in found[:MOST_CANDIDATES]]
    more = ["..."] if len(found) > MOST_CANDIDATES else []
    raise UsageError(
        f"several tasks have {name!r} in their key",
        hint="\n  ".join(["name one of them, by its number if you like:", *lines, *more]),
    )
