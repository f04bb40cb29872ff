"""Steps know where they touched the screen, as it was when they did."""

import io

import pytest
from PIL import Image

from runner.errors import ConnectionLost
from runner.tasks import StepOutcome

FIRST_ROW = [0.0, 0.0, 1.0, 0.05]
"""The fake phone's rows are 100 pixels high, from the top of a screen of 1000 by 2000."""
SECOND_ROW = [0.0, 0.05, 1.0, 0.1]


def touches(world, steps, flow_of):
    world.flow = flow_of(steps)
    world.run()
    return {record.kind: record.touch for record in world.records}


def picture(width, height):
    jpeg = io.BytesIO()
    Image.new("RGB", (width, height)).save(jpeg, "JPEG")
    return jpeg.getvalue()


@pytest.mark.parametrize("kind", ["tap", "long_tap", "double_tap"])
def test_a_tap_is_where_its_element_was(world, flow_of, kind):
    touch = touches(world, f"  - {kind}: follow_button\n", flow_of)[kind]
    assert touch == {"kind": kind, "x": 0.5, "y": 0.075, "box": SECOND_ROW, "after_s": 0.0}


def test_a_tap_that_moves_everything_is_told_of_the_screen_before(world, flow_of):
    tapped = world.phone.on_tap

    def moves(text):
        tapped(text)
        world.above[:0] = ["another row", "and another"]

    world.phone.on_tap = moves
    found = touches(world, "  - tap: follow_button\n  - tap: followed\n", flow_of)
    assert [record.touch["box"] for record in world.records] == [SECOND_ROW, [0.0, 0.15, 1.0, 0.2]]
    assert found["tap"]["y"] == 0.175


def test_the_commit_point_has_its_touch_and_the_proof_within_it_none(world, flow_of):
    world.run()
    found = {record.kind: record.touch for record in world.records}
    assert found["commit"]["box"] == SECOND_ROW and found["commit"]["kind"] == "tap"
    assert found["launch"] is found["remember"] is found["open_link"] is found["verify"] is None


def test_steps_within_a_step_keep_their_touches_apart(world, flow_of):
    """A proof that taps is carried out within its `verify` step, which touches nothing itself."""
    text = """
version: 1
name: follow
app: small
steps:
  - commit: {effect: follow, tap: follow_button}
  - verify:
verify:
  steps:
    - tap: name
  happened: followed
  not_happened: follow_button
"""
    found = touches(world, text, flow_of)
    assert found["tap"]["box"] == FIRST_ROW and found["commit"]["box"] == SECOND_ROW
    assert found["verify"] is None


def test_the_field_into_which_a_text_is_typed(world, flow_of):
    world.state, world.phone.focused = "Search", "Search"
    steps = "  - type: {into: field, text: hello}\n  - clear: field\n"
    found = touches(world, steps, flow_of)
    assert found["type"]["box"] == found["clear"]["box"] == SECOND_ROW


def test_swipes_have_their_way_and_their_number(world, flow_of):
    found = touches(world, "  - swipe: {direction: up, times: 3}\n", flow_of)["swipe"]
    way = {"kind": "swipe", "x": 0.5, "y": 0.75, "x2": 0.5, "y2": 0.3}
    assert found == {**way, "after_s": 0.0, "times": 3}


def test_a_scroll_that_finds_its_element_at_once_touches_nothing(world, flow_of):
    assert touches(world, "  - scroll_to: follow_button\n", flow_of) == {"scroll_to": None}


def test_a_scroll_has_its_swipes(world, flow_of):
    world.state = "Elsewhere"
    world.phone.on_tap = lambda text: setattr(world, "state", "Follow")
    found = touches(world, "  - scroll_to: follow_button\n", flow_of)["scroll_to"]
    assert (found["kind"], found["y"], found["y2"]) == ("swipe", 0.75, 0.3) and "times" not in found


def test_several_elements_are_all_told(world, flow_of):
    world.above = ["row one", "row two"]
    world.phone.on_tap = lambda text: None
    found = touches(world, "  - tap_first: {element: row, times: 2}\n", flow_of)["tap_first"]
    assert found["box"] == FIRST_ROW and found["times"] == 2
    assert found["more"] == [{"x": 0.5, "y": 0.075, "box": SECOND_ROW}]


def test_how_long_it_waited_for_its_element(world, flow_of):
    world.state = "Loading"

    def shown():
        if world.clock.monotonic() >= 3:
            world.state = "Follow"
        return [*world.above, "@demo", world.state]

    world.phone.show = shown
    found = touches(world, "  - pause: 2s\n  - tap: follow_button\n", flow_of)["tap"]
    assert 0.9 <= found["after_s"] <= 1.3  # from the beginning of its own step


def test_a_dialog_that_is_declined_on_the_way_is_no_touch_of_the_step(world, flow_of):
    world.above = ["Not now"]
    found = touches(world, "  - wait_for: follow_button\n", flow_of)
    assert world.phone.done("tap") == [("tap", "Not now")] and found["wait_for"] is None


def test_a_tap_whose_answer_is_lost_may_have_been_one(world, flow_of):
    world.phone.fail("tap", ConnectionLost("the transport broke"))
    world.flow = flow_of("  - tap: follow_button\n")
    world.run()
    assert world.records[0].outcome is StepOutcome.FAILED and world.records[0].touch["box"] == SECOND_ROW


def test_a_step_that_finds_nothing_touches_nothing(world, flow_of):
    world.state = "Something else"
    assert touches(world, "  - tap: follow_button\n", flow_of) == {"tap": None}


def test_parts_are_of_the_whole_screen_though_its_elements_end_above_the_bar_with_the_keys(world, flow_of):
    """The picture is 300 by 660: of a screen of 1000 by 2200, whose last 200 pixels no element covers."""
    world.phone.screenshot = lambda: picture(300, 660)
    found = touches(world, "  - wait_for: follow_button\n  - tap: follow_button\n", flow_of)["tap"]
    assert found["box"] == pytest.approx([0.0, 100 / 2200, 1.0, 200 / 2200], abs=1e-4)


def test_a_picture_from_before_the_phone_was_turned_tells_nothing(world, flow_of):
    world.phone.screenshot = lambda: picture(660, 300)
    found = touches(world, "  - wait_for: follow_button\n  - tap: follow_button\n", flow_of)["tap"]
    assert found["box"] == SECOND_ROW
