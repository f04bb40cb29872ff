"""What tasks write into their app is chosen once, by what the ledger keeps of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from runner.planning.content import EMOJI, texts
from runner.scripts import SCRIPTS, complete
from runner.tasks import Task

DUE = datetime(2026, 11, 21, tzinfo=UTC)


def task(script: str = "post", ordinal: int = 0, key: str = "c/e/n/S1", **config: Any) -> Task:
    filled = complete(SCRIPTS[script], config)
    return Task(key, "c", "e", script, "device", "S1", None, None, "n", ordinal, DUE, 300.0, filled)


def comments(count: int, **config: Any) -> list[str]:
    each: Iterable[Task] = (task("comment", n, f"c/e/n/S{n}", **config) for n in range(count))
    return [texts(one)["comment"] for one in each]


def test_the_caption_is_one_choice_of_its_alternatives_and_stays_it() -> None:
    chosen = {texts(task(key=f"k{n}", captions="{a|b|c} drop"))["caption"] for n in range(30)}

    assert chosen == {"a drop", "b drop", "c drop"}
    assert len({texts(task(captions="{a|b|c}"))["caption"] for _ in range(5)}) == 1


def test_due_instant_and_attempts_change_nothing() -> None:
    one = task("comment", comment_content="a\nb\nc")
    assert texts(one) == texts(replace(one, due_utc=DUE.replace(year=2027), timeout_s=1.0))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"captions": ""}, {}),
        ({"captions": "one###two"}, {"caption": "one\ntwo"}),
        ({"captions": "Hi ## all"}, {"caption": "Hi\nall"}),
        ({"captions": "Hi ## all###of you", "content_type": 1}, {"title": "Hi", "caption": "all\nof you"}),
        ({"captions": "Hi ##", "content_type": 1}, {"title": "Hi"}),
        ({"captions": "#autumn #drop", "content_type": 1}, {"caption": "#autumn #drop"}),
    ],
)
def test_a_caption_ends_its_title_with_two_marks_and_its_lines_with_three(
    config: dict[str, Any], expected: dict[str, str]
) -> None:
    assert texts(task(**config)) == expected


def test_only_tiktok_has_titles() -> None:
    one = task(captions="Hi ## all###of you", content_type=1)
    elsewhere = replace(one, options=replace(one.options, app="instagram"))
    assert texts(elsewhere) == {"caption": "Hi ## all\nof you"}


def test_comments_go_by_the_task_number_if_they_are_sequential() -> None:
    told = comments(4, comment_content="one\n\n two \nthree", comment_order="sequential")
    assert told == ["one", "two", "three", "one"]


def test_random_comments_are_used_up_before_one_comes_again() -> None:
    told = comments(6, comment_content="one\ntwo\nthree")

    assert sorted(told[:3]) == sorted(told[3:]) == ["one", "three", "two"]
    assert told == comments(6, comment_content="one\ntwo\nthree")


def test_another_occurrence_may_shuffle_otherwise() -> None:
    config = {"comment_content": "\n".join("abcdefgh")}
    orders = {
        "".join(texts(replace(task("comment", n, **config), nominal=f"n{day}"))["comment"] for n in range(8))
        for day in range(5)
    }
    assert len(orders) > 1


def test_an_emoji_follows_if_it_is_asked_for() -> None:
    told = comments(30, comment_content="Lovely!", insert_emoji=True)

    assert {text.split()[0] for text in told} == {"Lovely!"}
    assert {text.split()[1] for text in told} <= set(EMOJI) and len(set(told)) > 1


def test_a_flow_of_ones_own_has_the_caption_of_its_parameter() -> None:
    own = replace(task(captions="{a|b}"), script="visit")
    assert texts(own)["caption"] in ("a", "b")
    assert texts(replace(own, config={"greeting": "hi"})) == {}


def test_other_scripts_write_nothing() -> None:
    assert texts(task("follow", target_users=["@demo"])) == {}
