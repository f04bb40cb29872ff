import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resolved_campaigns import PHONES, at, day, greet, publish, resolved

from runner.planning.coming import due, next_occurrence
from runner.planning.plan import manual, plan
from runner.planning.source import Window
from runner.tasks import Task, TaskOptions, task_key

NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
DAY = day("2026-11-21T17:00")


def test_an_entry_makes_a_task_for_each_device_and_target() -> None:
    made = plan([resolved(greet("09:00"))], DAY).tasks()

    assert [(task.ordinal, task.device, task.target) for task in made] == [
        (0, "R58M123ABC", "@north"),
        (1, "R58M123ABC", "@south"),
        (2, "R58M456DEF", "@north"),
        (3, "R58M456DEF", "@south"),
    ]


def test_an_account_is_a_lane_where_no_device_is_known() -> None:
    head = 'backend: local_api\ndevices: {brand: {usernames: ["@brand_se", "@brand_no"]}}'
    made = list(plan([resolved(greet("09:00", users=("@north",), devices=("brand",)), head)], DAY).tasks())

    assert [(task.device, task.username, task.lane) for task in made] == [
        (None, "@brand_se", "@brand_se"),
        (None, "@brand_no", "@brand_no"),
    ]
    assert made[0].key == "demo/greet/2026-11-22T09:00[Europe%2FStockholm]/@brand_se/@north"


def test_a_key_is_campaign_entry_nominal_time_device_and_target() -> None:
    scripts = publish("09:00") + "\n" + greet("2026-11-21T18:30:00Z", users=("@north",))
    made = plan([resolved(scripts)], DAY).tasks()

    assert [task.key for task in made] == [
        "demo/greet/2026-11-21T18:30:00Z/R58M123ABC/@north",
        "demo/greet/2026-11-21T18:30:00Z/R58M456DEF/@north",
        "demo/publish/2026-11-22T09:00[Europe%2FStockholm]/R58M123ABC",
        "demo/publish/2026-11-22T09:00[Europe%2FStockholm]/R58M456DEF",
    ]


def test_tasks_are_ordered_by_instant_and_then_as_declared() -> None:
    first = resolved(publish("12:00", "09:00") + "\n" + greet("09:00", users=("@north",)))
    second = resolved(publish("09:00"), name="another")

    made = list(plan([first, second], DAY).tasks())

    assert [(task.due_utc.hour, task.campaign, task.entry) for task in made[::2]] == [
        (8, "demo", "publish"),
        (8, "demo", "greet"),
        (8, "another", "publish"),
        (11, "demo", "publish"),
    ]


def test_a_task_carries_its_complete_config_and_what_else_its_entry_asks() -> None:
    more = "min_interval: 3, max_interval: 9"
    [task, other] = plan([resolved(publish("09:00", more=more))], DAY).tasks()

    assert task.config is other.config
    assert task.config["upload_wait_time"] == 30
    assert task.config["material_list"][0].endswith("/a.mp4")
    assert (task.script, task.backend, task.commit) == ("post", "device", "f40866b")
    assert task.options == TaskOptions(min_interval=3, max_interval=9, order="same")


@pytest.mark.parametrize(
    ("entry", "apps"),
    [
        ("script: follow, config: {target_users: ['@a']}", {"@a": "tiktok"}),
        ("script: follow, app: instagram, config: {target_users: ['@a']}", {"@a": "instagram"}),
        (
            "script: comment, config: {comment_content: x, target_post_urls: "
            "['https://www.instagram.com/reel/C1/', 'https://vm.tiktok.com/Z1/']}",
            {"https://www.instagram.com/p/C1": "instagram", "https://vm.tiktok.com/Z1": "tiktok"},
        ),
        ("script: post, app: instagram", {None: "instagram"}),
    ],
)
def test_the_app_is_the_entrys_or_that_of_the_target(entry: str, apps: dict[str | None, str]) -> None:
    tasks = list(plan([resolved(f"a: {{{entry}, devices: A1, start_times: '09:00'}}")], DAY).tasks())
    assert {task.target: task.options.app for task in tasks} == apps
    assert all(("(instagram)" in task.title) == (apps[task.target] == "instagram") for task in tasks)


@pytest.mark.parametrize(("more", "timeout_s"), [("", 600), ("timeout: 42s", 42), ("timeout: 2h", 7200)])
def test_the_timeout_is_the_entry_s_own_or_ten_minutes(more: str, timeout_s: float) -> None:
    assert {task.timeout_s for task in plan([resolved(publish("09:00", more=more))], DAY).tasks()} == {
        timeout_s
    }


