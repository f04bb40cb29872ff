"""What a phone's shell must never do: run half of what it does not understand, hang, or reach this machine."""

import asyncio
import os
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell_runs import Recorder, run
from small_apps import Unplugged, make_apps

from runner.virtual.language.grammar import parse
from runner.virtual.language.words import ShellSyntaxError
from runner.virtual.phone import Phone
from runner.virtual.shell import Shell
from runner.virtual.streams import Input

PIECES = [
    "rm -r /sdcard/DCIM", "echo x > /sdcard/f", "if", "then", "else", "fi", "for i in a b", "while", "until", "do",
    "done", "case x in", "x)", ";;", "esac", "{", "}", "(", ")", "((", "))", "[[", "]]", "!", "&&", "||", "|", "&",
    ";", "\n", "$(", "`", "${x", "${x:-", "}", "$((", "'", '"', "<<E", "E", "<<<", ">", "<", "2>&1", "$x", "f()", "#",
    "\\", "select x", "function g", "time", "a=(1)", "|&", "touch /sdcard/g",
]  # fmt: skip


def made() -> Phone:
    phone = Phone("UNIT01", make_apps=make_apps)
    phone.link = Unplugged()
    return phone


def shared_storage(phone: Phone) -> Any:
    root = "/storage/emulated/0"
    return {name: phone.files.find(f"{root}/{name}") for name in phone.files.names(root)}


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(string.printable, max_size=4)), max_size=12))
@settings(max_examples=150, deadline=None)
def test_a_line_that_is_not_understood_changes_nothing(pieces: list[str]) -> None:
    line = " ".join(pieces)
    try:
        parse(line)
    except ShellSyntaxError as error:
        phone = made()
        before = shared_storage(phone)
        status, output, errors = run(phone, line)
        assert (status, output, errors) == (1, "", f"/system/bin/sh: {error}\n")
        assert shared_storage(phone) == before


@pytest.mark.parametrize(
    "line",
    [
        "rm -r /sdcard/DCIM; fi",
        "if false; then rm -r /sdcard/DCIM",
        "for x in a; do rm -r /sdcard/DCIM; don",
        "rm -r /sdcard/DCIM; a=(1; 2)",
        "rm -r /sdcard/DCIM |& cat",
        "rm -r /sdcard/DCIM; select x in a; do :; done",
        "rm -r /sdcard/DCIM; echo 'open",
        "rm -r /sdcard/DCIM; echo ${x@Q}",
        "rm -r /sdcard/DCIM; cat <<E",
        "rm -r /sdcard/DCIM; ((",
        "if false; then rm -r /sdcard/DCIM; fi",
        "false && rm -r /sdcard/DCIM",
        "for x in; do rm -r /sdcard/DCIM; done",
        "while false; do rm -r /sdcard/DCIM; done",
        "case a in b) rm -r /sdcard/DCIM;; esac",
        "f() { rm -r /sdcard/DCIM; }",
        "! true && rm -r /sdcard/DCIM",
        "[[ a == b ]] && rm -r /sdcard/DCIM",
        "find /sdcard -name DCIM -frobnicate -delete",
        "echo /sdcard/DCIM | xargs -Z rm -r",
        "awk 'BEGIN { system(\"rm -r /sdcard/DCIM\") }'",
        "sed -i 1Z /sdcard/DCIM",
    ],
)
def test_what_is_not_to_run_does_not_run(phone: Phone, line: str) -> None:
    run(phone, line)
    assert phone.files.find("/sdcard/DCIM") is not None


@pytest.mark.parametrize(
    "line",
    [
        "while true; do :; done",
        "until false; do true; done",
        "f() { f | f; }; f",
        ":(){ :|:& };:; while :; do :; done",
        "yes",
        "yes > /dev/null",
        "while :; do echo x; done > /sdcard/f",
        "cat /dev/zero > /dev/null",
        "awk 'BEGIN { while (1) x++ }'",
        "logcat",
        "while sleep 0; do :; done",
        "cat",
    ],
)
def test_what_goes_on_for_ever_keeps_nothing_waiting_and_ends_with_its_client(
    phone: Phone, line: str
) -> None:
    async def never() -> bytes:
        await asyncio.Event().wait()
        return b""

    async def go() -> None:
        shell = Shell(phone, Recorder(), Input(never))
        task = asyncio.ensure_future(shell.run(line))
        for _ in range(20):
            await asyncio.sleep(0)
        other = Recorder()
        await Shell(phone, other).run("echo still here")
        assert other.written[1] == b"still here\n"
        task.cancel()
        await asyncio.wait({task})
        shell.hang_up()

    asyncio.run(asyncio.wait_for(go(), 20))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("f() { f; }; f", "stack overflow"),
        ("x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done", "unable to allocate memory"),
        ("x=$(cat /dev/zero)", "Cannot allocate memory"),
        ("sort /dev/zero", "Cannot allocate memory"),
        ("printf %999999999d 1", "bad width"),
        ("f() { f | cat; }; f", "can't fork"),
    ],
)
def test_what_wants_too_much_is_refused(phone: Phone, line: str, said: str) -> None:
    _, _, errors = run(phone, line)
    assert said in errors


def test_deep_nesting_is_a_syntax_error() -> None:
    for opening, closing in (("( ", " )"), ("$(", ")"), ("{ ", "; }"), ("if :; then ", "; fi")):
        with pytest.raises(ShellSyntaxError, match="nested too deeply"):
            parse(opening * 5000 + "echo" + closing * 5000)


def test_the_files_of_this_machine_are_out_of_reach(phone: Phone, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("secret")
    run(
        phone,
        f"rm -rf {tmp_path}; echo x > {kept}; cp /sdcard/DCIM {kept}",
        f"awk '{{print > \"{kept}\"}}' /dev/null",
    )
    assert kept.read_text() == "secret"
    for command in (
        f"cat {kept}",
        f"cat < {kept}",
        f"ls {tmp_path}",
        f". {kept}",
        f"sed p {kept}",
        f"awk 1 {kept}",
    ):
        status, output, _ = run(phone, command)
        assert status != 0
        assert "secret" not in output
    assert run(phone, f"kill {os.getpid()}")[0] == 1
    assert run(phone, "echo $PATH $HOME")[1] == "/system/bin /\n"
