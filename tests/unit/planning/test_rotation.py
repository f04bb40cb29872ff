"""Which files tasks post: each account gets every file once before one comes again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from runner.planning.rotation import Order, Rotation, order_of
from runner.scripts import SCRIPTS, complete
from runner.tasks import SeenFile, Task, TaskOptions

DUE = datetime(2026, 11, 21, tzinfo=UTC)
FILES = [SeenFile(f"/m/{name}.mp4", f"hash-{name}") for name in "abcd"]


def task(
    day: int, device: str = "S1", ordinal: int = 0, order: Order = Order.NEXT, images: int = 0, **changes: Any
) -> Task:
    config = {"content_type": 1, "image_count": images} if images else {}
    filled = complete(SCRIPTS["post"], config)
    key = f"c/e/{day}/{device}"
    made = Task(key, "c", "e", "post", "device", device, None, None, str(day), ordinal, DUE, 300.0, filled)
    return replace(made, options=TaskOptions(order=order), **changes)


def names(files: Iterable[SeenFile]) -> str:
    return "".join(file.sha256.removeprefix("hash-") for file in files)


def given(rotation: Rotation, *tasks: Task, files: list[SeenFile] = FILES) -> str:
    return "".join(names(rotation.give(one, files).files) for one in tasks)


def test_each_occurrence_posts_the_next_file() -> None:
    assert given(Rotation(), *(task(day) for day in range(4))) == "abcd"


def test_the_devices_of_an_occurrence_post_different_files() -> None:
    rotation = Rotation()
    days = [given(rotation, *(task(day, f"S{n}", n) for n in range(3))) for day in range(4)]
    assert days == ["abc", "bcd", "cda", "dab"]


def test_a_list_that_is_used_up_goes_on_with_the_file_that_was_used_the_longest_ago() -> None:
    rotation = Rotation()
    assert given(rotation, *(task(day) for day in range(6))) == "abcdab"
    assert names(rotation.give(task(7), FILES).again) == "c"


def test_memory_goes_by_content_and_belongs_to_one_owner() -> None:
    rotation = Rotation({"tiktok:S1": ["hash-a", "hash-c"]})
    assert given(rotation, task(1), task(1, "S2"), task(2)) == "bad"


def test_a_file_that_was_given_back_comes_again() -> None:
    assert given(Rotation({"tiktok:S1": ["hash-b"]}), task(2)) == "a"


def test_a_new_file_comes_before_those_that_were_used() -> None:
    rotation = Rotation({"tiktok:S1": ["hash-a", "hash-b", "hash-c", "hash-d", "hash-a"]})
    new = SeenFile("/m/new.mp4", "hash-n")
    assert given(rotation, task(1), task(2), files=[*FILES, new]) == "nb"


def test_two_paths_with_one_content_are_one_file() -> None:
    twice = [FILES[0], SeenFile("/m/copy.mp4", "hash-a"), FILES[1]]
    assert given(Rotation(), task(1), task(2), task(3), files=twice) == "aba"


def test_one_account_on_two_phones_gets_no_file_twice() -> None:
    rotation = Rotation()
    both = [task(1, None, n, username="@Brand" if n else "brand") for n in range(2)]
    assert given(rotation, *both, task(2, None, username="brand")) == "abc"


def test_a_post_of_images_takes_several() -> None:
    rotation = Rotation()
    first, second = (rotation.give(task(day, images=3), FILES) for day in range(2))
    assert (names(first.files), names(second.files), names(second.again)) == ("abc", "dab", "ab")
    assert names(rotation.give(task(3, images=9), FILES).files) == "cdab"


def test_same_begins_with_the_first_file_anew() -> None:
    rotation = Rotation()
    days = [given(rotation, *(task(day, f"S{n}", n, Order.SAME) for n in range(2))) for day in range(2)]
    assert days == ["ab", "ab"]


def test_random_goes_by_the_key_alone() -> None:
    tasks = [task(day, order=Order.RANDOM) for day in range(40)]
    assert given(Rotation(), *tasks) == given(Rotation({"tiktok:S1": ["hash-a"]}), *tasks)
    assert set(given(Rotation(), *tasks)) == set("abcd")


def test_a_file_that_cannot_be_read_is_left_out_of_the_rotation() -> None:
    files = [SeenFile("/m/gone.mp4", ""), *FILES[:2]]
    assert given(Rotation(), task(1), task(2), files=files) == "ab"
    nothing_else = Rotation().give(task(1), files[:1])
    assert nothing_else.files == (files[0],) and not nothing_else.again


def test_nothing_to_post_gives_nothing() -> None:
    assert Rotation().give(task(1), []).files == ()


@pytest.mark.parametrize(
    ("config", "written", "expected"),
    [
        ({"material_list": ["a.mp4", "b.mp4"]}, None, Order.NEXT),
        ({"material_list": ["a.mp4", "a.mp4"]}, None, Order.SAME),
        ({"material_list": ["a.mp4"]}, None, Order.SAME),
        ({"material_list": ["a.mp4"]}, "random", Order.RANDOM),
        ({"material_source": "localFolder", "material_path": "media"}, None, Order.NEXT),
        ({}, "next", None),
    ],
)
def test_the_order_is_as_written_or_follows_from_what_there_is(
    config: dict[str, Any], written: str | None, expected: Order | None
) -> None:
    assert order_of("post", complete(SCRIPTS["post"], config), written) is expected
    assert order_of("follow", {}, written) is None
