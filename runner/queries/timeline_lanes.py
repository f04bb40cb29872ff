"""The lanes of a timeline: a phone, an account, or an entry of a campaign; each has a number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.plannable_entry import PlannableEntry, PlannedLane, plannable_entries
from runner.store.host_rows import HostTable
from runner.store.rows import TaskTimes, TaskTotal
from runner.targets import DEFAULT_APP, account
from runner.tasks import Task

COLUMNS_OF = {
    "phone": ("lane",),
    "account": ("lane", "device", "username", "app"),
    "campaign": ("campaign", "entry"),
}
"""The columns of a task that tell its lane."""


class By(StrEnum):
    """What the lanes of a timeline are."""

    PHONE = "phone"
    ACCOUNT = "account"
    CAMPAIGN = "campaign"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a task that tell its lane."""
        return COLUMNS_OF[self]


@dataclass(frozen=True, slots=True)
class LaneLine:
    """A lane: `label` is what people read, `detail` what else they want to know of it, `group` the lanes that it
    belongs to."""

    name: str
    label: str
    detail: str
    group: str


class TimelineLanes:
    """Those of campaigns in force come first, as declared; any other one gets its number when it is met. Where `hosts`
    share the ledger, the label of a phone says which one has it, or is gone with it."""

    def __init__(
        self, by: By, campaigns: Mapping[str, ResolvedCampaign], hosts: HostTable | None = None
    ) -> None:
        self.by = by
        self._hosts = hosts
        self.lines: list[LaneLine] = []
        self._numbers: dict[str, int] = {}
        self._of_device: dict[str, list[int]] = {}
        self._of_entry: dict[tuple[str, str], list[int]] = {}
        self.plannables: list[PlannableEntry] = plannable_entries(campaigns.values())
        accounts = _accounts_of(self.plannables)
        for plannable in self.plannables:
            for lane in plannable.lanes:
                self._declare(plannable, lane, accounts)

    def of_task(self, row: TaskTimes | TaskTotal) -> int:
        """The lane of a task of the ledger."""
        if self.by is By.PHONE:
            return self._number(row.lane or "")
        if self.by is By.CAMPAIGN:
            return self._entry(row.campaign or "", row.entry or "")
        return self._doer(_doer(row.lane or "", row.device, row.username, row.app or DEFAULT_APP), row.device)

    def of_planned(self, task: Task) -> int:
        """The lane of a task that is planned."""
        if self.by is By.PHONE:
            return self._number(task.lane)
        if self.by is By.CAMPAIGN:
            return self._entry(task.campaign, task.entry)
        return self._doer(task.doer, task.device)

    def of_entry(self, campaign: str, entry: str) -> list[int]:
        """The lanes on which an entry works; none if it is not in force and lanes are no entries."""
        if self.by is By.CAMPAIGN:
            return [self._entry(campaign, entry)]
        return self._of_entry.get((campaign, entry), [])

    def of_campaign(self, campaign: str) -> list[int]:
        """The lanes on which a campaign in force works."""
        found = (lanes for (name, _), lanes in self._of_entry.items() if name == campaign)
        return list(dict.fromkeys(lane for lanes in found for lane in lanes))

    def of_device(self, device: str) -> list[int]:
        """The lanes that work on this phone alone."""
        if self.by is By.PHONE:
            return [self._number(device)]
        return self._of_device.get(device, [])

    def names_of(self, plannable: PlannableEntry) -> dict[PlannedLane, int]:
        """The lanes of a part of an entry, by its own."""
        return {lane: self._numbers[self._name(plannable, lane)] for lane in plannable.lanes}

    def _declare(
        self, plannable: PlannableEntry, lane: PlannedLane, accounts: Mapping[str, list[str]]
    ) -> None:
        name = self._name(plannable, lane)
        number = self._numbers.get(name)
        if number is None:
            number = self._add(self._line(plannable, lane, accounts))
        mine = self._of_entry.setdefault(plannable.name, [])
        if number not in mine:
            mine.append(number)
        if self.by is By.ACCOUNT and lane.device:
            its = self._of_device.setdefault(lane.device, [])
            if number not in its:
                its.append(number)

    def _name(self, plannable: PlannableEntry, lane: PlannedLane) -> str:
        if self.by is By.CAMPAIGN:
            return "/".join(plannable.name)
        return lane.name if self.by is By.PHONE else lane.doer

    def _line(
        self, plannable: PlannableEntry, lane: PlannedLane, accounts: Mapping[str, list[str]]
    ) -> LaneLine:
        name = self._name(plannable, lane)
        if self.by is By.CAMPAIGN:
            campaign, entry = plannable.name
            return LaneLine(name, entry, plannable.entry.script.name, campaign)
        if self.by is By.PHONE:
            return LaneLine(name, self._placed(name), ", ".join(accounts.get(name, ())), "")
        return self._account(name, lane.device)

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        return (
            self._add(LaneLine(name, self._placed(name) or "no lane", "", "")) if number is None else number
        )

    def _entry(self, campaign: str, entry: str) -> int:
        number = self._numbers.get(f"{campaign}/{entry}")
        if number is not None:
            return number
        return self._add(LaneLine(f"{campaign}/{entry}", entry or "no entry", "", campaign))

    def _doer(self, doer: str, device: str | None) -> int:
        number = self._numbers.get(doer)
        return self._add(self._account(doer, device)) if number is None else number

    def _account(self, doer: str, device: str | None) -> LaneLine:
        app, colon, handle = doer.partition(":@")
        if colon:
            on = f"on {self._placed(device, ', host ')}" if device else ""
            return LaneLine(doer, f"@{handle}", f"{'' if app == DEFAULT_APP else app} {on}".strip(), "")
        return LaneLine(doer, self._placed(doer), "" if doer.startswith("@") else "no account declared", "")

    def _placed(self, lane: str, between: str = " on ") -> str:
        """A lane with the host that has it, where there are several."""
        host = self._hosts.keeper(lane) if self._hosts else None
        return f"{lane}{between}{host.name}" if host else lane

    def _add(self, line: LaneLine) -> int:
        self._numbers[line.name] = len(self.lines)
        self.lines.append(line)
        return len(self.lines) - 1


@lru_cache(maxsize=4096)
def _doer(lane: str, device: str | None, username: str | None, app: str) -> str:
    return f"{app}:{account(username)}" if device and username else lane


def _accounts_of(plannables: Iterable[PlannableEntry]) -> dict[str, list[str]]:
    """The handles of the declared accounts of each phone."""
    found: dict[str, list[str]] = {}
    for plannable in plannables:
        for lane in plannable.lanes:
            if lane.device and lane.declared:
                handles = found.setdefault(lane.device, [])
                if lane.declared.handle not in handles:
                    handles.append(lane.declared.handle)
    return found
