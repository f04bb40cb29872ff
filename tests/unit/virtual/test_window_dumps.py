"""What dumpsys writes of activities and windows, read as the clients read it."""

import re

import pytest
from true_phone import a_phone, output, run

from runner.virtual.phone import Phone

SHORT, LONG = r"com\.android\.settings/\.Settings", r"com\.android\.settings/com\.android\.settings\.Settings"


@pytest.fixture
def phone() -> Phone:
    """The settings in front: an app whose activity has a short name."""
    made = a_phone()
    run(made, "am start -n com.android.settings/.Settings")
    return made


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        (
            "dumpsys activity activities",
            rf"topResumedActivity=ActivityRecord\{{\w+ u0 {SHORT} t",
        ),
        (
            "dumpsys activity activities",
            rf"ResumedActivity: ActivityRecord\{{\w+ u0 {SHORT} t",
        ),
        ("dumpsys activity a", r"ResumedActivity: ActivityRecord\{"),
        ("dumpsys activity", r"ResumedActivity: ActivityRecord\{"),
        ("dumpsys activity top", r"ACTIVITY com\.android\.settings/\.Settings \w+ pid=\d+"),
        (
            "dumpsys activity processes",
            r"\*APP\* UID 1000 ProcessRecord\{\w+ \d+:com\.android\.settings/system\}",
        ),
        ("dumpsys activity recents", r"\* Recent #0: Task\{\w+ #\d+ A=com\.android\.settings"),
        ("dumpsys window", r"mFocusedApp=ActivityRecord\{\w+ u0 com\.android\.settings/\.Settings t\d+\}"),
        (
            "dumpsys window displays",
            rf"mCurrentFocus=Window\{{\w+ u0 {LONG}\}}",
        ),
        ("dumpsys window displays", r"init=720x1600 320dpi .*cur=720x1600"),
        (
            "dumpsys window windows",
            rf"Window #\d+ Window\{{\w+ u0 {LONG}\}}",
        ),
        ("dumpsys window policy", r"^ +showing=false$"),
        ("dumpsys input", r"SurfaceOrientation: 0"),
        ("dumpsys SurfaceFlinger --display-id", r"Display \d+ \(HWC display 0\): port=0"),
        ("dumpsys window nonsense", r"Bad window command, or no windows match: nonsense"),
    ],
)
def test_dumps_hold_what_clients_look_for(phone: Phone, line: str, pattern: str) -> None:
    assert re.search(pattern, output(phone, line), re.MULTILINE)


def test_what_android_14_no_longer_writes_is_not_there(phone: Phone) -> None:
    assert "mCurrentFocus" not in output(phone, "dumpsys window windows")
    assert "mResumedActivity" not in output(phone, "dumpsys activity activities")


def test_the_process_of_the_activity_in_front_is_the_one_that_ps_lists(phone: Phone) -> None:
    told = re.findall(r"ACTIVITY (\S+) \w+ pid=(\d+)", output(phone, "dumpsys activity top"))
    assert [name.split("/")[0] for name, _ in told] == ["com.android.launcher3", "com.android.settings"]
    assert told[-1][1] == output(phone, "pidof com.android.settings").strip()
