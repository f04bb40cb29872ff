"""Campaigns, their texts and start times, as callers write them to the ledger and read them.

Instants are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class CampaignVersion(NamedTuple):
    """One text of a campaign file; `path` and `commit` are where it was last seen."""

    id: int
    name: str
    path: str
    text: str
    commit: str | None


PROFILE = "apps/"
"""What stands before the name of an app profile among the texts of flows: no script is called so."""


class VersionRow(NamedTuple):
    """One text of a campaign file that was read, without the text: its `size` is in characters. It was first and last
    read at these instants, the last time at this commit."""

    id: int
    name: str
    path: str
    commit: str | None
    first_seen_utc: datetime
    seen_utc: datetime
    size: int


@dataclass(frozen=True, slots=True)
class InForce:
    """A campaign's text that takes effect; `rules` are its (entry, start time as written), `flows` the texts of the
    flows that it uses, by script, and of the app profiles beside it, by `apps/NAME`, and of the accounts
    and phones that it shares, by `accounts.yaml` and `devices.yaml`."""

    name: str
    path: str
    version_id: int
    commit: str | None
    rules: frozenset[tuple[str, str]]
    since_utc: datetime
    flows: Mapping[str, str] = field(default_factory=dict)


class GoodText(NamedTuple):
    """A campaign's text without errors, before it takes effect; see `InForce`."""

    name: str
    path: str
    text: str
    flows: Mapping[str, str]
    commit: str | None
    rules: frozenset[tuple[str, str]]


class CampaignRow(NamedTuple):
    """A campaign that the daemon has met, and its last good text; `withdrawn_utc` and `withdrawn_reason` are set
    when it is no longer in force."""

    name: str
    path: str
    version_id: int
    text: str
    commit: str | None
    since_utc: datetime
    withdrawn_utc: datetime | None
    withdrawn_reason: str | None
    flows: Mapping[str, str]


class InvalidFile(NamedTuple):
    """A campaign file that is wrong, or cannot be read; `campaign` is the one that it belongs to, if any.

    `problem` has several lines, without secrets. It is wrong since `since_utc`, in this way since `commit`.
    """

    path: str
    campaign: str | None
    problem: str
    commit: str | None
    since_utc: datetime


class ScheduleRow(NamedTuple):
    """A start time of an entry, from when until when it was in force; `gone_utc` is None while it is."""

    campaign: str
    entry: str
    rule: str
    first_seen_utc: datetime
    gone_utc: datetime | None
