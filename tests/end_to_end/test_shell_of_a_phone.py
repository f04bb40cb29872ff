"""The shell of a virtual phone through the adb command: its language, its tools, and what it reads."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.virtual.apk_file import make_apk
from runner.virtual.package import Package

pytestmark = pytest.mark.phones

SERIAL = "SHELL01"
PACKAGE = "org.example.shelled"
SH = "/system/bin/sh: "
Adb = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="module")
def adb(phones: Any) -> Adb:
    """The adb command with bytes as its input and output."""
    shelf = phones(SERIAL)
    command = [str(word) for word in shelf.adb("version").args[:-1]]

    def run(*words: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        line = [*command, "-s", shelf[SERIAL].address, *words]
        return subprocess.run(line, input=data, capture_output=True, check=False, timeout=60)

    return run


@pytest.fixture(scope="module")
def apk() -> bytes:
    return make_apk(Package(PACKAGE, activities=(f"{PACKAGE}.Main",), launcher=f"{PACKAGE}.Main")).data


LINES = [
    ("if false; then rm -r /sdcard/DCIM; fi; ls -d /sdcard/DCIM", "/sdcard/DCIM\n", "", 0),
    ("rm -r /sdcard/DCIM; fi", "", f"{SH}syntax error: unexpected 'fi'\n", 1),
    ("if true; then echo a", "", f"{SH}syntax error: unmatched 'if'\n", 1),
    ("echo a; (b", "", f"{SH}syntax error: unmatched '('\n", 1),
    ("a=(1 'b c'); echo ${#a[@]} \"${a[1]}\"", "2 b c\n", "", 0),
    ("echo 'a", "", f"{SH}no closing quote\n", 1),
    ("for i in a b; do echo $i; done", "a\nb\n", "", 0),
    ("i=0; while [[ $i -lt 3 ]]; do (( i += 1 )); done; echo $i", "3\n", "", 0),
    ("case $(getprop ro.build.version.sdk) in 3[0-9]) echo new;; *) echo old;; esac", "new\n", "", 0),
    ("cat <<< \"$USER $((6 * 7))\"", "shell 42\n", "", 0),
    ("echo ${nothing:-there} ${USER%ll} ${#USER} ${USER/sh/y} ${USER:1:2}", "there she 5 yell he\n", "", 0),
    ("[[ abc == a* && ! -e /nowhere ]] && echo yes", "yes\n", "", 0),
    ("f() { local x=$1; return $x; }; f 3; echo $? $x", "3\n", "", 0),
    ("echo {a,b}{1,2} $'x\\ty'", "a1 a2 b1 b2 x\ty\n", "", 0),
    ("set -e; false; echo never", "", "", 1),
    ("echo ${nothing?gone}", "", f"{SH}nothing: gone\n", 1),
    ("set -u; echo $nothing", "", f"{SH}nothing: parameter not set\n", 1),
    ("trap 'echo bye' EXIT; exit 9", "bye\n", "", 9),
    ("nosuch | cat; echo $?", "0\n", f"{SH}nosuch: inaccessible or not found\n", 0),
    ("echo x > /system/f", "", f"{SH}can't create /system/f: Read-only file system\n", 1),
    ("cat < /sdcard/none", "", f"{SH}can't open /sdcard/none: No such file or directory\n", 1),
    ("echo $((1 / 0))", "", f"{SH}1 / 0: zero divisor\n", 1),
    ("log hello; logcat | head -n 1 | wc -l", "1\n", "", 0),
    ("sleep 1000 & kill $!; wait $!; echo $?", "143\n", "", 0),
    ("sh -c 'echo $0 $1' a b", "a b\n", "", 0),
    ("cd /data/local/tmp; echo 'echo script $1' > s; chmod 755 s; ./s x", "script x\n", "", 0),
    ("cd /sdcard && pwd", "/sdcard\n", "", 0),
    ("which ls nosuch", "/system/bin/ls\n", "", 1),
    ("type ls cd", "ls is /system/bin/ls\ncd is a shell builtin\n", "", 0),
    ("cat /sdcard/none", "", "cat: /sdcard/none: No such file or directory\n", 1),
    ("cp /sdcard/none /sdcard/x", "", "cp: bad '/sdcard/none': No such file or directory\n", 1),
    ("mkdir /sdcard/DCIM", "", "mkdir: '/sdcard/DCIM': File exists\n", 1),
    ("ls -Z /", "", "ls: Unknown option 'Z' (see \"ls --help\")\n", 1),
    ("printf '%s-%03d\\n' a 7", "a-007\n", "", 0),
    ("printf 'b 2\\na 1\\n' | sort -k2 -n | cut -d' ' -f1 | tr 'ab' 'xy'", "x\ny\n", "", 0),
    ("printf 'a\\na\\nb\\n' | uniq -c", "      2 a\n      1 b\n", "", 0),
    ("printf 'a1\\nb2\\n' | grep -E '^(a|c)[0-9]+$'", "a1\n", "", 0),
    ("printf 'x 1\\ny 2\\n' | awk '{s += $2} END {print s}'", "3\n", "", 0),
    ("echo abc | sed -E 's/(a)(b)/\\2\\1/'", "bac\n", "", 0),
    ("echo hi | tee /sdcard/t | md5sum -b", "764efa883dda1e11db47671c4a3bbd9e\n", "", 0),
    ("echo hi > /sdcard/st; stat -c '%s %F' /sdcard/st", "3 regular file\n", "", 0),
    ("echo hi | base64; echo aGkK | base64 -d", "aGkK\nhi\n", "", 0),
    ("dd if=/dev/zero of=/sdcard/z bs=1k count=4 2>/dev/null; wc -c < /sdcard/z", "4096\n", "", 0),
    ("truncate -s 4096 /sdcard/du; du -k /sdcard/du; head -c 2 /sdcard/du | xxd -p", "4\t/sdcard/du\n0000\n", "", 0),
    ("find /sdcard/ -maxdepth 1 -name 'D*' | xargs -n 1 basename", "DCIM\nDownload\n", "", 0),
    ("env A=1 sh -c 'echo $A'; env | grep -c ^PATH=", "1\n1\n", "", 0),
    ("timeout 0.1 sleep 10; echo $?", "124\n", "", 0),
    ("cat /dev/null; echo x > /dev/null; echo $?", "0\n", "", 0),
    ("ip addr show wlan0 | grep -c 'inet 192.168'; ifconfig wlan0 | grep -c 'inet addr:192.168'", "1\n1\n", "", 0),
    ("cat /proc/cpuinfo | grep -c processor; cat /proc/meminfo | head -n 1 | cut -d: -f1", "8\nMemTotal\n", "", 0),
    ("id -u; id -un; whoami", "2000\nshell\nshell\n", "", 0),
]  # fmt: skip


@pytest.mark.parametrize(("line", "output", "errors", "status"), LINES)
def test_a_line_does_on_a_virtual_phone_what_it_does_on_a_phone(
    adb: Adb, line: str, output: str, errors: str, status: int
) -> None:
    ran = adb("shell", line)
    assert (ran.stdout.decode(), ran.stderr.decode(), ran.returncode) == (output, errors, status)


def test_commands_read_what_adb_sends(adb: Adb) -> None:
    data = bytes(range(256)) * 3000
    assert adb("shell", "cat > /sdcard/in; wc -c < /sdcard/in", data=data).stdout == f"{len(data)}\n".encode()
    assert adb("exec-out", "cat", "/sdcard/in").stdout == data
    assert adb("shell", "read a; echo got $a; cat", data=b"one\ntwo\n").stdout == b"got one\ntwo\n"
    assert adb("shell", "sh", data=b"for i in 1 2\ndo echo $i\ndone\nexit 3\n").returncode == 3


def test_exec_in_writes_a_file(adb: Adb) -> None:
    data = b"\0\r\n\xff" * 100_000
    adb("exec-in", "cat > /sdcard/exec && touch /sdcard/exec.done", data=data)
    adb("shell", "while [ ! -e /sdcard/exec.done ]; do sleep 0.01; done")
    assert adb("exec-out", "cat /sdcard/exec").stdout == data


def test_a_shell_that_reads_its_input_leaves_the_rest_to_its_commands(adb: Adb) -> None:
    lines = b"if true\nthen\n  echo a\nfi\ncat > /sdcard/rest\nnot a command\n"
    assert adb("shell", data=lines).stdout == b"a\n"
    assert adb("shell", "cat /sdcard/rest").stdout == b"not a command\n"


def test_an_apk_comes_through_standard_input(adb: Adb, apk: bytes) -> None:
    assert b"Success" in adb("shell", f"pm install -S {len(apk)}", data=apk).stdout
    assert PACKAGE.encode() in adb("shell", "pm list packages -3").stdout
    assert b"Success" in adb("uninstall", PACKAGE).stdout


def test_adb_install_streams_an_apk(adb: Adb, apk: bytes, tmp_path: Path) -> None:
    (tmp_path / "base.apk").write_bytes(apk)
    ran = adb("install", str(tmp_path / "base.apk"))
    assert b"Performing Streamed Install" in ran.stdout, ran
    assert b"Success" in ran.stdout
    assert b"Success" in adb("uninstall", PACKAGE).stdout


def test_several_apks_are_installed_in_a_session(adb: Adb, apk: bytes, tmp_path: Path) -> None:
    base, split = tmp_path / "base.apk", tmp_path / "split_config.en.apk"
    base.write_bytes(apk)
    split.write_bytes(apk)
    ran = adb("install-multiple", str(base), str(split))
    assert b"Success" in ran.stdout, ran
    assert PACKAGE.encode() in adb("shell", "pm list packages -3").stdout
    assert b"Success" in adb("uninstall", PACKAGE).stdout


def test_an_abandoned_session_is_gone(adb: Adb) -> None:
    created = adb("shell", "pm install-create -S 10").stdout.decode()
    number = created.partition("[")[2].partition("]")[0]
    assert adb("shell", f"pm install-abandon {number}").stdout == b"Success\n"
    assert adb("shell", f"pm install-commit {number}").returncode == 255


def test_a_loop_ends_with_its_client(phones: Any, adb: Adb) -> None:
    device = phones(SERIAL).device(SERIAL)
    stream = device.shell("echo $$; while :; do touch /sdcard/alive; done", stream=True)
    assert stream.read_string(1).isdigit()
    assert adb("shell", "echo hi").stdout == b"hi\n"
    stream.close()
    adb("shell", "while [ -e /sdcard/alive ]; do rm -f /sdcard/alive; sleep 0.2; done")
