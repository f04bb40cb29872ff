"""Accounts of a campaign: which tasks they become, under which keys, and what counts for whom."""

from datetime import timedelta

import pytest
from resolved_campaigns import day, resolved

from runner.planning.attention import attention
from runner.planning.conflicts import conflicts
from runner.planning.difference import TaskChange, differences
from runner.planning.plan import plan
from runner.tasks import Task

DAY = day("2026-11-21T00:00")
ACCOUNTS = """
accounts:
  brand_se: {app: tiktok, device: R58M123ABC}
  brand_no: {app: tiktok, device: R58M123ABC, username: "@Brand.NO"}
  photos: {app: instagram, device: R58M456DEF, username: brand_se}
devices:
  brand: {accounts: [brand_se, brand_no]}
  named: {usernames: ["@BRAND.no"]}
  phones: [R58M123ABC, R58M456DEF]
"""


def entry(devices: str, more: str = "") -> str:
    config = "config: {material_list: [a.mp4, b.mp4]}"
    return f"publish: {{script: post, devices: {devices}, {config}, start_times: ['09:00']{more}}}"


def tasks(devices: str, more: str = "", head: str = ACCOUNTS) -> list[Task]:
    return list(plan([resolved(entry(devices, more), head)], DAY).tasks())


def places(made: list[Task]) -> list[tuple[str | None, str | None, str]]:
    return [(task.device, task.username, task.options.app) for task in made]


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ("brand", [("R58M123ABC", "@brand_se", "tiktok"), ("R58M123ABC", "@brand.no", "tiktok")]),
        ("photos", [("R58M456DEF", "@brand_se", "instagram")]),
        ("named", [("R58M123ABC", "@brand.no", "tiktok")]),
        ("[brand_no, brand]", [("R58M123ABC", "@brand.no", "tiktok"), ("R58M123ABC", "@brand_se", "tiktok")]),
    ],
)
def test_accounts_are_on_their_phones(devices: str, expected: list[tuple[str, str, str]]) -> None:
    assert places(tasks(devices)) == expected


def test_the_key_has_the_account_and_the_lane_is_the_phone() -> None:
    first, second = tasks("brand")
    nominal = "2026-11-21T09:00[Europe%2FStockholm]"
    assert first.key == f"demo/publish/{nominal}/tiktok:@brand_se"
    assert second.key.endswith("/tiktok:@brand.no")
    assert first.lane == second.lane == "R58M123ABC"
    assert first.place == "R58M123ABC @brand_se"


def test_an_account_keeps_its_key_on_another_phone() -> None:
    moved = ACCOUNTS.replace(
        "brand_se: {app: tiktok, device: R58M123ABC}", "brand_se: {app: tiktok, device: X1}"
    )
    before, after = tasks("brand_se"), tasks("brand_se", head=moved)
    assert [task.key for task in before] == [task.key for task in after]
    assert after[0].device == "X1"


def test_one_name_in_two_apps_is_two_accounts() -> None:
    assert [task.doer for task in tasks("[brand_se, photos]")] == ["tiktok:@brand_se", "instagram:@brand_se"]


def test_every_account_of_a_phone() -> None:
    made = tasks("phones", ", multi_account: true")
    assert [task.doer for task in made] == ["tiktok:@brand_se", "tiktok:@brand.no", "instagram:@brand_se"]
    assert not any(task.options.multi_account for task in made)
    only = tasks("phones", ", multi_account: true, app: instagram", ACCOUNTS)
    assert [task.doer for task in only] == ["instagram:@brand_se"]


def test_the_language_of_an_account_is_its_tasks_own() -> None:
    head = ACCOUNTS.replace('username: "@Brand.NO"', 'username: "@Brand.NO", language: fr')
    assert [task.options.language for task in tasks("brand", head=head)] == [None, "fr"]


def test_a_local_api_gets_usernames() -> None:
    made = tasks("brand", head=ACCOUNTS + "backend: local_api\n")
    assert [(task.device, task.username) for task in made] == [(None, "brand_se"), (None, "@Brand.NO")]


def test_groups_of_accounts_have_their_own_clocks() -> None:
    head = ACCOUNTS + "  overseas: {accounts: [brand_no], timezone: America/New_York}\n"
    made = tasks("[brand_se, overseas]", head=head)
    assert [(f"{task.due_utc:%H:%M}", task.username) for task in made] == [
        ("08:00", "@brand_se"),
        ("14:00", "@brand.no"),
    ]
    assert "America%2FNew_York" in made[1].key


def test_the_limits_of_one_account_hold_back_no_other() -> None:
    limits = "limits: {min_gap: 0s, per_account: {per_day: {post: 1}}}\n"
    times = entry("brand").replace("['09:00']", "['09:00', '12:00']")
    made = plan([resolved(times, ACCOUNTS + limits)], DAY)
    notes = [note for note in attention(made, DAY.from_utc.tzinfo) if note.code == "limit-reached"]
    held = {key: until for note in notes for key, until in note.until_utc.items()}
    assert len(list(made.tasks())) == 4
    assert held.keys() == {task.key for task in made.tasks() if "T12:00" in task.key}


def test_the_accounts_of_an_entry_take_turns_on_a_phone_without_a_conflict() -> None:
    assert conflicts([resolved(entry("brand"), ACCOUNTS)], DAY) == []


def test_a_plan_that_differs_by_the_phone_of_an_account_has_the_same_tasks() -> None:
    moved = ACCOUNTS.replace("device: R58M123ABC, username", "device: X1, username")
    before, after = (plan([resolved(entry("brand"), head)], DAY) for head in (ACCOUNTS, moved))
    [moved_task] = differences(before, after)
    assert moved_task.change is TaskChange.CHANGED
    assert list(moved_task.values()) == [("device", "R58M123ABC", "X1")]


def test_spread_is_over_accounts() -> None:
    first, second = tasks("brand", ", spread: 20m")
    assert second.due_utc - first.due_utc == timedelta(minutes=10)
