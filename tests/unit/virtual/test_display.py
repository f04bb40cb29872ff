"""The size and the rotation of the screen: what commands say of it, and what is seen on it."""

import asyncio
import io
import re

import pytest
from PIL import Image
from true_phone import TIKTOK, a_phone, output, run

from runner.virtual import rpc, screenshots
from runner.virtual.phone import Phone


def seen(phone: Phone) -> list[tuple[int, int]]:
    """The size as everybody tells it: the hierarchy, a picture, uiautomator2, and the dump of the display."""
    corners = re.findall(r'bounds="\[\d+,\d+\]\[(\d+),(\d+)\]"', phone.dump())
    furthest = max(int(x) for x, _ in corners), max(int(y) for _, y in corners)
    info = asyncio.run(rpc.call(phone, "deviceInfo", []))
    device = re.search(r"deviceWidth=(\d+), deviceHeight=(\d+)", output(phone, "dumpsys display"))
    assert device is not None
    picture = Image.open(io.BytesIO(screenshots.png(phone))).size
    told = int(device[1]), int(device[2])
    return [furthest, picture, (info["displayWidth"], info["displayHeight"]), told]


def test_a_size_that_was_set_holds_everywhere_until_it_is_reset() -> None:
    phone = a_phone()
    assert run(phone, "wm size 1080x2400") == (0, "", "")
    assert seen(phone) == [(1080, 2400)] * 4
    assert output(phone, "wm size") == "Physical size: 720x1600\nOverride size: 1080x2400\n"
    run(phone, "wm size reset")
    assert seen(phone) == [(720, 1600)] * 4
    assert output(phone, "wm size") == "Physical size: 720x1600\n"


@pytest.mark.parametrize(
    ("line", "rotation"),
    [
        ("settings put system accelerometer_rotation 0; settings put system user_rotation 1", 1),
        ("wm user-rotation lock 3", 3),
        ("wm user-rotation lock 2", 2),
        ("settings put system user_rotation 1", 0),
        ("wm user-rotation lock 1; wm user-rotation free", 0),
        ("wm user-rotation lock 1; settings put system accelerometer_rotation 1", 0),
    ],
)
def test_the_screen_turns_where_it_is_not_free_to(line: str, rotation: int) -> None:
    phone = a_phone()
    run(phone, line)
    assert seen(phone) == [(1600, 720) if rotation % 2 else (720, 1600)] * 4
    assert f"orientation={rotation}," in output(phone, "dumpsys display")
    assert f"mRotation={rotation} " in output(phone, "dumpsys window displays")
    assert f'<hierarchy rotation="{rotation}">' in phone.dump()


def test_uiautomator2_turns_the_screen_and_sets_it_free() -> None:
    phone = a_phone()
    asyncio.run(rpc.call(phone, "setOrientation", ["left"]))
    assert asyncio.run(rpc.call(phone, "deviceInfo", []))["displayRotation"] == 1
    asyncio.run(rpc.call(phone, "freezeRotation", [False]))
    assert seen(phone) == [(720, 1600)] * 4


def test_taps_and_swipes_reach_what_is_seen_on_a_larger_screen() -> None:
    phone = a_phone()
    run(phone, "wm size 1440x3200")
    left, top, right, bottom = _bounds(phone, "TikTok")
    assert (left, top) == (40, 2360)
    run(phone, f"input tap {(left + right) // 2} {(top + bottom) // 2}")
    assert phone.front.package == TIKTOK
    before = phone.dump()
    run(phone, "input swipe 720 2400 720 600")
    assert phone.dump() != before


def test_a_density_changes_what_is_told_of_it_only() -> None:
    phone = a_phone()
    run(phone, "wm density 240")
    assert output(phone, "wm density") == "Physical density: 320\nOverride density: 240\n"
    assert asyncio.run(rpc.call(phone, "deviceInfo", []))["displaySizeDpX"] == 480
    run(phone, "wm density reset")
    assert output(phone, "wm density") == "Physical density: 320\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("wm size 10", "Error: bad size 10\n"),
        ("wm density x", "Error: bad number x\n"),
        ("wm density 10", "Error: density must be >= 72\n"),
        ("wm user-rotation lock 9", "Error: expecting rotation 0, 1, 2 or 3, but we got: 9\n"),
        ("wm user-rotation x", "Error: expecting free or lock.\n"),
    ],
)
def test_wm_refuses_what_makes_no_sense(line: str, said: str) -> None:
    assert run(a_phone(), line) == (255, "", said)


def _bounds(phone: Phone, words: str) -> tuple[int, ...]:
    node = next(node for node in phone.dump().split("<node ") if f'content-desc="{words}"' in node)
    corners = node.split('bounds="[')[1].split(']"')[0].replace("][", ",")
    return tuple(int(number) for number in corners.split(","))
