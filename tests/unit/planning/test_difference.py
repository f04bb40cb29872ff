from dataclasses import replace
from datetime import timedelta

from resolved_campaigns import day, greet, publish, resolved

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.difference import differences
from runner.planning.plan import plan
from runner.planning.source import Window

DAY = day("2026-11-22T00:00")
TWO_DAYS = Window(DAY.from_utc, DAY.until_utc + timedelta(days=1))


def told(before: ResolvedCampaign, after: ResolvedCampaign) -> list[tuple[str, str, tuple[str, ...]]]:
    found = differences(plan([before], DAY), plan([after], DAY))
    return [(one.change.value, one.task.target or one.task.device or "", one.settings) for one in found]


def test_the_same_campaign_at_another_commit_is_no_difference() -> None:
    campaign = resolved(publish("09:00"))

    assert not told(campaign, replace(campaign, commit="0000000"))


def test_another_time_moves_tasks() -> None:
    before, after = resolved(publish("09:30")), resolved(publish("10:15"))

    assert told(before, after) == [("moved", "R58M123ABC", ()), ("moved", "R58M456DEF", ())]


def test_another_day_moves_a_task_that_is_the_only_one() -> None:
    before, after = resolved(publish("2026-11-22T09:00Z")), resolved(publish("2026-11-23T09:00Z"))
    found = list(differences(plan([before], TWO_DAYS), plan([after], TWO_DAYS)))

    assert [one.change.value for one in found] == ["moved", "moved"]
    assert [one.before and f"{one.before.due_utc:%d}" for one in found] == ["22", "22"]


def test_one_of_two_times_that_goes_removes_a_task() -> None:
    before, after = (
        resolved(publish("09:00", "18:00", devices=("A",))),
        resolved(publish("10:00", devices=("A",))),
    )

    assert told(before, after) == [("moved", "A", ()), ("removed", "A", ())]


def test_a_time_and_a_caption_at_once_are_one_change() -> None:
    before = resolved(publish("09:00", devices=("A",)))
    after = resolved(publish("10:00", devices=("A",)).replace("[a.mp4]", "[a.mp4], captions: New"))
    (one,) = differences(plan([before], DAY), plan([after], DAY))

    assert (one.change, list(one.values())) == ("moved", [("captions", "", "New")])


def test_a_spread_moves_tasks() -> None:
    assert told(resolved(publish("09:00")), resolved(publish("09:00", more="spread: 10m"))) == [
        ("moved", "R58M456DEF", ())
    ]


def test_other_settings_change_tasks() -> None:
    before = resolved(greet("09:00", users=("@a",), devices=("A",)))
    after = resolved(
        greet("09:00", users=("@a",), devices=("A",), more="timeout: 1h, multi_account: true").replace(
            "target_users: ['@a']", "target_user: '@a', access_method: search"
        ),
        "backend: local_api",
    )

    assert told(before, after) == [("changed", "@a", ("backend", "timeout", "options", "access_method"))]


def test_another_target_adds_its_tasks_and_leaves_the_others_alone() -> None:
    before, after = resolved(greet("09:00", users=("@b",))), resolved(greet("09:00", users=("@a", "@b")))

    assert told(before, after) == [("added", "@a", ()), ("added", "@a", ())]


def test_a_device_put_before_others_gives_them_other_material() -> None:
    def posting(devices: tuple[str, ...]) -> ResolvedCampaign:
        return resolved(publish("09:00", devices=devices).replace("[a.mp4]", "[a.mp4, b.mp4]"))

    assert told(posting(("B",)), posting(("A", "B"))) == [
        ("added", "A", ()),
        ("changed", "B", ("material",)),
    ]


def test_a_renamed_campaign_that_says_so_has_the_same_tasks() -> None:
    before = resolved(publish("09:00"), name="spring")
    renamed = resolved(publish("09:00"), "formerly: [spring]", name="summer")
    silent = resolved(publish("09:00"), name="summer")

    assert not told(before, renamed)
    assert [change for change, *_ in told(before, silent)] == ["added", "added", "removed", "removed"]
