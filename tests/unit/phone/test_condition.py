"""What a phone says of its power, space, screen and input method, as Android's commands word it."""

import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

from runner.phone.condition import Condition, parse, server_version

WELL = """\
Current Battery Service state:
  AC powered: false
  USB powered: true
  Wireless powered: false
  Dock powered: false
  Max charging current: 500000
  Max charging voltage: 5000000
  Charge counter: 3480000
  status: 2
  health: 2
  present: true
  level: 87
  scale: 100
  voltage: 4100
  temperature: 281
  technology: Li-ion
--part
Filesystem           1K-blocks     Used Available Use% Mounted on
/dev/block/dm-47
                     112345678 50000000  61000000  46% /data
--part
  mWakefulness=Awake
--part
    KeyguardServiceDelegate
      showing=false
      secure=true
--part
com.android.inputmethod.latin/.LatinIME
com.google.android.tts/.Voice
--part
com.android.inputmethod.latin/.LatinIME
--part
d41d8cd98f00b204e9800998ecf8427e  /data/local/tmp/u2.jar
"""


def test_a_phone_that_is_well() -> None:
    told = parse(WELL.replace("\n", "\r\n"))
    assert told == Condition(
        battery=87,
        temperature_c=28.1,
        is_plugged_in=True,
        gains=True,
        charger_ma=500,
        free_mb=61000,
        is_awake=True,
        keyboard="com.android.inputmethod.latin/.LatinIME",
        keyboards=("com.android.inputmethod.latin/.LatinIME", "com.google.android.tts/.Voice"),
        u2_jar="d41d8cd98f00b204e9800998ecf8427e",
    )
    assert told.screen == "on"


def test_a_phone_that_is_not() -> None:
    text = (
        WELL.replace("status: 2", "status: 3")
        .replace("showing=false", "showing=true")
        .replace("--part\ncom.android.inputmethod.latin/.LatinIME\n--part", "--part\nnull\n--part")
    )
    told = parse(text)
    assert (told.gains, told.is_locked, told.lock_wants_code, told.keyboard) == (False, True, True, "")
    assert told.screen == "locked"
    assert parse(text.replace("Awake", "Asleep")).screen == "off"


def test_a_phone_that_says_nothing_of_it() -> None:
    assert parse("") == Condition()
    assert parse("/system/bin/sh: df: not found\n--part\n--part") == Condition()
    assert Condition().screen == ""


def test_the_version_of_the_server_on_a_phone_goes_by_its_file() -> None:
    spec = find_spec("uiautomator2")
    assert spec is not None and spec.submodule_search_locations
    jar = Path(spec.submodule_search_locations[0]) / "assets" / "u2.jar"
    own = hashlib.md5(jar.read_bytes(), usedforsecurity=False).hexdigest()
    assert re.fullmatch(r"\d+\.\d+\.\d+", server_version(own))
    assert (server_version("0" * 32), server_version("")) == ("another", "")
