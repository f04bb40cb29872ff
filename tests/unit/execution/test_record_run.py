"""The scheduled occurrence of a time, carried out by hand: whoever was first has done it, under whatever name."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.clock import ManualClock
from runner.errors import UsageError
from runner.execution.record_run import record_now, record_scheduled
from runner.store.ledger import Ledger

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = "2026-11-21T09:00"


def campaign(
    name: str = "autumn", start_times: str = '["09:00"]', head: str = "", devices: str = "[R58M123ABC]"
) -> ResolvedCampaign:
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
    return resolve_campaign(load_text(text, "campaigns/autumn.yaml"), None)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", ManualClock(NOW)) as made:
        yield made


FLOW = """\
version: 1
name: bring
app: org.example.notes
effects: none
parameters: {list: {type: file}, more: {type: files, default: []}}
steps:
  - push: {file: "${config.list}", to: /sdcard/Download/}
"""


def test_the_files_that_a_config_names_are_known_by_their_content(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "bring.yaml").write_text(FLOW)
    (tmp_path / "list.csv").write_text("milk")
    text = """\
version: 1
name: autumn
timezone: UTC
scripts:
  bring:
    script: bring
    devices: R58M123ABC
    config: {list: list.csv, more: [list.csv, gone.csv]}
    start_times: "09:00"
"""
    path = tmp_path / "autumn.yaml"
    path.write_text(text)
    made = resolve_campaign(load_text(text, str(path)), None)
    record_now(ledger, made, "1", NOW)
    record_scheduled(ledger, made, AT, "2", NOW)
    milk = hashlib.sha256(b"milk").hexdigest()
    seen = [(str(tmp_path / name), hash_) for name, hash_ in (("list.csv", milk), ("gone.csv", ""))]
    for row in ledger.tasks.all():
        assert row.task.config["list"] == str(tmp_path / "list.csv")
        named = [(file.path, file.sha256) for file in row.task.options.named]
        assert named == [seen[0], seen[0], seen[1]]
    assert len(ledger.tasks.all()) == 2


def test_what_ran_under_a_former_name_of_the_campaign_is_done(ledger: Ledger) -> None:
    before, new = record_scheduled(ledger, campaign(), AT, "1", NOW)
    assert new == set(before)
    renamed = campaign("winter", head="formerly: [autumn]")
    assert record_scheduled(ledger, renamed, AT, "2", NOW) == (before, set())


def test_what_another_start_time_of_the_instant_named_is_done(ledger: Ledger) -> None:
    before, _ = record_scheduled(ledger, campaign(start_times=f"[{AT}:00Z]"), f"{AT}:00Z", "1", NOW)
    both = campaign(start_times=f'["09:00", {AT}:00Z]')
    assert record_scheduled(ledger, both, AT, "2", NOW) == (before, set())


def test_devices_that_were_added_get_tasks_of_their_own(ledger: Ledger) -> None:
    (before,), _ = record_scheduled(ledger, campaign(), AT, "1", NOW)
    more = campaign(devices="[R58M123ABC, R58M456DEF]")
    keys, new = record_scheduled(ledger, more, AT, "2", NOW)
    assert new == set(keys) - {before}
    assert [(row.task.device, row.run_id) for row in ledger.tasks.all()] == [
        ("R58M123ABC", "1"),
        ("R58M456DEF", "2"),
    ]
    assert record_scheduled(ledger, more, AT, "3", NOW) == (keys, set())


WORLD = """\
version: 1
name: world
timezone: Europe/Stockholm
devices: {se: [SE1], us: {serials: [US1], timezone: America/New_York}}
scripts:
  greet:
    script: follow
    devices: [se, us]
    start_times: ["12:30", "18:30"]
    config: {target_users: ["@one"]}
"""


@pytest.mark.parametrize(
    ("typed", "devices"),
    [
        ("2026-11-20T18:30", ["SE1", "US1"]),
        ("2026-11-20T18:30[America/New_York]", ["US1"]),
        ("2026-11-20T18:30[Europe/Stockholm]", ["SE1"]),
        ("2026-11-20T17:30Z", ["SE1", "US1"]),
        ("2026-11-20T23:30Z", ["US1"]),
    ],
)
def test_a_time_is_on_the_clocks_of_each_group(ledger: Ledger, typed: str, devices: list[str]) -> None:
    world = resolve_campaign(load_text(WORLD, "campaigns/world.yaml"), None)
    keys, new = record_scheduled(ledger, world, typed, "1", NOW)

    assert new == set(keys)
    assert [row.task.device for row in ledger.tasks.all()] == devices
    assert record_scheduled(ledger, world, typed, "2", NOW) == (keys, set())


def test_a_time_at_which_nothing_comes_is_told_for_each_zone(ledger: Ledger) -> None:
    world = resolve_campaign(load_text(WORLD, "campaigns/world.yaml"), None)
    with pytest.raises(
        UsageError, match=r"18:31\[Europe/Stockholm\] or 2026-11-20T18:31\[America/New_York\]"
    ):
        record_scheduled(ledger, world, "2026-11-20T18:31", "1", NOW)
