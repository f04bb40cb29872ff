"""Reads the output of shell commands on a phone. Pure."""

import re

_ROW_ID = re.compile(r"^Row: \d+ .*?\b_id=(\d+)", re.MULTILINE)
_START_FAILED = re.compile(r"^\s*(Error(?! type)\b.*|[\w.]*Exception\b.*)$", re.MULTILINE)
_VERSION = re.compile(r"^\s*versionName=(\S+)", re.MULTILINE)
_APP_LOCALES = re.compile(r"^Locales for \S+ for user \d+ are \[([\w-]+)", re.MULTILINE)
# Android versions and makers name it differently.
_KEYGUARD = re.compile(
    r"(?:\b(?:mShowingLockscreen|isStatusBarKeyguard|mKeyguardShowing)|^\s*showing)=true\b", re.MULTILINE
)

_SPACE = re.compile(r"\d+\s+\d+\s+(\d+)\s+\d+%")
_SECURE = re.compile(r"^\s*secure=(true|false)\b", re.MULTILINE)
_WOKEN = re.compile(r"\bmLast(?:Global)?WakeTime=(\d+)")
_TOUCHED = re.compile(r"\bmLastUserActivityTime\S*=\d+ \((\d+) ms ago\)")
_LEVEL = re.compile(r"^\s*level:\s*(\d+)", re.MULTILINE)
_SCALE = re.compile(r"^\s*scale:\s*(\d+)", re.MULTILINE)
# A size that somebody has set stands below the physical one, and is the one that is shown.
_SIZE = re.compile(r"^(?:Physical|Override) size:\s*(\d+)x(\d+)", re.MULTILINE)


SCAN_FILE = "android.intent.action.MEDIA_SCANNER_SCAN_FILE"
"""The broadcast that has the media store look at a file anew."""


def newest_content_id(output: str) -> int | None:
    """The highest `_id` of what `content query` printed; None if there is no row."""
    return max((int(found) for found in _ROW_ID.findall(output)), default=None)


def start_failure(output: str) -> str | None:
    """Why `am start` or `monkey` did not start anything; None if it did.

    `am start` exits with 0 even where no activity can open the intent, and warns on success when the app is
    already in front.
    """
    if "No activities found to run" in output:
        return "No activities found to run"
    found = _START_FAILED.search(output)
    return found[1].strip() if found else None


def app_version(output: str) -> str | None:
    """The version in the output of `dumpsys package NAME`."""
    found = _VERSION.search(output)
    return found[1] if found else None


def app_language(output: str) -> str | None:
    """The language that `cmd locale get-app-locales NAME` tells, such as `fr-FR`; None if the app has none of its own,
    or the phone does not know such languages (before Android 13)."""
    found = _APP_LOCALES.search(output)
    return found[1] if found else None


def keyguard_shown(output: str) -> bool:
    """Whether `dumpsys window policy` says that the lock screen is shown."""
    return bool(_KEYGUARD.search(output))


def lock_is_secure(output: str) -> bool:
    """Whether a secret unlocks the phone, as `dumpsys window policy` tells; assumed where it does not."""
    found = _SECURE.search(output)
    return found is None or found[1] == "true"


def is_awake(output: str) -> bool:
    """Whether `dumpsys power` says that the screen is on."""
    return "mWakefulness=Awake" in output


def wake_time(output: str) -> str:
    """Since when the phone has been awake, as `dumpsys power` says on a clock of the phone's own; empty if it does
    not."""
    found = _WOKEN.search(output)
    return found[1] if found else ""


def is_idle(output: str, least_ms: int) -> bool:
    """Whether `dumpsys power` says that nobody has touched the phone for so long."""
    found = [int(ago) for ago in _TOUCHED.findall(output)]
    return bool(found) and min(found) >= least_ms


def keyboard_shown(output: str) -> bool:
    """Whether `dumpsys input_method` says that the keyboard is shown."""
    return "mInputShown=true" in output


def battery_level(output: str) -> int | None:
    """The battery in percent, as `dumpsys battery` tells; None if it tells none."""
    level, scale = _LEVEL.search(output), _SCALE.search(output)
    if level is None:
        return None
    full = int(scale[1]) if scale else 100
    return min(round(100 * int(level[1]) / full), 100) if full else None


def screen_size(output: str) -> tuple[int, int] | None:
    """Width and height in pixels, as `wm size` tells."""
    found = _SIZE.findall(output)
    return (int(found[-1][0]), int(found[-1][1])) if found else None


def free_mb(output: str) -> int | None:
    """What `df -k` says is available; it may fold a long name onto a line of its own."""
    found = _SPACE.search(output)
    return int(found[1]) // 1000 if found else None
