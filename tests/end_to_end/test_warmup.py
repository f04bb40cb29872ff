"""Warm-ups on virtual phones: watching, and reactions on the cards themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
from phone_shelf import Shelf, hurry, untouched

from runner.flows import flow_run
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome
from runner.virtual.apps.shortvideo.world import feed_video

pytestmark = pytest.mark.phones

BRIEF = {"min_duration": 1, "max_duration": 1}
ALL = {"like_probable": 100, "collect_probable": 100, "floow_probable": 100}
SPECIAL = ["live", "ad", "sponsored", "ad_unlabelled", "survey", "stories", "people", "photo"]


@pytest.fixture
def shelf(started, tmp_path) -> Iterator[Shelf]:
    """A phone that nothing was done to yet."""
    shelf = untouched(started, tmp_path, "WARM")
    yield shelf
    shelf.backend.close()


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """How long things may take to come to rest, or not to come at all; in seconds."""
    shorter = {1.0: 0.2, 2.0: 0.4}
    hurry(monkeypatch, lambda limit_s: shorter.get(limit_s, limit_s))
    monkeypatch.setattr(flow_run, "JUDGE_S", 0.5)


def warm_up(shelf: Shelf, duration_s: float, **config: Any) -> Outcome:
    return shelf.perform(shelf.task("account_warmup", None, {**BRIEF, "task_duration": duration_s, **config}))


def videos(shelf: Shelf, what: str) -> list[str]:
    return [entry["video"] for entry in shelf.memory()[what]]


def test_every_ordinary_card_gets_each_reaction_once(shelf):
    shelf.app("set_next_cards", kinds=["video"] * 30)
    assert warm_up(shelf, 15, **ALL).outcome is AttemptOutcome.COMPLETED
    memory = shelf.memory()
    liked, kept = videos(shelf, "likes"), videos(shelf, "favourited")
    assert liked and len(set(liked)) == len(liked) and len(set(kept)) == len(kept)
    assert memory["unlikes"] == memory["unfavourited"] == memory["unfollows"] == []
    assert {follow["user"] for follow in memory["follows"]} <= {like["author"] for like in memory["likes"]}
    made = [row.kind for row in shelf.notes.rows if row.state is EffectState.COMMITTED]
    assert len(made) == len(liked) + len(kept) + len(memory["follows"])
    assert len(memory["videos_seen"]) > len(liked) - 1


def test_nothing_is_done_to_what_is_not_simply_a_video(shelf):
    shelf.app("set_next_cards", kinds=SPECIAL * 3)
    assert warm_up(shelf, 14, **ALL).outcome is AttemptOutcome.COMPLETED
    memory = shelf.memory()
    kinds = memory["settings"]["feed_kinds"]
    special = {feed_video(int(place), kind).id for place, kind in kinds.items()}
    assert len(special & {*memory["videos_seen"]}) >= 4
    assert not special & {*videos(shelf, "likes"), *videos(shelf, "favourited")}
    assert {follow["user"] for follow in memory["follows"]} <= {like["author"] for like in memory["likes"]}
    assert memory["answers"] == []


def test_comments_of_a_warm_up(shelf):
    shelf.app("set_next_cards", kinds=["video"] * 30)
    config = {"comment_probable": 100, "comment": "one\ntwo", "comment_order": "sequential"}
    assert warm_up(shelf, 25, **config).outcome is AttemptOutcome.COMPLETED
    said = [comment["text"] for comment in shelf.memory()["comments"]]
    assert said[:2] == ["one", "two"][: len(said)] and said
    assert {row.state for row in shelf.notes.rows} == {EffectState.COMMITTED}


def test_a_topic_is_searched_and_watched(shelf):
    assert warm_up(shelf, 12, topic="paper boats", **ALL).outcome is AttemptOutcome.COMPLETED
    memory = shelf.memory()
    assert [search["query"] for search in memory["searches"]] == ["paper boats"]
    liked = videos(shelf, "likes")
    assert liked and len(set(liked)) == len(liked) and memory["unlikes"] == []


def test_a_phone_that_is_gone_for_a_moment_repeats_no_like(shelf):
    shelf.app("set_next_cards", kinds=["video"] * 30)
    shelf.phone.fault("click", "drop_after", target="Like", skip=1)
    outcomes = [warm_up(shelf, 10, like_probable=100) for _ in range(2)]
    assert outcomes[-1].outcome is AttemptOutcome.COMPLETED
    liked = videos(shelf, "likes")
    assert len(set(liked)) == len(liked) and shelf.memory()["unlikes"] == []


def test_without_any_probability_it_only_watches(shelf):
    assert warm_up(shelf, 6).outcome is AttemptOutcome.COMPLETED
    memory = shelf.memory()
    assert shelf.notes.rows == [] and memory["likes"] == memory["follows"] == memory["comments"] == []
    assert len(memory["videos_seen"]) > 1


def test_a_like_that_the_app_ignores_ends_nothing(shelf):
    shelf.app("set_next_cards", kinds=["video"] * 30)
    shelf.app("set_result", effect="like", result="ignored")
    assert warm_up(shelf, 8, like_probable=100).outcome is AttemptOutcome.COMPLETED
    assert {row.state for row in shelf.notes.rows} == {EffectState.REFUTED}


def test_a_like_that_was_cut_off_stays_open_and_asks_nobody(shelf):
    shelf.app("set_next_cards", kinds=["video"] * 30)
    evidence = {
        "account": f"@studio_{shelf.phone.serial.lower()}",
        "card": "@nobody: gone",
        "leave_open": "yes",
    }
    shelf.notes.committing("like", "@nobody: gone", None, {**evidence, "proof": "liked_here"})
    outcome = warm_up(shelf, 8, like_probable=100)
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.ANEW)
    assert shelf.notes.states == [EffectState.UNCERTAIN]
    assert warm_up(shelf, 8, like_probable=100).outcome is AttemptOutcome.COMPLETED
    assert set(shelf.notes.states[1:]) == {EffectState.COMMITTED} and shelf.memory()["unlikes"] == []
