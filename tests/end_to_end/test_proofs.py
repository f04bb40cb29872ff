"""The proofs of flows, on virtual phones where somebody else is at work too. What the phone remembers is the truth."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from phone_shelf import Shelf, eventually, hurry, untouched

from runner.flows import flow_run
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones

PLACES = ["user", "sheet", "video", "comments", "search", "camera"]


@pytest.fixture
def shelf(started, tmp_path) -> Iterator[Shelf]:
    """A phone that nothing was done to yet."""
    shelf = untouched(started, tmp_path, "PROOF")
    shelf.app("set_upload_seconds", seconds=0.3)
    yield shelf
    shelf.backend.close()


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> dict[float, float]:
    """How long things may take to come to rest, or not to come at all, by what the flows say; in seconds."""
    shorter = {1.0: 0.1, 2.0: 0.2, 3.0: 0.3, 10.0: 0.5, 60.0: 10.0}
    hurry(monkeypatch, lambda limit_s: shorter.get(limit_s, limit_s))
    monkeypatch.setattr(flow_run, "JUDGE_S", 0.5)
    return shorter


def posts(shelf: Shelf, caption: str) -> int:
    """How often the phone itself posted it."""
    return sum(post["caption"] == caption for post in shelf.memory()["posts"])


Happenings = list[tuple[str, dict[str, Any]]]


def somebody(shelf: Shelf, before: Happenings, after: Happenings) -> None:
    """Does this just before the tap, when the evidence has been read, and that just after it."""
    committing, settle = shelf.notes.committing, shelf.notes.settle
    left = [before, after]

    def act() -> None:
        for action, arguments in left.pop(0) if left else ():
            shelf.app(action, **arguments)

    def then_committing(*details: Any) -> int:
        number = committing(*details)
        act()
        return number

    def then_settle(*details: Any, **how: Any) -> None:
        settle(*details, **how)
        act()

    shelf.notes.committing, shelf.notes.settle = then_committing, then_settle  # type: ignore[method-assign]


HAPPENED, REFUTED, UNCERTAIN = EffectState.COMMITTED, EffectState.REFUTED, EffectState.UNCERTAIN
LOST = ("fail_next_upload", {})
IGNORED = ("ignore_next_post", {})


def by_hand(caption: str) -> tuple[str, dict[str, Any]]:
    return "post_elsewhere", {"caption": caption, "views": 3}


def deleted(position: int) -> tuple[str, dict[str, Any]]:
    return "delete_post", {"position": position}


def views(position: int, count: int) -> tuple[str, dict[str, Any]]:
    return "set_views", {"position": position, "views": count}


OURS = "Autumn launch in our studio #second"
EQUAL, THEIRS, BEGINS_ALIKE = by_hand(OURS), by_hand("Theirs"), by_hand("Autumn launch in our studio")
ROUNDED = [views(0, 12_340), views(1, 56_700), views(2, 4), views(3, 9)]
GROWN = [views(0, 13_000), views(1, 57_000), views(2, 5), views(3, 11)]
ALL_ALIKE = [("set_earlier_posts", {"count": 9}), *(views(n, 0) for n in range(9))]
EQUAL_AMONG_ALL_ALIKE = [*ALL_ALIKE, THEIRS, EQUAL, THEIRS, *(views(n, 0) for n in range(3))]


@pytest.mark.parametrize(
    ("earlier", "before", "after", "state"),
    [
        pytest.param([], [IGNORED], [], REFUTED, id="tap-ignored"),
        pytest.param([EQUAL], [LOST], [], UNCERTAIN, id="equal-caption-upload-failed"),
        pytest.param([], [THEIRS], [], HAPPENED, id="posted-above-theirs"),
        pytest.param([], [], [THEIRS], UNCERTAIN, id="posted-below-theirs"),
        pytest.param([], [LOST], [BEGINS_ALIKE], UNCERTAIN, id="theirs-begins-alike-upload-failed"),
        pytest.param([], [], [deleted(1)], UNCERTAIN, id="posted-and-an-old-one-deleted"),
        pytest.param([EQUAL, THEIRS], [LOST], [deleted(0)], UNCERTAIN, id="equal-caption-laid-bare"),
        pytest.param(ROUNDED, [LOST], GROWN, REFUTED, id="counts-grown-upload-failed"),
        pytest.param(ALL_ALIKE, [], [], HAPPENED, id="counts-all-alike"),
        pytest.param(EQUAL_AMONG_ALL_ALIKE, [LOST], [deleted(0)], UNCERTAIN, id="laid-bare-among-all-alike"),
    ],
)
def test_what_becomes_of_a_post_where_others_are_at_work(shelf, earlier, before, after, state):
    for action, arguments in earlier:
        shelf.app(action, **arguments)
    somebody(shelf, before, after)
    outcome = shelf.post(OURS)
    was_made = LOST not in before and IGNORED not in before
    assert posts(shelf, OURS) == was_made
    assert shelf.notes.states == [state], outcome.message


@pytest.mark.parametrize(("what", "when"), [("captions", 0), ("captions", 1), ("videos", 0), ("tiles", 1)])
def test_what_could_not_be_read_proves_nothing(shelf, brisk, what, when):
    """A post with an equal caption, an upload that fails, and pages that do not show all of it, before or after."""
    brisk |= {8.0: 2.0, 15.0: 4.0}
    action, arguments = EQUAL
    shelf.app(action, **arguments)
    kept_back, shown = [("withhold", {"what": what})], [("withhold", {"what": "nothing"})]
    for action, arguments in kept_back if when == 0 else ():
        shelf.app(action, **arguments)
    somebody(shelf, [LOST], shown if when == 0 else kept_back)
    outcome = shelf.post(OURS)
    assert shelf.notes.states == [UNCERTAIN], outcome.message


# the way to the proof


def cut_off(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, button: str, attempt_at: Callable[[], Outcome]
) -> None:
    """The phone goes at the tap and stays away: the effect is in doubt."""
    monkeypatch.setattr(flow_run, "REACH_S", 0.2)
    shelf.phone.fault("click", "offline_after", target=button)
    assert attempt_at().outcome is AttemptOutcome.FAILED
    assert shelf.notes.states == [EffectState.COMMITTING]
    shelf.phone.post("online")
    assert eventually(lambda: shelf.phone.get()["connections"])


@pytest.mark.parametrize("place", PLACES)
def test_the_proof_finds_its_way_from_everywhere_and_ends_no_upload(shelf, monkeypatch, place):
    shelf.app("set_upload_seconds", seconds=4)
    cut_off(shelf, monkeypatch, "Post", lambda: shelf.post(OURS))
    shelf.app("open_screen", screen=place)
    outcome = shelf.post(OURS)
    assert outcome.outcome is AttemptOutcome.COMPLETED and "as the app shows" in outcome.message
    assert shelf.notes.states == [HAPPENED] and posts(shelf, OURS) == 1
    assert shelf.memory()["failed_uploads"] == []


@pytest.mark.parametrize("place", PLACES[:3])
def test_the_proof_of_a_follow_finds_its_way_too(shelf, monkeypatch, place):
    cut_off(shelf, monkeypatch, "Follow", lambda: shelf.follow("demo_way"))
    shelf.app("open_screen", screen=place)
    assert shelf.follow("demo_way").outcome is AttemptOutcome.COMPLETED
    assert shelf.notes.states == [HAPPENED] and shelf.follows("demo_way") == 1


@pytest.mark.parametrize("script", ["post", "follow"])
def test_an_app_that_shows_another_account_has_not_been_asked_yet(shelf, monkeypatch, script):
    go = (lambda: shelf.post(OURS)) if script == "post" else (lambda: shelf.follow("demo_mine"))
    mine = shelf.memory()["account"]
    cut_off(shelf, monkeypatch, script.capitalize(), go)
    shelf.app("set_account", account="studio_other")
    shelf.app("set_relation", user="demo_mine", state="none")  # as that account sees it
    outcome = go()
    assert (
        outcome.outcome is AttemptOutcome.FAILED and "now shows the account @studio_other" in outcome.message
    )
    assert outcome.again is not Again.RETRY and shelf.notes.states == [EffectState.COMMITTING]
    shelf.app("set_account", account=mine)
    shelf.app("set_relation", user="demo_mine", state="following")
    assert go().outcome is AttemptOutcome.COMPLETED and shelf.notes.states == [HAPPENED]
    assert (posts(shelf, OURS), shelf.follows("demo_mine")) == ((1, 0) if script == "post" else (0, 1))


def test_an_upload_that_goes_on_for_long_is_looked_at_later(shelf, monkeypatch, brisk):
    shelf.app("set_upload_seconds", seconds=12)
    cut_off(shelf, monkeypatch, "Post", lambda: shelf.post(OURS))
    brisk[120.0] = 2.0
    assert shelf.post(OURS).outcome is AttemptOutcome.FAILED
    assert shelf.notes.states == [EffectState.COMMITTING]
    del brisk[120.0]
    assert shelf.post(OURS).outcome is AttemptOutcome.COMPLETED
    assert shelf.notes.states == [HAPPENED] and posts(shelf, OURS) == 1


def test_a_follow_whose_tap_the_app_ignores_did_not_happen(shelf):
    shelf.phone.fault("click", "ignored", target="Follow")
    outcome = shelf.follow("demo_ignored")
    assert outcome.outcome is AttemptOutcome.FAILED and "did not happen" in outcome.message
    assert shelf.notes.states == [REFUTED] and shelf.follows("demo_ignored") == 0
