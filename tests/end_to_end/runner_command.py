"""The `runner` command as a person types it, in processes of its own."""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path


class RunnerCommand:
    """`runner WORDS...` with the environment that there is when it starts; what was started ends with `close`."""

    def __init__(self, environment: Callable[[], Mapping[str, str]]) -> None:
        self._environment = environment
        self._started: list[subprocess.Popen[str]] = []

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "runner", *map(str, words)]

    def __call__(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run it to its end, which is no traceback."""
        done = subprocess.run(
            self.command(*words),
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=150,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def start(self, *words: str | Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            self.command(*words),
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._started.append(process)
        return process

    def close(self) -> None:
        """End what is left of the commands that were started."""
        for process in self._started:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def read_until(process: "subprocess.Popen[str]", pattern: str) -> str:
    """What a command that was started says, up to a line in which the pattern is found."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if re.search(pattern, line):
            return said
    raise AssertionError(f"the run ended before it said {pattern!r}:\n{said}")
