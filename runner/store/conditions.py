"""The conditions of the ledger's partial indexes: one serves a question that has its condition, word for word."""

from datetime import timedelta

from runner.store.instants import MICROSECOND

OPEN = "state IN ('pending', 'running')"
"""The tasks that are not over."""

LISTED = "deleted_utc IS NULL"
"""The tasks that are shown."""

UNPRUNED = "deleted_utc IS NOT NULL AND pruned_utc IS NULL"
"""The tasks that a person has deleted, and that still have their attempts."""

LATE_AFTER = timedelta(hours=6)
"""How long after its due instant a task may end and still be found by that instant; the later ones have an index."""

LATE = f"{LISTED} AND finished_utc > due_utc + {LATE_AFTER // MICROSECOND}"
"""The tasks that ended long after they were due."""

MISSED = "state = 'missed'"
"""The occurrences that were missed as a whole."""

IN_DOUBT = "state IN ('committing', 'made')"
"""The effects that were begun and not looked at yet."""
