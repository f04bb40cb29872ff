"""Warm-ups on virtual phones: watching, and reactions on the cards themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
from test_flows import Notes, Shelf

from runner.flows import flow_run, watch
from runner.tasks import AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones

BRIEF = {"min_duration": 1, "max_duration": 1}
ALL = {"like_probable": 100, "collect_probable": 100, "floow_probable": 100}
SPECIAL = ["live", "ad", "sponsored", "ad_unlabelled", "survey", "stories", "people", "photo"]


@pytest.fixture(scope="module")
def started(phones):
    return phones("VIRTUAL01")


@pytest.fixture
def shelf(started, tmp_path) -> Iterator[Shelf]:
    """A phone that nothing was done to yet."""
    shelf = Shelf(started, tmp_path)
    serial = f"WARM{len(started.process.phones)}"
    started.process.have(serial)
    shelf.phone = type(shelf.phone)(started.process.phones[-1])
    yield shelf
    shelf.backend.close()


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """How long things may take to come to rest, or not to come at all; in seconds."""
    shorter = {1.0: 0.2, 2.0: 0.4}
    seconds = watch.Watch.seconds
    monkeypatch.setattr(
        watch.Watch, "seconds", lambda self, text: shorter.get(limit_s := seconds(self, text), limit_s)
    )
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
    assert len(kinds) >= 4
    ordinary = {int(place) for place in range(len(memory["videos_seen"])) if str(place) not in kinds}
    assert len(memory["likes"]) <= len(ordinary)
    assert (memory["answers"] == [] and memory["follows"] == []) or len(memory["follows"]) <= len(ordinary)


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


def test_what_an_attempt_has_liked_is_not_liked_again_and_asks_nobody(shelf):
    shelf.app("set_next_cards", kinds=["video"] * 30)
    evidence = {
        "account": f"@studio_{shelf.phone.serial.lower()}",
        "card": "@nobody: gone",
        "leave_open": "yes",
    }
    shelf.notes.committing("like", "@nobody: gone", None, {**evidence, "proof": "liked_here"})
    outcome = warm_up(shelf, 8, like_probable=100)
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert shelf.notes.states[0] is EffectState.UNCERTAIN
    assert set(shelf.notes.states[1:]) <= {EffectState.COMMITTED} and shelf.memory()["unlikes"] == []
    shelf.notes = Notes()
