"""logcat and log: buffers, filters, formats, counts; and that no option hangs."""

import asyncio
import re

import pytest
from true_phone import Recorder, a_phone, output, run

from runner.virtual.phone import Phone
from runner.virtual.shell import Shell


@pytest.fixture
def phone() -> Phone:
    made = a_phone()
    made.log.clear()
    run(made, "log -t Alpha one", "log -p e -t Beta two", "log -p d three")
    made.write_log("Gamma", "four", buffer="crash")
    return made


def lines(phone: Phone, line: str) -> list[str]:
    """What was logged, without what stands before each buffer."""
    return [text for text in output(phone, line).splitlines() if not text.startswith("---------")]


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("logcat -d -v raw", ["one", "two", "three", "four"]),
        ("logcat -d -v raw -b main", ["one", "two", "three"]),
        ("logcat -d -v raw -b crash,main", ["one", "two", "three", "four"]),
        ("logcat -d -v raw -b radio", []),
        ("logcat -d -v raw -b all", ["one", "two", "three", "four"]),
        ("logcat -t 2 -v raw", ["three", "four"]),
        ("logcat -v raw -t2", ["three", "four"]),
        ("logcat --tail=1 -v raw", ["four"]),
        ("logcat -dv raw Beta:V *:S", ["two"]),
        ("logcat -d -v raw -s Alpha", ["one"]),
        ("logcat -d -v raw -s Alpha Beta:F", ["one"]),
        ("logcat -d -v raw *:E", ["two"]),
        ("logcat -d -v raw *:i", ["one", "two", "four"]),
        ("logcat -d -v raw -e 't(w|h)'", ["two", "three"]),
        ("logcat -d -v raw --regex=one", ["one"]),
        ("logcat -d -v raw -m 1", ["one"]),
        ("logcat -m 2 -v raw", ["one", "two"]),
        ("logcat -d -v raw --pid=99999", []),
        ("logcat -t '2099-01-01 00:00:00.000' -v raw", []),
        ("ANDROID_LOG_TAGS='Beta *:S' logcat -d -v raw", ["two"]),
        ("logcat -c; logcat -d", []),
        ("logcat --clear; logcat -d -b main,crash", []),
        ("logcat -b main -c; logcat -d -v raw", ["four"]),
        ("logcat -G 1M", []),
        ("logcat -d -v raw -f /sdcard/log.txt -s Alpha; tail -n 1 /sdcard/log.txt", ["one"]),
    ],
)
def test_logcat_shows_what_is_asked_for_and_ends(phone: Phone, line: str, texts: list[str]) -> None:
    assert lines(phone, line) == texts


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("brief", r"I/Alpha   \( *\d+\): one"),
        ("process", r"I\( *\d+\) one  \(Alpha\)"),
        ("tag", r"I/Alpha   : one"),
        ("thread", r"I\( *\d+: *\d+\) one"),
        ("time", r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} I/Alpha   \( *\d+\): one"),
        ("threadtime", r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ I Alpha   : one"),
        ("threadtime -v year -v usec", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} +\d+ +\d+ I Alpha   : one"),
        ("epoch", r" *\d{10}\.\d{3} +\d+ +\d+ I Alpha   : one"),
        ("threadtime,uid", r"\S+ \S+ +2000: +\d+ +\d+ I Alpha   : one"),
    ],
)
def test_each_format_is_written_as_androids(phone: Phone, form: str, pattern: str) -> None:
    assert re.fullmatch(pattern, lines(phone, f"logcat -d -v {form}")[0])


def test_a_long_line_stands_in_two(phone: Phone) -> None:
    first, second = lines(phone, "logcat -d -v long")[:2]
    assert re.fullmatch(r"\[ \S+ \S+ +\d+: *\d+ I/Alpha    \]", first)
    assert second == "one"


def test_a_line_tells_where_each_buffer_begins(phone: Phone) -> None:
    said = output(phone, "logcat -d").splitlines()
    assert [text for text in said if text.startswith("-")] == [
        "--------- beginning of main",
        "--------- beginning of crash",
    ]
    assert output(phone, "logcat -c; logcat -d") == ""


def test_sizes_and_statistics_are_told(phone: Phone) -> None:
    assert re.match(r"main: ring buffer is 256 KiB \(\d+ KiB consumed", output(phone, "logcat -g"))
    assert "Now" in output(phone, "logcat -S")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("logcat -b nonsense", "Unknown -b buffer 'nonsense'"),
        ("logcat -v nonsense", "Invalid parameter 'nonsense' to -v"),
        ("logcat -d Tag:Q", "Invalid filter expression 'Tag:Q'"),
        ("logcat -t", "option '-t' requires an argument"),
        ("logcat -t yesterday", "not in time format"),
        ("logcat --nonsense", "unrecognized option '--nonsense'"),
        ("logcat -Z", "invalid option -- 'Z'"),
        ("logcat -d -e '('", "invalid regular expression"),
    ],
)
def test_what_logcat_does_not_know_ends_it(phone: Phone, line: str, said: str) -> None:
    status, _, errors = run(phone, line)
    assert status == 1
    assert said in errors


def test_new_lines_come_until_there_are_enough(phone: Phone) -> None:
    sink = Recorder()

    async def follow() -> int:
        reading = asyncio.ensure_future(Shell(phone, sink).run("logcat -v raw -T 0 -m 1 -s News"))
        while not reading.done():
            await Shell(phone, Recorder()).run("log -t Other no; log -t News yes")
            await asyncio.wait({reading}, timeout=0.05)
        return reading.result()

    assert asyncio.run(follow()) == 0
    assert sink.written[1] == b"--------- beginning of main\nyes\n"