def test_a_long_task_has_five_minutes_beyond_what_is_expected() -> None:
    config = "config: {material_list: [a.mp4], upload_wait_time: 600}"
    scripts = publish("09:00").replace("config: {material_list: [a.mp4]}", config)

    assert {task.timeout_s for task in plan([resolved(scripts)], DAY).tasks()} == {120 + 600 + 300}


def test_devices_share_the_spread_and_each_key_has_its_jitter() -> None:
    steady = list(plan([resolved(greet("09:00", more="spread: 20m"))], DAY).tasks())
    shaken = list(plan([resolved(greet("09:00", more="spread: 20m, jitter: 3m"))], DAY).tasks())

    assert [task.due_utc for task in steady] == [at("2026-11-22T08:00")] * 2 + [at("2026-11-22T08:10")] * 2
    assert {task.key for task in shaken} == {task.key for task in steady}
    assert [task.due_utc for task in shaken] == sorted(task.due_utc for task in shaken)
    without = {task.key: task.due_utc for task in steady}
    delays = {task.key: task.due_utc - without[task.key] for task in shaken}
    assert all(timedelta() <= delay <= timedelta(minutes=3) for delay in delays.values())
    assert len(set(delays.values())) > 1


ENTRIES = st.builds(
    lambda times, users, spread, jitter: greet(
        *times,
        users=tuple(f"@u{number}" for number in range(users)),
        more=f"spread: {spread}m, jitter: {jitter}m",
    ),
    st.lists(st.sampled_from(["00:00", "02:30", "08:59", "09:00", "09:20", "23:50"]), min_size=1, max_size=4),
    st.integers(1, 3),
    st.integers(0, 90),
    st.integers(0, 90),
)


