from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from runner.campaign.document import Document
from runner.campaign.loader import ResolvedEntry
from runner.campaign.models import Campaign
from runner.planning.plan import Source, Window, manual, next_occurrence, plan
from runner.scripts.follow import FollowConfig
from runner.scripts.post import PostConfig

NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
DAY = Window(NOW, NOW + timedelta(days=1))
PHONES = ("R58M123ABC", "R58M456DEF")


def publish(*start_times: str, **settings: object) -> ResolvedEntry:
    return ResolvedEntry("publish", "post", PostConfig.model_validate(settings), PHONES, start_times)


def greet(*start_times: str, users: tuple[str, ...] = ("@north", "@south")) -> ResolvedEntry:
    return ResolvedEntry("greet", "follow", FollowConfig(target_users=list(users)), PHONES, start_times)


def campaign(name: str, timezone: str | None) -> Campaign:
    scripts = {"publish": {"script": "post", "devices": list(PHONES)}}
    return Campaign.model_validate({"version": 1, "name": name, "timezone": timezone, "scripts": scripts})


def source(*entries: ResolvedEntry, name: str = "demo", timezone: str | None = "Europe/Stockholm") -> Source:
    return Source(
        Document(f"{name}.yaml", "", None, None, ()), campaign(name, timezone), entries, commit="f40866b"
    )


def test_an_entry_makes_a_task_for_each_device_and_target() -> None:
    made = plan([source(greet("09:00"))], DAY).tasks

    assert [(task.ordinal, task.device, task.target) for task in made] == [
        (0, "R58M123ABC", "@north"),
        (1, "R58M123ABC", "@south"),
        (2, "R58M456DEF", "@north"),
        (3, "R58M456DEF", "@south"),
    ]


def test_a_key_is_campaign_entry_nominal_time_device_and_target() -> None:
    made = plan([source(publish("09:00"), greet("2026-11-21T18:30:00Z", users=("@north",)))], DAY).tasks

    assert [task.key for task in made] == [
        "demo/greet/2026-11-21T18:30:00Z/R58M123ABC/@north",
        "demo/greet/2026-11-21T18:30:00Z/R58M456DEF/@north",
        "demo/publish/2026-11-22T09:00[Europe%2FStockholm]/R58M123ABC",
        "demo/publish/2026-11-22T09:00[Europe%2FStockholm]/R58M456DEF",
    ]


def test_tasks_are_ordered_by_instant_and_then_as_declared() -> None:
    first = source(publish("12:00", "09:00"), greet("09:00", users=("@north",)))
    second = source(publish("09:00"), name="another")

    made = plan([first, second], DAY).tasks

    assert [(task.due_utc.hour, task.campaign, task.entry) for task in made[::2]] == [
        (8, "demo", "publish"),
        (8, "demo", "greet"),
        (8, "another", "publish"),
        (11, "demo", "publish"),
    ]


def test_a_task_carries_its_complete_config_as_json() -> None:
    [task, other] = plan([source(publish("09:00", captions="Hello"))], DAY).tasks

    assert TypeAdapter(dict).dump_json(dict(task.config))
    assert task.config == PostConfig(captions="Hello").model_dump()
    assert task.config is other.config
    assert (task.script, task.backend, task.commit) == ("post", "device", "f40866b")


def test_the_timeout_leaves_five_minutes_beyond_what_is_expected_and_is_ten_at_least() -> None:
    short, long = publish("09:00"), publish("09:00", upload_wait_time=600)

    assert plan([source(short)], DAY).tasks[0].timeout_s == 600
    assert plan([source(long)], DAY).tasks[0].timeout_s == 120 + 600 + 300


def test_a_target_named_twice_makes_one_task() -> None:
    made = plan([source(greet("09:00", users=("@north", "north")))], DAY).tasks

    assert [(task.device, task.target) for task in made] == [(phone, "@north") for phone in PHONES]


def test_a_run_by_hand_is_one_occurrence_of_each_entry_now() -> None:
    occurrences, made = manual(source(publish("09:00", "12:00"), greet()), "20261121-180036-3fa9", NOW)

    assert [(it.entry, it.nominal) for it in occurrences] == [
        ("publish", "run:20261121-180036-3fa9"),
        ("greet", "run:20261121-180036-3fa9"),
    ]
    assert [task.entry for task in made] == ["publish"] * 2 + ["greet"] * 4
    assert {task.due_utc for task in made} == {NOW}
    assert made[0].key == "demo/publish/run:20261121-180036-3fa9/R58M123ABC"
    assert len({task.key for task in made}) == 6


def test_occurrences_are_listed_with_their_rule() -> None:
    occurrences = plan([source(publish("12:00", "2026-11-22T09:00:00+01:00"))], DAY).occurrences

    assert [(occurrence.nominal, occurrence.rule) for occurrence in occurrences] == [
        ("2026-11-22T08:00:00Z", "2026-11-22T09:00:00+01:00"),
        ("2026-11-22T12:00[Europe/Stockholm]", "12:00"),
    ]


def test_occurrences_on_one_instant_merge_and_a_note_says_so() -> None:
    made = plan([source(publish("2026-11-22T09:00:00+01:00", "09:00"))], DAY)

    assert len(made.tasks) == 2
    assert [note.message for note in made.notes] == [
        "09:00, 2026-11-22T09:00:00+01:00 fall on the same instant: one occurrence, named "
        "2026-11-22T09:00[Europe/Stockholm]"
    ]


def test_notes_tell_of_changes_of_the_clocks() -> None:
    spring = Window(datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))
    autumn = Window(datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))
    entry = publish("02:30")

    assert [(note.code, note.message) for note in plan([source(entry)], spring).notes] == [
        (
            "nonexistent-time",
            "the clocks jump over 2026-03-29T02:30[Europe/Stockholm]: runs at 2026-03-29 03:00 (01:00Z)",
        )
    ]
    assert [(note.code, note.message) for note in plan([source(entry)], autumn).notes] == [
        (
            "repeated-time",
            "the clocks show 2026-10-25T02:30[Europe/Stockholm] twice: runs at 2026-10-25 02:30 (00:30Z)",
        )
    ]


def test_an_empty_window_says_what_comes_next() -> None:
    hour = Window(NOW, NOW + timedelta(hours=1))
    later = source(publish("2026-12-01T18:00"), name="later")

    made = plan([later, source(publish("09:00"))], hour)

    assert [note.message for note in made.notes] == ["the next occurrence comes at 2026-11-22 09:00 (08:00Z)"]


def test_an_empty_window_says_that_nothing_comes() -> None:
    made = plan([source(publish("2026-01-01T00:00Z"), greet(), timezone=None)], DAY)

    assert made.tasks == ()
    assert [note.message for note in made.notes] == ["no entry has a start time that lies ahead"]


def test_the_next_occurrence_is_the_first_of_all_entries() -> None:
    sources = [source(publish("09:00")), source(greet("18:30"), name="other")]
    occurrence = next_occurrence(sources, NOW)

    assert occurrence is not None
    assert (occurrence.campaign, occurrence.instant_utc) == ("other", NOW + timedelta(minutes=30))


def test_the_same_arguments_give_the_same_plan() -> None:
    sources = [source(publish("09:00"), greet("18:30"))]

    assert plan(sources, DAY) == plan(sources, DAY)
