"""What may keep a phone from working well, as it tells over adb alone: its power, space, screen and input method.
Nothing of it touches its screen."""

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from runner.phone import shell
from runner.phone.translate import translated
from runner.phone.transport import Transport

ANSWER_S = 6.0
"""How long a phone may take for all of these answers."""

_PART = "--part"
_QUESTIONS = (
    "dumpsys battery",
    "df -k /data",
    "dumpsys power | grep mWakefulness=",
    "dumpsys window policy",
    "ime list -s",
    "settings get secure default_input_method",
    "toybox md5sum /data/local/tmp/u2.jar",
)

_CHARGING, _FULL = "2", "5"
"""Android's numbers for a battery that is being charged, and for one that is full."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a phone says of itself; None where it says nothing.

    `battery` is in percent, `temperature_c` that of the battery. `is_plugged_in` and `gains` tell whether there is a
    charger and whether the battery is charged or full; `charger_ma` is the most that the charger gives. `free_mb` is
    what is left where apps and files are. `lock_wants_code` is None while the lock screen is not shown, or does not
    tell. `keyboard` is the chosen input method, empty if there is none, `keyboards` are those that are enabled.
    `u2_jar` is the MD5 of uiautomator2's file on the phone, empty if it has none.
    """

    battery: int | None = None
    temperature_c: float | None = None
    is_plugged_in: bool | None = None
    gains: bool | None = None
    charger_ma: int | None = None
    free_mb: int | None = None
    is_awake: bool | None = None
    is_locked: bool = False
    lock_wants_code: bool | None = None
    keyboard: str = ""
    keyboards: tuple[str, ...] = ()
    u2_jar: str = ""

    @property
    def screen(self) -> str:
        """`on`, `off` or `locked`; empty if it did not say."""
        if self.is_awake is None:
            return ""
        return "off" if not self.is_awake else "locked" if self.is_locked else "on"


def condition(phone: Transport, serial: str) -> Condition:
    """How a phone is now. Raises PhoneError."""
    with translated(serial, "ask how it is", sent=False):
        question = f"; echo {_PART}; ".join(_QUESTIONS)
        return parse(phone.shell(question, timeout=ANSWER_S))


def parse(output: str) -> Condition:
    """The phone's answers; those that it does not give are empty."""
    parts = [part.strip() for part in output.replace("\r", "").split(_PART)]
    battery, space, power, policy, keyboards, keyboard, jar = [*parts, *[""] * len(_QUESTIONS)][
        : len(_QUESTIONS)
    ]
    temperature, current = _number(battery, "temperature"), _number(battery, "Max charging current")
    awake = re.search(r"mWakefulness=(\w+)", power)
    is_locked = shell.keyguard_shown(policy)
    secure = re.search(r"^\s*secure=(true|false)", policy, re.MULTILINE)
    plugged = re.findall(r"^\s*\w+ powered: (true|false)", battery, re.MULTILINE)
    status = _number(battery, "status")
    return Condition(
        battery=shell.battery_level(battery),
        temperature_c=temperature / 10 if temperature is not None else None,
        is_plugged_in="true" in plugged if plugged else None,
        gains=str(status) in (_CHARGING, _FULL) if status is not None else None,
        charger_ma=current // 1000 if current else None,
        free_mb=shell.free_mb(space),
        is_awake=awake[1] == "Awake" if awake else None,
        is_locked=is_locked,
        lock_wants_code=secure[1] == "true" if secure and is_locked else None,
        keyboard="" if keyboard == "null" else keyboard,
        keyboards=tuple(keyboards.split()),
        u2_jar=(re.findall(r"\b[0-9a-f]{32}\b", jar) or [""])[0],
    )


def _number(text: str, name: str) -> int | None:
    found = re.search(rf"^\s*{name}: (-?\d+)", text, re.MULTILINE)
    return int(found[1]) if found else None


@cache
def _own_server() -> tuple[str, str]:
    """The MD5 of the server that uiautomator2 puts onto phones, and its version; empty if they cannot be read."""
    found = find_spec("uiautomator2")  # to import it takes a quarter of a second
    for folder in found.submodule_search_locations or () if found else ():
        assets = Path(folder) / "assets"
        with suppress(OSError, ValueError, KeyError):
            jar = hashlib.md5((assets / "u2.jar").read_bytes(), usedforsecurity=False).hexdigest()
            versions = json.loads((assets / "version.json").read_text(encoding="utf-8"))
            return jar, str(versions["u2.jar"])
    return "", ""


def server_version(jar: str) -> str:
    """The version of uiautomator2's server of which a phone has the file with this MD5; `another` if it is not the one
    that belongs to this runner, which replaces it at its next task; empty if there is none."""
    own, version = _own_server()
    return version if jar and jar == own else "another" if jar else ""
