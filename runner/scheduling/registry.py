"""What a campaign's tasks need while they are carried out: its limits, its own flows, and its app profiles."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.planning.limits import CampaignLimits, EffectiveLimits
from runner.scripts.script import FlowText, ProfileText
from runner.store.last_good import restore
from runner.store.ledger import Ledger
from runner.tasks import Task

FlowName = tuple[str, str]
"""A campaign, and a script of its own."""


class Registry:
    """Campaigns by all the names that they have had: those in force, and for tasks of others the newest text that the
    ledger has. Any thread may ask.

    `limits` are those of campaigns without a file, by name, as files write them.
    """

    def __init__(self, ledger: Ledger, limits: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._ledger = ledger
        self._given = limits or {}
        self._lock = threading.Lock()
        self._in_force: dict[str, ResolvedCampaign] = {}
        self._limits: dict[str, CampaignLimits] = {}
        self._others: dict[str, ResolvedCampaign | None] = {}

    @property
    def flows(self) -> Mapping[FlowName, FlowText]:
        """Campaigns' own flows, also of campaigns that are not in force."""
        return _Flows(self)

    def replace(self, campaigns: Sequence[ResolvedCampaign]) -> None:
        """These campaigns are in force from now on."""
        former = {name: campaign for campaign in campaigns for name in campaign.formerly}
        with self._lock:
            self._in_force = former | {campaign.name: campaign for campaign in campaigns}
            self._limits, self._others = {}, {}

    def limits(self, task: Task) -> EffectiveLimits:
        """The limits of a task's campaign; the built-in ones for a campaign that nobody knows."""
        with self._lock:
            if task.campaign not in self._limits:
                self._limits[task.campaign] = self._limits_of(task.campaign)
            return self._limits[task.campaign].of(task)

    def flow(self, campaign: str, script: str) -> FlowText | None:
        """A campaign's own flow; None for a script that is built in."""
        with self._lock:
            found = self._find(campaign)
        return found.flows.get((found.name, script)) if found else None

    def profiles(self, campaign: str) -> Mapping[str, ProfileText]:
        """A campaign's own app profiles, by app."""
        with self._lock:
            found = self._find(campaign)
        return found.profiles if found else {}

    def in_force(self) -> list[ResolvedCampaign]:
        """The campaigns in force, each once."""
        with self._lock:
            return list({id(one): one for one in self._in_force.values()}.values())

    def flows_in_force(self) -> dict[FlowName, FlowText]:
        with self._lock:
            return {name: flow for one in self._in_force.values() for name, flow in one.flows.items()}

    def _limits_of(self, campaign: str) -> CampaignLimits:
        found = None if campaign in self._given else self._find(campaign)
        if found is None:
            return CampaignLimits(self._given.get(campaign, {}), lambda entry, lane: None)
        return CampaignLimits(found.limits, found.timezone_of)

    def _find(self, campaign: str) -> ResolvedCampaign | None:
        if campaign in self._in_force:
            return self._in_force[campaign]
        if campaign not in self._others:
            self._others[campaign] = self._from_ledger(campaign)
        return self._others[campaign]

    def _from_ledger(self, campaign: str) -> ResolvedCampaign | None:
        version = self._ledger.campaigns.newest_version(campaign)
        if version is None:
            return None
        # Such a row has its flows too, as they were; any other text is read with the flows that lie beside its path.
        was_in_force = (row for row in self._ledger.campaigns.all() if row.version_id == version.id)
        if row := next(was_in_force, None):
            resolved = restore(row)
            return resolved if resolved else None
        loaded = load_text(version.text, version.path)
        return None if loaded.has_errors else resolve_campaign(loaded)


class _Flows(Mapping[FlowName, FlowText]):
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __getitem__(self, name: FlowName) -> FlowText:
        if (flow := self._registry.flow(*name)) is None:
            raise KeyError(name)
        return flow

    def __iter__(self) -> Iterator[FlowName]:
        return iter(self._registry.flows_in_force())

    def __len__(self) -> int:
        return len(self._registry.flows_in_force())
