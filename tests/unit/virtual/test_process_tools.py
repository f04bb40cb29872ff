"""ps, pgrep, pidof and kill, as the clients call them."""

import re

import pytest
from true_phone import TIKTOK, a_phone, output, run

from runner.virtual.phone import Phone


@pytest.fixture
def phone() -> Phone:
    made = a_phone()
    made.start_app(TIKTOK)
    return made


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("ps -A", rf"^USER +PID +PPID +VSZ +RSS +WCHAN +ADDR +S NAME\n.*^u0_a\d+ +\d+ +301 .* S {TIKTOK}$"),
        ("ps -ef", rf"{TIKTOK}$"),
        ("ps -A -o PID,NAME", rf"^ +PID NAME\n.*^ *\d+ {TIKTOK}$"),
        ("ps -Ao pid=,name=", rf"\A *\d+ init\n.*^ *\d+ {TIKTOK}$"),
        ("ps -A -o USER", r"^radio$"),
        ("ps --help", r"^-A\b"),
        ("ps -p $X -o NAME=", rf"\A{TIKTOK}\Z"),
        ("pgrep --help; echo $?", r"^-f\b.*^0$"),
        ("pidof --help >/dev/null; echo $?", r"^0$"),
        (
            "pgrep -f '([[:blank:]]|^)com\\.zhiliaoapp\\.musically(:[a-zA-Z0-9_-]+)?([[:blank:]]|$)'",
            r"\A\d+\Z",
        ),
        (f"pgrep -l ^{TIKTOK}$", rf"\A\d+ {TIKTOK}\Z"),
        (f"pgrep {TIKTOK[-15:]}", r"\A\d+\Z"),
        ("pgrep -c system", r"\A\d+\Z"),
        ("kill -0 $X && echo there", r"\Athere\Z"),
    ],
)
def test_processes_are_listed_and_found(phone: Phone, line: str, pattern: str) -> None:
    pid = output(phone, f"pidof {TIKTOK}").strip()
    said = output(phone, f"X={pid}", line).rstrip("\n")
    assert re.search(pattern, said, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("line", "status", "errors"),
    [
        ("pgrep nobody", 1, ""),
        ("pgrep", 1, "pgrep: No PATTERN\n"),
        ("ps -o NONSENSE", 1, "ps: bad -o 'NONSENSE'\n        ^\n"),
        ("kill 99999", 1, "kill: No such process\n"),
        ("stop", 1, "Must be root\n"),
    ],
)
def test_what_is_not_there_is_said(phone: Phone, line: str, status: int, errors: str) -> None:
    assert run(phone, line) == (status, "", errors)


def test_processes_of_the_system_cannot_be_ended(phone: Phone) -> None:
    assert "Operation not permitted" in run(phone, "pkill system_server")[2]
    run(phone, f"pkill -f {TIKTOK}")
    assert output(phone, f"pidof {TIKTOK}") == ""
