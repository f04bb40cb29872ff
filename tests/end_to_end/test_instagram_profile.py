"""Changes of the own page on Instagram, on virtual phones: what the phone remembers afterwards is the truth."""

from typing import Any

import pytest
from phone_shelf import Notes, hurry, tenth
from picture_shelf import ACCOUNT, PictureShelf

from runner.flows import flow_run
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones

COMMITTED, REFUTED = EffectState.COMMITTED, EffectState.REFUTED
COMPLETED, FAILED = AttemptOutcome.COMPLETED, AttemptOutcome.FAILED


@pytest.fixture
def shelf(pictures: PictureShelf) -> PictureShelf:
    pictures.app("set_account", account=ACCOUNT)
    return pictures


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """What the flows wait for 10 s or less to come to rest, or not to come at all, has a tenth of that."""
    hurry(monkeypatch, tenth(10))
    monkeypatch.setattr(flow_run, "JUDGE_S", 0.5)


def change(shelf: PictureShelf, **config: Any) -> Outcome:
    return shelf.perform(shelf.task("profile", None, config))


def changes(shelf: PictureShelf) -> list[tuple[str, str]]:
    return [(entry["field"], entry["value"]) for entry in shelf.memory()["profile_changes"]]


def test_the_own_page_is_changed_once(shelf):
    before = len(changes(shelf))
    wanted = {"nicknames": "Brand Sweden", "usernames": "@brand_se", "bios": "Made by hand, it's true 🎉"}
    assert change(shelf, **wanted) == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED] and shelf.notes.rows[0].kind == "profile"
    assert changes(shelf)[before:] == [
        ("full_name", "Brand Sweden"),
        ("username", "brand_se"),
        ("bio", "Made by hand, it's true 🎉"),
    ]
    shelf.notes = Notes()
    assert change(shelf, **wanted) == Outcome(COMPLETED, "the page says so already")
    assert shelf.notes.rows == []


def test_what_is_empty_stays_as_it_is(shelf):
    before = len(changes(shelf))
    assert change(shelf, bios="Only this") == Outcome(COMPLETED)
    assert changes(shelf)[before:] == [("bio", "Only this")]


def test_a_user_name_that_is_taken(shelf):
    before = changes(shelf)
    outcome = change(shelf, usernames="taken_by_others")
    assert (outcome.outcome, outcome.again) == (FAILED, Again.NEVER) and "not available" in outcome.message
    assert shelf.notes.states == [REFUTED] and changes(shelf) == before


def test_a_question_whether_to_change_the_name_is_left_to_the_holder(shelf):
    shelf.app("set_confirm_rename", on=True)
    before = changes(shelf)
    outcome = change(shelf, nicknames="Another Name")
    assert outcome.needs_person and "holder's decision" in outcome.message
    assert shelf.notes.states == [EffectState.MADE] and changes(shelf) == before


@pytest.mark.parametrize(("kind", "count"), [("drop", 0), ("drop_after", 1)])
def test_a_connection_that_breaks_at_the_change(shelf, kind, count):
    before = len(changes(shelf))
    bio = f"Told over a {kind}"
    shelf.phone.fault("click", kind, target="Done")
    outcome = change(shelf, bios=bio)
    assert shelf.notes.states == [COMMITTED if count else REFUTED] and len(changes(shelf)) == before + count
    assert outcome.outcome is (COMPLETED if count else FAILED)
    assert change(shelf, bios=bio).outcome is COMPLETED
    assert changes(shelf)[before:] == [("bio", bio)]
