"""The campaigns in force, on hosts that do not lead."""

from datetime import UTC, datetime

import pytest

from runner.clock import SystemClock
from runner.hosts import followed_campaigns
from runner.hosts.followed_campaigns import FollowedCampaigns
from runner.hosts.renewal import Trouble
from runner.scheduling.registry import Registry
from runner.store.campaign_rows import CampaignRow, InForce
from runner.store.ledger import Ledger

TEXT = """
version: 1
name: {}
timezone: UTC
scripts:
  greet: {{script: follow, config: {{target_users: ["@one"]}}, devices: [A1], start_times: ["09:00"]}}
"""


def put_in_force(ledger: Ledger, name: str, more: str = "") -> None:
    text, path, now = TEXT.format(name) + more, f"/srv/{name}.yaml", datetime.now(UTC)
    version = ledger.campaigns.record(name, path, text, None)
    ledger.campaigns.put_in_force(InForce(name, path, version, None, frozenset(), now))


def test_only_what_has_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def restore(row: CampaignRow) -> None:
        read.append(row.name)

    monkeypatch.setattr(followed_campaigns, "restore", restore)
    with Ledger.open("sqlite://", SystemClock()) as ledger:
        followed = FollowedCampaigns(ledger, Registry(ledger), Trouble(lambda *it: None, ""))
        for name in ("autumn", "winter"):
            put_in_force(ledger, name)
        followed.look()
        followed.look()
        assert read == ["autumn", "winter"]
        put_in_force(ledger, "winter", "# changed\n")
        followed.look()
        assert read == ["autumn", "winter", "winter"]
        followed.pause()
        put_in_force(ledger, "spring")
        followed.look()
        followed.go_on()
        followed.look()
        assert read == ["autumn", "winter", "winter", "spring"]


def test_campaigns_that_were_withdrawn_are_in_force_no_longer() -> None:
    with Ledger.open("sqlite://", SystemClock()) as ledger:
        registry = Registry(ledger)
        followed = FollowedCampaigns(ledger, registry, Trouble(lambda *it: None, ""))
        for name in ("autumn", "winter"):
            put_in_force(ledger, name)
        followed.look()
        assert [one.name for one in registry.in_force()] == ["autumn", "winter"]
        ledger.campaigns.withdraw("autumn", "its file has gone")
        followed.look()
        assert [one.name for one in registry.in_force()] == ["winter"]
