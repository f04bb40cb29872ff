"""Steps that touch the phone, its files and its toasts: `stop`, `push`, `pull`, `long_tap`, `double_tap`, `clear`,
`scroll_to`, `wait_gone`, `toast`, `needs_person`."""

from pathlib import Path

import pytest

from runner.errors import ConnectionLost, TaskError
from runner.tasks import AttemptOutcome, StepOutcome

NONE = "version: 1\nname: follow\napp: small\neffects: none\nsteps:\n"


def run(world, flow_of, steps):
    world.flow = flow_of(NONE + steps)
    return world.run()


def test_stop_ends_the_app(world, flow_of):
    assert run(world, flow_of, "  - stop:\n").outcome is AttemptOutcome.COMPLETED
    assert world.phone.done("stop") == [("stop", "com.example.app")]


def test_long_and_double_taps(world, flow_of):
    run(
        world,
        flow_of,
        "  - long_tap: name\n  - long_tap: {text: '@demo', for: 20s}\n  - double_tap: {text: Follow}\n",
    )
    assert world.phone.done("long_tap") == [("long_tap", "@demo", "1 s"), ("long_tap", "@demo", "10 s")]
    assert world.phone.done("double_tap") == [("double_tap", "Follow")]


@pytest.mark.parametrize("step", ["long_tap", "double_tap", "clear", "tap"])
def test_they_wait_for_their_element_and_say_what_was_there(world, flow_of, step):
    outcome = run(world, flow_of, f"  - {step}: {{text: Nobody, timeout: 2s}}\n")
    assert "waited 2 s for 'Nobody'; the screen shows '@demo', 'Follow'" in outcome.message
    assert world.phone.done(step) == []


def test_clear_empties_a_field_that_has_the_focus(world, flow_of):
    world.phone.focused = "@demo"
    assert run(world, flow_of, "  - clear: name\n").outcome is AttemptOutcome.COMPLETED
    assert [event for event in world.phone.events if event[0] in ("tap", "type", "hide_keyboard")] == [
        ("tap", "@demo"),
        ("type", ""),
        ("hide_keyboard",),
    ]
    world.phone.focused = ""
    assert (
        "for the cursor in name" in run(world, flow_of, "  - clear: {element: name, timeout: 1s}\n").message
    )


# scrolling


class Long:
    """A long list, of which two rows are shown; each swipe up goes on by one."""

    def __init__(self, world, rows):
        self.rows, self.at = rows, 0
        world.phone.show = lambda: self.rows[self.at : self.at + 2]
        world.phone.on_tap = lambda what: self.swiped() if what == "swipe" else None

    def swiped(self):
        self.at = min(self.at + 1, len(self.rows) - 2)


def test_scroll_to_swipes_until_the_element_is_shown(world, flow_of):
    Long(world, ["one", "two", "three", "four", "five"])
    assert run(world, flow_of, "  - scroll_to: {text: four}\n").outcome is AttemptOutcome.COMPLETED
    assert len(world.phone.done("swipe")) == 2


@pytest.mark.parametrize(
    ("keys", "why", "swipes"),
    [
        ("", "the list ends after 3 swipes", 4),
        (", times: 2", "2 swipes did not show it", 2),
        (", times: '${config.wait - 4}'", "1 swipes did not show it", 1),
        (", timeout: 0s", "its time was over after 0 swipes", 0),
    ],
)
def test_scroll_to_ends_where_the_list_or_its_limits_end(world, flow_of, keys, why, swipes):
    Long(world, ["one", "two", "three", "four", "five"])
    outcome = run(world, flow_of, f"  - scroll_to: {{text: six{keys}}}\n")
    assert outcome.outcome is AttemptOutcome.FAILED and f"scrolled to 'six': {why}" in outcome.message
    assert len(world.phone.done("swipe")) == swipes and world.records[-1].hierarchy is not None


# waits


