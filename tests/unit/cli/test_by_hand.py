"""The scheduled occurrence of a time, carried out by hand: whoever was first has done it, under whatever name."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.campaign.loader import load_text
from runner.cli.by_hand import record_scheduled
from runner.clock import ManualClock
from runner.planning.source import Source
from runner.store.ledger import Ledger

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = "2026-11-21T09:00"


def source(
    name: str = "autumn", start_times: str = '["09:00"]', head: str = "", devices: str = "[R58M123ABC]"
) -> Source:
    text = f"""\
version: 1
name: {name}
timezone: UTC
{head}
scripts:
  greet:
    script: follow
    devices: {devices}
    start_times: {start_times}
    config: {{target_users: ["@one"]}}
"""
    return Source.of(load_text(text, "campaigns/autumn.yaml"), None)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", ManualClock(NOW)) as made:
        yield made


def test_what_ran_under_a_former_name_of_the_campaign_is_done(ledger: Ledger) -> None:
    before, new = record_scheduled(ledger, source(), AT, "1", NOW)
    assert new == set(before)
    renamed = source("winter", head="formerly: [autumn]")
    assert record_scheduled(ledger, renamed, AT, "2", NOW) == (before, set())


def test_what_another_start_time_of_the_instant_named_is_done(ledger: Ledger) -> None:
    before, _ = record_scheduled(ledger, source(start_times=f"[{AT}:00Z]"), f"{AT}:00Z", "1", NOW)
    both = source(start_times=f'["09:00", {AT}:00Z]')
    assert record_scheduled(ledger, both, AT, "2", NOW) == (before, set())


def test_devices_that_were_added_get_tasks_of_their_own(ledger: Ledger) -> None:
    (before,), _ = record_scheduled(ledger, source(), AT, "1", NOW)
    more = source(devices="[R58M123ABC, R58M456DEF]")
    keys, new = record_scheduled(ledger, more, AT, "2", NOW)
    assert new == set(keys) - {before}
    assert [(row.task.device, row.run_id) for row in ledger.tasks()] == [
        ("R58M123ABC", "1"),
        ("R58M456DEF", "2"),
    ]
    assert record_scheduled(ledger, more, AT, "3", NOW) == (keys, set())
