"""Watching reels on Instagram, on virtual phones: what the phone remembers afterwards is the truth."""

from typing import Any

import pytest
from phone_shelf import hurry, tenth
from picture_shelf import PictureShelf

from runner.tasks import AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones

COMMITTED = EffectState.COMMITTED
COMPLETED = AttemptOutcome.COMPLETED
MANY_S, FEW_S = 25, 4


@pytest.fixture
def shelf(pictures: PictureShelf) -> PictureShelf:
    return pictures


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """What the flows wait for 3 s or less has a tenth of that: reels are not watched for a second."""
    hurry(monkeypatch, tenth(3))


def warm_up(shelf: PictureShelf, seconds: int, **config: Any) -> Outcome:
    watching = {"task_duration": seconds, "min_duration": 1, "max_duration": 1}
    return shelf.perform(shelf.task("account_warmup", None, {**watching, **config}))


def test_every_reaction_to_each_reel_and_none_to_advertisements(shelf):
    before = shelf.memory()
    outcome = warm_up(
        shelf,
        MANY_S,
        like_probable=100,
        floow_probable=100,
        collect_probable=100,
        comment_probable=100,
        comment="So calm\nLovely light",
        insert_emoji=True,
    )
    after = shelf.memory()
    assert outcome.outcome is COMPLETED
    assert set(shelf.notes.states) == {COMMITTED}
    kinds = {"like": "likes", "follow": "follows", "favourite": "saves", "comment": "comments"}
    for kind, what in kinds.items():
        made = [row for row in shelf.notes.rows if row.kind == kind]
        assert len(made) == len(after[what]) - len(before[what]) > 0, kind
    for what in ("likes", "saves", "comments"):
        posts = [entry["post"] for entry in after[what][len(before[what]) :]]
        assert len(posts) == len(set(posts)), what
    assert not any(
        after[what][len(before[what]) :] for what in ("unlikes", "unsaves", "unfollows", "answers")
    )
    assert all(entry["text"].startswith(("So calm ", "Lovely light ")) for entry in after["comments"])


def test_nothing_is_touched_where_nothing_is_asked_for(shelf):
    before = shelf.memory()
    assert warm_up(shelf, FEW_S) == Outcome(COMPLETED)
    after = shelf.memory()
    assert shelf.notes.rows == [] and len(after["posts_seen"]) > len(before["posts_seen"])
    assert all(after[what] == before[what] for what in ("likes", "follows", "saves", "comments"))


def test_what_was_interrupted_goes_on_and_repeats_nothing(shelf):
    before = len(shelf.memory()["likes"])
    assert warm_up(shelf, FEW_S, like_probable=100).outcome is COMPLETED
    again = warm_up(shelf, FEW_S, like_probable=100)  # the same task: its effects are in the journal
    likes = shelf.memory()["likes"][before:]
    assert again.outcome is COMPLETED and shelf.memory()["unlikes"] == []
    assert len({entry["post"] for entry in likes}) == len(likes) == len(shelf.notes.rows)


def test_a_refusal_needs_a_person_and_repeats_nothing(shelf):
    shelf.app("block_next_action")
    outcome = warm_up(shelf, FEW_S, like_probable=100)
    assert outcome.needs_person and "limits this account" in outcome.message
    assert len(shelf.notes.rows) == 1
