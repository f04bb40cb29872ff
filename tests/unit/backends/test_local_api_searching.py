"""Which of the server's tasks are ours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runner.backends.local_api.answers import task as server_task
from runner.backends.local_api.searching import Claim, by_content, own_share
from runner.backends.local_api.server import Newest
from runner.backends.local_api.task_content import for_targets
from runner.scripts import SCRIPTS, complete
from runner.tasks import Task

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def follow(target: str = "@anna") -> Task:
    config = complete(SCRIPTS["follow"], {"target_users": ["anna", "bo"]})
    return Task(
        key="k",
        campaign="demo",
        entry="e",
        script="follow",
        backend="local_api",
        device="D1",
        username=None,
        target=target,
        nominal="n",
        ordinal=0,
        due_utc=NOON,
        timeout_s=600,
        config=config,
    )


def told(**changes: Any) -> dict[str, Any]:
    config = {"target_users": ["anna"], "target_user": "", "access_method": "direct"}
    task = {"id": 11, "serial": "D1", "script_name": "follow", "source": "api", "script_config": config}
    return {**task, "created_at": "2026-11-21T12:00:05+00:00", **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"source": None},
        {"created_at": None},
        {"created_at": "2026-11-21 02:00:00"},
        {"script_config": {"target_user": "@anna"}},
        {"script_config": {"target_user": "Anna"}},
        {"script_config": '{"target_users": ["anna"], "more": 1}'},
    ],
)
def test_a_task_that_agrees_in_all_that_is_told_is_ours(changes: dict[str, Any]) -> None:
    found = by_content(follow(), [server_task(told(**changes))], Newest(10, "2026-11-21T12:00:00+00:00"))
    assert [one.id for one in found] == [11]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 10},
        {"serial": "D2"},
        {"serial": None},
        {"script_name": "unfollow"},
        {"script_name": None},
        {"source": "ui"},
        {"created_at": "2026-11-21T11:59:59+00:00"},
        {"script_config": {"target_users": ["bo"]}},
        {"script_config": {"target_users": ["anna", "bo"]}},
        {"script_config": {"target_users": ["anna"], "access_method": "search"}},
        {"script_config": None},
    ],
)
def test_a_task_that_differs_or_tells_too_little_is_not(changes: dict[str, Any]) -> None:
    newest = Newest(10, "2026-11-21T12:00:00+00:00")
    assert by_content(follow(), [server_task(told(**changes))], newest) == []


def test_a_post_is_ours_however_its_address_is_told() -> None:
    written = "https://m.tiktok.com/@Brand_SE/video/73?_r=1"
    config = complete(SCRIPTS["comment"], {"comment_content": "Lovely!", "target_post_urls": [written]})
    (target,) = SCRIPTS["comment"].targets(config)
    task = replace(follow(), script="comment", target=target, config=config)
    for address in (
        written,
        "https://www.tiktok.com/@brand_se/video/73",
        "https://tiktok.com/@brand_se/video/73/",
    ):
        one = told(script_name="comment", script_config={**config, "target_post_urls": [address]})
        assert [one.id for one in by_content(task, [server_task(one)], Newest(10, None))] == [11]
    other = told(script_name="comment", script_config={**config, "target_post_urls": [f"{written[:-5]}4"]})
    assert by_content(task, [server_task(other)], Newest(10, None)) == []


def test_a_call_names_targets_as_they_are_written() -> None:
    config = complete(SCRIPTS["follow"], {"target_user": "Anna, @BO, @anna"})
    assert for_targets("follow", config, ["@bo", "@anna"])["target_users"] == ["@BO", "Anna"]


@pytest.mark.parametrize("told_path", ["/campaigns/media/a.mp4", "media/a.mp4"])
def test_a_path_is_ours_as_either_machine_has_it(told_path: str) -> None:
    config = complete(SCRIPTS["post"], {"material_list": ["/campaigns/./media/a.mp4"]})
    task = replace(follow(), script="post", target=None, config=config)
    one = told(script_name="post", script_config={"material_list": [told_path]})
    assert [one.id for one in by_content(task, [server_task(one)], Newest(10, None))] == [11]


def claim(effect: int, newest: int, minutes: float = 0, *ids: int, several: bool = False) -> Claim:
    return Claim(effect, newest, NOON + timedelta(minutes=minutes), ids, several)


@pytest.mark.parametrize(
    ("own", "others", "candidates", "share"),
    [
        (claim(1, 10), [], [11], (11,)),
        (claim(1, 10), [], [], ()),
        (claim(1, 10), [], [11, 12], ()),
        (claim(1, 10), [claim(2, 10, 1, 11)], [11, 12], (12,)),
        (claim(2, 10), [claim(1, 10)], [11], ()),
        (claim(1, 10), [claim(2, 10)], [11], (11,)),
        (claim(1, 10), [claim(2, 10)], [11, 12], (11,)),
        (claim(2, 10), [claim(1, 10)], [11, 12], (12,)),
        (claim(2, 11), [claim(1, 10)], [12], ()),
        (claim(2, 10, 30), [claim(1, 5)], [11], (11,)),
        (claim(1, 10), [claim(2, 20, 30)], [21], ()),
        (claim(1, 10, several=True), [], [11, 12, 13], (11, 12, 13)),
    ],
    ids=[
        "the only one",
        "none",
        "one too many",
        "one is known to be another's",
        "an earlier call may own it",
        "a later call may own it",
        "one each, the first",
        "one each, the second",
        "only as many as the earlier call can own",
        "a call of half an hour ago owns nothing new",
        "it came after a call that came much later",
        "one for each account",
    ],
)
def test_calls_of_the_same_content_share(
    own: Claim, others: list[Claim], candidates: list[int], share: tuple[int, ...]
) -> None:
    assert own_share(own, others, candidates) == share
