"""Tasks for tests that work on a ledger: makes one, and claims one that needs an attempt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runner.store.ledger import Ledger
from runner.store.rows import Attempt
from runner.tasks import Task, task_key


def claim(ledger: Ledger, key: str) -> Attempt:
    """The task's next attempt, which runs then. Raises KeyError if the task is not pending, or not there."""
    return ledger.attempts.start_all([key])[key]


def task_on_phone(
    campaign: str,
    entry: str,
    nominal: str,
    script: str,
    device: str | None,
    username: str | None,
    target: str | None,
    due: datetime,
    config: Mapping[str, Any] | None = None,
) -> Task:
    """A task that stands alone in its occurrence, with ten minutes to end in."""
    key = task_key(campaign, entry, nominal, device or username or "", target)
    return Task(
        key,
        campaign,
        entry,
        script,
        "device",
        device,
        username,
        target,
        nominal,
        0,
        due,
        600,
        config or {},
    )