@given(ENTRIES, st.lists(st.integers(0, 3 * 24 * 60), min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_windows_that_meet_lose_and_double_no_task(entry: str, minutes: list[int]) -> None:
    """Over a night in which the clocks go back."""
    campaign, start = resolved(entry), at("2026-10-24T00:00")
    marks = [start + timedelta(minutes=minute) for minute in sorted(minutes)]

    def between(first: datetime, last: datetime) -> list[Task]:
        return list(plan([campaign], Window(first, last)).tasks())

    whole = between(marks[0], marks[-1])
    parts = [task for first, last in pairwise(marks) for task in between(first, last)]

    assert [task.key for task in parts] == [task.key for task in whole]
    assert [task.due_utc for task in whole] == sorted(task.due_utc for task in whole)
    assert all(marks[0] <= task.due_utc < marks[-1] for task in whole)
    assert len({task.key for task in whole}) == len(whole)


def test_an_occurrence_before_the_window_is_there_if_it_has_a_task_in_it() -> None:
    campaign = resolved(publish("09:00", more="spread: 20m"))
    late = plan([campaign], Window(at("2026-11-22T08:05"), at("2026-11-22T09:00")))
    later = plan([campaign], Window(at("2026-11-22T08:15"), at("2026-11-22T09:00")))

    assert [task.device for task in late.tasks()] == ["R58M456DEF"]
    assert [one.nominal for one in late.occurrences()] == ["2026-11-22T09:00[Europe/Stockholm]"]
    assert not list(later.tasks())
    assert not list(later.occurrences())


def test_what_is_due_comes_with_the_tasks_of_the_plan() -> None:
    sources = [resolved(publish("09:00", "12:00", more="spread: 5h, jitter: 1h") + "\n" + greet("10:00"))]
    window = Window(at("2026-11-22T00:00"), at("2026-11-23T00:00"))

    rows = list(due(sources, window))

    assert [one.occurrence.nominal[11:16] for one in rows] == ["09:00", "10:00", "12:00"]
    assert sorted(task.key for one in rows for task in one.tasks()) == sorted(
        task.key for task in plan(sources, window).tasks()
    )


def test_a_target_named_twice_makes_one_task() -> None:
    scripts = greet("09:00").replace("target_users: ['@north', '@south']", 'target_user: "@north, north"')
    made = plan([resolved(scripts)], DAY).tasks()

    assert [(task.device, task.target) for task in made] == [(phone, "@north") for phone in PHONES]


def test_a_run_by_hand_is_one_occurrence_of_each_entry_now() -> None:
    campaign = resolved(publish("09:00", "12:00") + "\n" + greet())
    occurrences, made = manual(campaign, "20261121-180036-3fa9", NOW)

    assert [(it.entry, it.nominal) for it in occurrences] == [
        ("publish", "run:20261121-180036-3fa9"),
        ("greet", "run:20261121-180036-3fa9"),
    ]
    assert [task.entry for task in made] == ["publish"] * 2 + ["greet"] * 4
    assert {task.due_utc for task in made} == {NOW}
    assert made[0].key == "demo/publish/run:20261121-180036-3fa9/R58M123ABC"
    assert len({task.key for task in made}) == 6


def test_occurrences_are_listed_with_their_rule() -> None:
    occurrences = plan([resolved(publish("12:00", "2026-11-22T09:00:00+01:00"))], DAY).occurrences()

    assert [(occurrence.nominal, occurrence.rule) for occurrence in occurrences] == [
        ("2026-11-22T08:00:00Z", "2026-11-22T09:00:00+01:00"),
        ("2026-11-22T12:00[Europe/Stockholm]", "12:00"),
    ]


def test_occurrences_on_one_instant_merge() -> None:
    made = plan([resolved(publish("2026-11-22T09:00:00+01:00", "09:00", "09:00"))], DAY)

    assert [one.nominal for one in made.occurrences()] == ["2026-11-22T09:00[Europe/Stockholm]"]
    assert len(list(made.tasks())) == 2


@pytest.mark.parametrize(
    ("start_times", "zone", "nominals"),
    [
        (["'23:30'"], "Europe/Stockholm", ["2026-11-21T23:30", "2026-11-22T23:30"]),
        (["2026-11-20T23:59:59Z"], "UTC", []),
        (["2026-11-21T00:00:00Z"], "UTC", ["2026-11-21T00:00:00Z"]),
        (["2026-11-22T23:59:59Z"], "UTC", ["2026-11-22T23:59:59Z"]),
        (["2026-11-23T00:00:00Z"], "UTC", []),
        (["2026-11-22T23:30Z"], "Europe/Stockholm", []),
        (
            ["{every: 2h, between: 22:00-02:00}"],
            "UTC",
            [
                *("2026-11-21T22:00:00Z", "2026-11-22T00:00:00Z", "2026-11-22T02:00:00Z"),
                *("2026-11-22T22:00:00Z", "2026-11-23T00:00:00Z", "2026-11-23T02:00:00Z"),
            ],
        ),
    ],
)
def test_a_campaign_is_active_on_its_days_the_last_included(
    start_times: list[str], zone: str, nominals: list[str]
) -> None:
    """What counts is the day to which an occurrence belongs: that on which its hours opened."""
    scripts = f"publish: {{script: post, devices: [A], start_times: [{', '.join(start_times)}]}}"
    campaign = resolved(scripts, "active: {from: 2026-11-21, until: 2026-11-22}", timezone=zone)
    made = plan([campaign], Window(at("2026-11-10T00:00"), at("2026-12-10T00:00")))

    assert [one.nominal.partition("[")[0] for one in made.occurrences()] == nominals


def test_an_active_time_may_be_open_on_either_side() -> None:
    window = Window(at("2026-11-20T00:00"), at("2026-11-25T00:00"))

    def days(active: str) -> list[int]:
        made = plan([resolved(publish("09:00"), f"active: {{{active}}}")], window)
        return [one.instant_utc.day for one in made.occurrences()]

    assert days("from: 2026-11-23") == [23, 24]
    assert days("until: 2026-11-21") == [20, 21]


def test_the_next_occurrence_is_found_however_far_away() -> None:
    sources = [resolved(publish("2026-12-01T18:00")), resolved(greet("2090-01-01T18:00"), name="later")]

    first, second = next_occurrence(sources, NOW), next_occurrence(sources, at("2027-01-01T00:00"))

    assert first is not None and first.nominal == "2026-12-01T18:00[Europe/Stockholm]"
    assert second is not None and second.campaign == "later"
    assert next_occurrence(sources, at("2091-01-01T00:00")) is None


def test_a_campaign_that_was_active_has_no_next_occurrence() -> None:
    assert next_occurrence([resolved(publish("09:00"), "active: {until: 2026-11-01}")], NOW) is None


def test_a_plan_is_the_same_however_often_it_is_asked() -> None:
    made = plan([resolved(greet("09:00", more="jitter: 3m"))], DAY)

    assert list(made.tasks()) == list(made.tasks())


def test_tasks_are_made_as_they_are_asked_for() -> None:
    scripts = publish("09:00", more="spread: 20m, jitter: 3m").replace("'09:00'", "{cron: '*/10 * * * *'}")
    month = plan([resolved(scripts)], Window(NOW, NOW + timedelta(days=30)))
    tracemalloc.start()
    try:
        count = sum(1 for _ in month.tasks())
        _, streamed = tracemalloc.get_traced_memory()
        kept = list(month.tasks())
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == len(kept) == 30 * 24 * 6 * 2
    assert streamed < held / 2


def test_the_key_is_that_of_the_tasks_room() -> None:
    [task, *_] = plan([resolved(greet("09:00"))], DAY).tasks()

    assert task.key == task_key("demo", "greet", "2026-11-22T09:00[Europe/Stockholm]", "R58M123ABC", "@north")