def test_wait_gone_waits_until_the_element_is_gone_and_stays_so(world, flow_of):
    world.above = ["row 1"]
    world.phone.show = lambda: ["row 1"] if world.clock.monotonic() < 5 else ["@demo"]
    assert (
        run(world, flow_of, "  - wait_gone: {element: row, settle: 2s}\n").outcome is AttemptOutcome.COMPLETED
    )
    assert 7 <= world.clock.monotonic() < 8
    world.phone.show = lambda: ["row 1"]
    outcome = run(world, flow_of, "  - wait_gone: {text_starts: row, timeout: 3s, otherwise: 'it stays'}\n")
    assert outcome.message.startswith("it stays: FAKE1: waited 3 s for text starts 'row' gone")


# toasts

TOAST = "  - tap: name\n  - toast: {as: said, timeout: 3s}\n  - finish: ${said}\n"


def test_a_toast_is_waited_for_and_kept(world, flow_of):
    def tapped(text):
        world.phone.says = "Note saved"

    world.phone.says, world.phone.on_tap = "an old one", tapped
    assert run(world, flow_of, TOAST).message == "Note saved"
    assert [event[0] for event in world.phone.events if "toast" in event[0] or event[0] == "tap"] == [
        "forget_toast",
        "tap",
        "toast",
    ]


def test_a_toast_from_before_the_input_does_not_count(world, flow_of):
    world.phone.says, world.phone.on_tap = "an old one", lambda text: None
    assert "waited 3 s for a toast, and there was none" in run(world, flow_of, TOAST).message
    kept = TOAST.replace("timeout: 3s", "timeout: 1s, otherwise: nothing")
    assert run(world, flow_of, kept).message == "nothing"


def test_a_flow_without_that_step_asks_for_no_toasts(world, flow_of):
    run(world, flow_of, "  - tap: name\n")
    assert world.phone.done("forget_toast") == []


# files


def test_files_are_copied_and_the_report_says_where(world, flow_of):
    steps = "  - push: {file: '${file}', to: /sdcard/Download/}\n"
    steps += "  - pull: {file: /sdcard/a.csv, to: '/t/${device}.csv'}\n"
    outcome = run(world, flow_of, steps)
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert world.phone.done("push") == [("push", "/x/clip.mp4", "/sdcard/Download/")]
    assert world.phone.done("pull") == [("pull", "/sdcard/a.csv", "/t/FAKE1.csv")]
    assert [record.message for record in world.records] == ["/sdcard/Download/", "/t/FAKE1.csv"]


def test_what_a_screen_said_leads_to_no_other_folder(world, flow_of):
    world.phone.show = lambda: ["@../../etc/passwd"]
    steps = (
        "  - remember: {name: who, words: name}\n  - pull: {file: '/sdcard/${who}', to: '/t/${who}.csv'}\n"
    )
    run(world, flow_of, steps)
    assert world.phone.done("pull") == [("pull", "/sdcard/@____etc_passwd", "/t/@____etc_passwd.csv")]


@pytest.mark.parametrize(
    "step", ["push: {file: '${file}', to: Download/}", "pull: {file: a.csv, to: /t/a.csv}"]
)
def test_a_path_of_a_phone_begins_with_a_slash(world, flow_of, step):
    assert "is no path of a phone" in run(world, flow_of, f"  - {step}\n").message
    assert world.phone.done("push") == world.phone.done("pull") == []


def test_a_file_that_cannot_be_copied_fails_the_step(world, flow_of):
    world.phone.fail("pull", TaskError("FAKE1: on the phone it is not there"))
    outcome = run(world, flow_of, "  - pull: {file: /sdcard/a.csv, to: /t/a.csv}\n")
    assert outcome.message == "FAKE1: on the phone it is not there"
    world.phone.fail("push", ConnectionLost("FAKE1: the cable went"))
    assert (
        "the cable went" in run(world, flow_of, f"  - push: {{file: {Path('/x/y')}, to: /sdcard/}}\n").message
    )


# ends


def test_needs_person_holds_the_phone_for_one(world, flow_of):
    outcome = run(world, flow_of, "  - needs_person: 'log ${target} in by hand'\n")
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.needs_person
    assert outcome.message == "FAKE1: log @demo in by hand" and "release its hold" in (outcome.hint or "")
    assert world.records[-1].outcome is StepOutcome.FAILED


def test_the_hint_of_a_failure_has_variables_too(world, flow_of):
    outcome = run(world, flow_of, "  - fail: {reason: no, hint: 'look at ${target}'}\n")
    assert outcome.hint == "look at @demo"
