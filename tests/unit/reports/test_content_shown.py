"""What a task posts and writes, as people and programs read it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from runner.planning.rotation import with_files
from runner.reports.content import LONGEST, content_data, content_lines, content_words, cut
from runner.scripts import SCRIPTS, complete
from runner.tasks import SeenFile, Task

DUE = datetime(2026, 11, 21, tzinfo=UTC)
POSTED = (SeenFile("/srv/autumn/media/a.mp4", "abc"), SeenFile("/srv/autumn/media/b.mp4", "def"))


def task(script: str = "post", backend: str = "device", **config: Any) -> Task:
    filled = complete(SCRIPTS[script], config)
    return Task("c/e/n/S1", "c", "e", script, backend, "S1", None, None, "n", 0, DUE, 300.0, filled)


def test_a_post_names_its_file_and_its_caption() -> None:
    one = with_files(task(captions="New drop!\n#autumn"), POSTED[:1])

    assert content_words(one, "*") == ["a.mp4*", '"New drop! #autumn"']
    assert content_data(one, "/srv/autumn") == {
        "files": ["media/a.mp4"],
        "texts": {"caption": "New drop!\n#autumn"},
    }
    assert content_lines(one) == {"file": "/srv/autumn/media/a.mp4", "caption": "New drop!\n#autumn"}


def test_several_images_are_counted() -> None:
    one = with_files(task(content_type=1, image_count=2), POSTED)

    assert content_words(one) == ["a.mp4 and 1 more"]
    assert content_data(one, "/elsewhere")["files"] == [file.path for file in POSTED]
    assert content_lines(one) == {"files": "/srv/autumn/media/a.mp4, /srv/autumn/media/b.mp4"}


def test_what_steers_a_terminal_is_shown_as_its_escape() -> None:
    one = with_files(task(captions="a\x1b[2Jb"), (SeenFile("/m/\x1b[2J.mp4", "abc"),))
    assert content_words(one) == ["\\x1b[2J.mp4", '"a\\x1b[2Jb"']


def test_a_local_api_chooses_itself_where_there_is_a_choice() -> None:
    unclear = task(backend="local_api", captions="{New|Fresh} drop", material_list=["/m/a.mp4", "/m/b.mp4"])
    clear = task(backend="local_api", captions="New drop", material_list=["/m/./a.mp4"])
    several = task("comment", "local_api", comment_content="Nice\nGreat", target_post_urls=["x"])

    assert content_data(unclear) == content_data(several) == {"files": [], "texts": {}}
    assert content_data(clear) == {"files": ["/m/a.mp4"], "texts": {"caption": "New drop"}}
    assert content_data(replace(several, backend="device"))["texts"]["comment"] in ("Nice", "Great")


@pytest.mark.parametrize(
    ("words", "columns", "expected"),
    [("short", 10, "short"), ("somewhat long", 8, "somewha…"), ('"quoted text"', 8, '"quote…"')],
)
def test_words_are_cut_to_their_room(words: str, columns: int, expected: str) -> None:
    assert cut(words, columns) == expected


def test_a_long_caption_is_cut_in_a_table() -> None:
    (words,) = content_words(task(captions="界 " * 2000))
    assert words.endswith('…"') and len(words) <= LONGEST
