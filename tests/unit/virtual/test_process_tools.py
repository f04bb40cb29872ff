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


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("cat /proc/$X/cmdline", rf"\A{TIKTOK}\0\Z"),
        ("cat /proc/$X/comm", rf"\A{TIKTOK[-15:]}\Z"),
        ("ls /proc/$X/task", r"\A\d+\Z"),
        ("cat /proc/$X/status", r"^Uid:\t101\d\d\t"),
        ("cat /proc/cpuinfo", r"^processor\t: 7$.*^Hardware\t: Virtual$"),
        ("cat /proc/meminfo", r"^MemTotal: +\d+ kB$"),
        ("cat /proc/stat", r"\Acpu  \d+"),
        ("cat /proc/uptime", r"\A\d+\.\d\d \d+\.\d\d\Z"),
        ("cat /proc/version", r"\ALinux version "),
        ("cat /sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", r"\A2400000\Z"),
        ("ls /sys/devices/system/cpu", r"^cpu7$"),
        ("cat /sys/class/net/wlan0/address", r"\A02(:[0-9a-f]{2}){5}\Z"),
    ],
)
def test_the_kernel_shows_itself_as_files(phone: Phone, line: str, pattern: str) -> None:
    pid = output(phone, f"pidof {TIKTOK}").strip()
    said = output(phone, f"X={pid}", line).rstrip("\n")
    assert re.search(pattern, said, re.MULTILINE | re.DOTALL)


def test_the_files_of_a_process_end_with_it(phone: Phone) -> None:
    pid = output(phone, f"pidof {TIKTOK}").strip()
    phone.stop_app(TIKTOK)
    assert "No such file" in run(phone, f"ls /proc/{pid}")[2]


def test_top_shows_the_processes_as_often_as_it_is_asked_to(phone: Phone) -> None:
    _, output, _ = run(phone, "top -b -n 2 -d 0 | grep -c '^Tasks:'")
    assert output == "2\n"
    _, output, errors = run(phone, "top -n 1 -m 1; top -q -n 1 -u shell,root | head -n 2")
    lines = output.splitlines()
    assert lines[0].startswith("Tasks: ") and lines[3].startswith("800%cpu")
    assert lines[4].split()[:3] == ["PID", "USER", "PR"] and len(lines) == 6 + 2
    assert " root " in lines[7] and errors == ""


def test_free_tells_what_the_kernel_tells(phone: Phone) -> None:
    _, output, _ = run(
        phone, "free -k | awk '/^Mem:/ {print $2, $4}'; awk '/^Mem(T|F)/ {print $2}' /proc/meminfo"
    )
    assert output == "5800000 2900000\n5800000\n2900000\n"
    assert run(phone, "dmesg") == (1, "", "dmesg: klogctl: Permission denied\n")
