"""The adb programs of this computer: those that can be called, and the servers that run."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from runner.phone import adb

ANSWER_S = 5.0
PROC = Path("/proc")

_SDK = ("ANDROID_HOME", "ANDROID_SDK_ROOT")
_PORT = re.compile(r"(?:tcp:(?:.*:)?)?(\d+)")
_VERSION = re.compile(r"^Android Debug Bridge version \d+\.\d+\.(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class AdbProgram:
    """An adb that somebody may call; `version` is the one that it wants its server to have, None if it does not say."""

    path: Path
    version: int | None


@dataclass(frozen=True, slots=True)
class AdbServerProcess:
    """A running adb server; `port` is where it listens, None if its command does not tell."""

    pid: int
    port: int | None
    command: str


def programs(environment: Mapping[str, str]) -> list[AdbProgram]:
    """The adb programs in PATH, in the Android SDK, and the one that the runner would start a server with."""
    folders = [Path(part) for part in environment.get("PATH", "").split(os.pathsep) if part]
    folders += [Path(environment[name]) / "platform-tools" for name in _SDK if environment.get(name)]
    found = {Path(adb.binary()).resolve(): Path(adb.binary())}
    for path in (folder / "adb" for folder in folders):
        if os.access(path, os.X_OK) and path.is_file():
            found.setdefault(path.resolve(), path)
    return [AdbProgram(path, _version(path)) for path in found.values()]


def _version(path: Path) -> int | None:
    try:
        told = subprocess.run(
            [str(path), "version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_S,
            check=False,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_version(told.stdout)


def parse_version(output: str) -> int | None:
    """The number of the protocol in what `adb version` prints: 41 for `1.0.41`."""
    found = _VERSION.search(output)
    return int(found[1]) if found else None


def servers(proc: Path = PROC) -> Iterator[AdbServerProcess]:
    """The adb servers that run here and look for phones on USB; none where the system does not list processes so."""
    for folder in sorted(proc.glob("[0-9]*"), key=lambda one: int(one.name)):
        words = _read(folder / "cmdline")
        if _is_server(words) and "ADB_USB=0" not in _read(folder / "environ"):
            yield AdbServerProcess(int(folder.name), _port(words), " ".join(words))


def _read(file: Path) -> list[str]:
    """The parts of a process's command or environment; none if it has ended, or is another user's."""
    try:
        return file.read_bytes().decode(errors="replace").strip("\0").split("\0")
    except OSError:
        return [""]


def _is_server(words: Sequence[str]) -> bool:
    return Path(words[0]).name == "adb" and ("fork-server" in words or "nodaemon" in words)


def _port(words: Sequence[str]) -> int | None:
    for option, value in pairwise(words):
        if option in ("-L", "-P") and (found := _PORT.fullmatch(value)):
            return int(found[1])
    return adb.DEFAULT_PORT if "-L" not in words and "-P" not in words else None
