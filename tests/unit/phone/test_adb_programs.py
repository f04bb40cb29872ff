"""The adb programs that can be called here, and the servers that run: read from what their commands print and from
`/proc`."""

import os
from pathlib import Path

import pytest

from runner.phone.adb_programs import AdbServerProcess, parse_version, programs, servers


def adb_of(folder: Path, version: str) -> Path:
    """A program that answers `adb version`."""
    folder.mkdir(parents=True)
    path = folder / "adb"
    path.write_text(f"#!/bin/sh\necho 'Android Debug Bridge version {version}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def process(proc: Path, pid: int, command: str, **environment: str) -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    (folder / "cmdline").write_bytes(b"\0".join(word.encode() for word in command.split()) + b"\0")
    (folder / "environ").write_bytes(b"\0".join(f"{k}={v}".encode() for k, v in environment.items()) + b"\0")


def test_every_adb_on_the_path_and_in_the_sdk_is_found_once(tmp_path: Path) -> None:
    old, sdk = adb_of(tmp_path / "old", "1.0.39"), adb_of(tmp_path / "sdk" / "platform-tools", "1.0.41")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "adb").symlink_to(old)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "adb").write_text("no program", encoding="utf-8")
    path = os.pathsep.join(str(tmp_path / name) for name in ("gone", "old", "linked", "text"))
    bundled, *found = programs({"PATH": path, "ANDROID_HOME": str(tmp_path / "sdk")})
    assert bundled.version == 41
    assert [(one.path, one.version) for one in found] == [(old, 39), (sdk, 41)]


def test_an_adb_that_says_no_version_has_none(tmp_path: Path) -> None:
    adb_of(tmp_path / "odd", "unknown")
    assert programs({"PATH": str(tmp_path / "odd")})[-1].version is None


@pytest.mark.parametrize(
    ("output", "version"),
    [("Android Debug Bridge version 1.0.41\nVersion 35.0.2\n", 41), ("adb: broken", None), ("", None)],
)
def test_the_number_that_counts_is_the_protocols(output: str, version: int | None) -> None:
    assert parse_version(output) == version


def test_servers_that_want_the_phones_on_usb(tmp_path: Path) -> None:
    process(tmp_path, 9, "adb -L tcp:5037 fork-server server --reply-fd 4")
    process(tmp_path, 10, "/opt/sdk/adb -P 5038 server nodaemon", HOME="/home/u")
    process(tmp_path, 11, "adb server nodaemon")
    process(tmp_path, 12, "adb -L acceptfd:7 server nodaemon", ADB_USB="0")
    process(tmp_path, 13, "adb -L acceptfd:7 server nodaemon", ADB_USB="1")
    process(tmp_path, 14, "adb -s A1 shell")
    process(tmp_path, 15, "vi server nodaemon")
    (tmp_path / "16").mkdir()
    (tmp_path / "self").mkdir()
    assert [(one.pid, one.port) for one in servers(tmp_path)] == [
        (9, 5037),
        (10, 5038),
        (11, 5037),
        (13, None),
    ]
    assert next(servers(tmp_path)) == AdbServerProcess(
        9, 5037, "adb -L tcp:5037 fork-server server --reply-fd 4"
    )


def test_a_system_without_such_a_list_has_none(tmp_path: Path) -> None:
    assert list(servers(tmp_path / "proc")) == []
