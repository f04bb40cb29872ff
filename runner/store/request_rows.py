"""What people ask for and did by hand, as callers write it to the ledger and read it.

Instants are aware and in UTC.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class CommandKind(StrEnum):
    """What people ask of the process that carries tasks out."""

    STOP_ALL = "stop_all"
    STOP_TASK = "stop_task"
    TASKS_ADDED = "tasks_added"


class PauseScope(StrEnum):
    """What a pause keeps from starting: everything, the tasks of one campaign, or those of one device."""

    ALL = "all"
    CAMPAIGN = "campaign"
    DEVICE = "device"


class CommandRow(NamedTuple):
    """A request to the process that carries tasks out; open until it has been answered."""

    id: int
    kind: CommandKind
    subject: str | None
    arguments: Mapping[str, object]
    by: str
    requested_utc: datetime
    done_utc: datetime | None
    answer: str


class ActionRow(NamedTuple):
    """What a person did by hand: to which campaign, device or task (None: to everything)."""

    at_utc: datetime
    by: str
    kind: str
    subject: str | None
    detail: str


class PauseRow(NamedTuple):
    """A pause; `subject` is the campaign or device, None for all; `ended_utc` is None while it lasts."""

    scope: PauseScope
    subject: str | None
    by: str
    since_utc: datetime
    ended_utc: datetime | None = None
