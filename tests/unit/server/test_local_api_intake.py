"""Requests of the Local API become tasks, or are refused with what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from runner.server.local_api import callable as scripts
from runner.server.local_api.envelope import ApiError
from runner.server.local_api.intake import take_in
from runner.server.local_api.requested_files import RequestedFiles
from runner.server.local_api.shapes import NewTask
from runner.tasks import Task, TaskSource

NOW = datetime(2026, 11, 21, 17, 0, 5, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")  # 18:00:05 there

POST = "https://www.tiktok.com/@brand_se/video"


def tasks(**fields: Any) -> tuple[Task, ...]:
    wanted = {
        "serials": ["S1", "S2"],
        "script_name": "follow",
        "script_config": {"target_users": ["@a", "b"]},
    }
    return take_in(NewTask.model_validate(wanted | fields), NOW, STOCKHOLM, RequestedFiles()).tasks


def refusal(**fields: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        tasks(**fields)
    return caught.value


def test_one_task_for_each_target_and_device() -> None:
    made = tasks()
    assert [(task.device, task.target) for task in made] == [
        ("S1", "@a"),
        ("S1", "@b"),
        ("S2", "@a"),
        ("S2", "@b"),
    ]
    assert {task.source for task in made} == {TaskSource.API}
    assert {task.due_utc for task in made} == {NOW}
    assert made[0].config["access_method"] == "direct"


@pytest.mark.parametrize(
    ("script", "config", "count"),
    [
        ("like", {"target_post_urls": [f"{POST}/1", f"{POST}/2", f"{POST}/3"]}, 6),
        ("comment", {"target_post_url": f"{POST}/1,{POST}/2", "comment_content": "Nice"}, 4),
        ("unfollow", {"target_users": ["@a"]}, 2),
        ("profile", {"nicknames": "One\nTwo", "profile_order": "sequential"}, 2),
    ],
)
def test_the_phones_do_these_scripts_too(script: str, config: dict[str, Any], count: int) -> None:
    assert len(tasks(script_name=script, script_config=config)) == count


def test_a_refusal_names_no_campaign_file_and_no_file_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "launch.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    for path in ("lunch.mp4", "~/x.mp4", "nowhere.mp4"):
        refused = refusal(script_name="post", script_config={"material_list": [path]}).message
        assert "campaign file" not in refused
        assert "launch.mp4" not in refused
        assert "named by its whole path" in refused


def test_the_app_is_the_platform_of_the_call() -> None:
    assert {task.options.app for task in tasks()} == {"tiktok"}
    assert {task.options.app for task in tasks(platform="instagram")} == {"instagram"}
    assert "instagran" in refusal(platform="instagran").message


def test_the_same_call_twice_makes_other_tasks() -> None:
    assert not {task.key for task in tasks()} & {task.key for task in tasks()}


def test_serials_of_every_form() -> None:
    serials = ["R58M123ABC", "emulator-5554", "192.168.1.20:5555", "adb-R58M_tls._tcp", "a", "7"]
    assert [task.device for task in tasks(serials=serials, script_config={"target_user": "a"})] == serials


def test_the_name_that_the_vendors_samples_use() -> None:
    assert {task.target for task in tasks(script_config={"target_username": "@c"})} == {"@c"}
    assert "target_user" in refusal(script_config={"target_username": "@c", "target_user": "@d"}).message


@pytest.mark.parametrize("character", "\x7f\x85\x9b\u2028\u2029\ufeff\ufffe\uffff\0😀")
def test_every_character_of_json_arrives_as_it_was_sent(character: str, tmp_path: Path) -> None:
    video = tmp_path / "launch.mp4"
    video.write_bytes(b"\0\0\0\x18ftypmp42")
    config = {"captions": f"a{character} \n  b", "material_list": [str(video)]}
    assert tasks(script_name="post", script_config=config)[0].config["captions"] == config["captions"]


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("18:00", NOW),
        ("18:01", "2026-11-21T17:01"),
        ("17:59", "2026-11-22T16:59"),
        ("00:00", "2026-11-21T23:00"),
    ],
)
def test_a_start_time_is_the_next_such_time_in_the_fleets_zone(written: str, due: datetime | str) -> None:
    if isinstance(due, str):
        due = datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert {task.due_utc for task in tasks(start_time=written)} == {due}


@pytest.mark.parametrize(
    ("now", "written", "due"),
    [
        ("2026-10-25T00:10", "02:30", "2026-10-25T00:30"),
        ("2026-10-25T00:40", "02:30", "2026-10-25T01:30"),
        ("2026-10-25T01:40", "02:30", "2026-10-26T01:30"),
        ("2026-03-29T00:40", "02:30", "2026-03-29T01:00"),
    ],
)
def test_a_start_time_on_the_days_on_which_the_clocks_change(now: str, written: str, due: str) -> None:
    asked = NewTask.model_validate(
        {
            "serials": ["S1"],
            "script_name": "follow",
            "script_config": {"target_user": "@a"},
            "start_time": written,
        }
    )
    (task,) = take_in(
        asked, datetime.fromisoformat(now).replace(tzinfo=UTC), STOCKHOLM, RequestedFiles()
    ).tasks
    assert task.due_utc == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_intervals_keep_the_tasks_of_a_device_apart() -> None:
    made = tasks(min_interval=5, max_interval=7)
    for lane in ("S1", "S2"):
        first, second = (task.due_utc for task in made if task.device == lane)
        assert first == NOW
        assert timedelta(minutes=5) <= second - first <= timedelta(minutes=7)


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"script_name": None}, 40002, "script_name"),
        ({"script_name": ""}, 40002, "script_name"),
        ({"script_name": "message"}, 40003, "message"),
        ({"script_name": "scrape_user"}, 40003, "scrape_user"),
        ({"script_name": "super_marketing"}, 40003, "post"),
        ({"script_name": "login"}, 40003, "login"),
        ({"serials": None}, 40001, "serials"),
        ({"serials": []}, 40001, "serials"),
        ({"serials": ["S 1"]}, 40001, "blanks"),
        ({"usernames": ["@a"]}, 40001, "usernames"),
        ({"enable_multi_account": True}, 40001, "enable_multi_account"),
        ({"min_interval": 3, "max_interval": 2}, 40001, "max_interval"),
        ({"script_config": {}}, 40001, "follow"),
        ({"script_config": {"target_user": "@a", "acces_method": "search"}}, 40001, "access_method"),
        ({"script_config": {"target_user": "@a", "access_method": "guess"}}, 40001, "search"),
        ({"script_config": {"target_user": "\ud800"}}, 40001, "character"),
        ({"script_config": {"target_user": float("nan")}}, 40001, "number"),
        (
            {"script_name": "post", "script_config": {"material_list": ["/no/such.mp4"]}},
            40001,
            "/no/such.mp4",
        ),
        ({"script_name": "post", "script_config": {}}, 40001, "material_list"),
    ],
)
def test_refusals_say_what_to_do(fields: dict[str, Any], code: int, words: str) -> None:
    error = refusal(**fields)
    assert error.code == code
    assert words in error.message


def test_a_call_for_too_many_tasks(tmp_path: Path) -> None:
    error = refusal(
        serials=[f"S{i}" for i in range(101)], script_config={"target_users": [f"@u{i}" for i in range(100)]}
    )
    assert error.code == 40001
    assert "10100" in error.message


def test_many_targets_are_not_written_down_with_each_of_them() -> None:
    made = tasks(serials=["S1"], script_config={"target_users": [f"@u{i}" for i in range(5000)]})
    assert made[7].config == {"target_users": ["@u7"], "target_user": "", "access_method": "direct"}


def test_a_call_whose_tasks_would_fill_the_ledger(tmp_path: Path) -> None:
    video = tmp_path / "launch.mp4"
    video.write_bytes(b"\0\0\0\x18ftypmp42")
    config = {"sound_name": "x" * 100_000, "material_list": [str(video)]}
    error = refusal(serials=[f"S{i}" for i in range(200)], script_name="post", script_config=config)
    assert error.code == 40001
    assert "200 tasks are longer than" in error.message


@pytest.mark.parametrize(
    "config",
    [
        {"chatgpt_settings": {"api_key": "sk-secret-123"}},
        {"chatgpt_settings": "sk-secret-123"},
        {"chatgpt_settings": {"api_key": ["sk-secret-123"]}},
    ],
)
def test_a_secret_is_refused_and_not_repeated(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "CALLABLE", ["account_warmup"])
    error = refusal(script_name="account_warmup", script_config=config)
    assert error.code == 40001
    assert "sk-secret-123" not in error.message
