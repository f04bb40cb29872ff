"""The `runner` command as a person types it, in processes of its own."""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path


class RunnerCommand:
    """`runner WORDS...` with the environment at the time of its start; `close` ends what was started."""

    def __init__(self, environment: Callable[[], Mapping[str, str]]) -> None:
        self._environment = environment
        self._started: list[subprocess.Popen[str]] = []

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "runner", *map(str, words)]

    def __call__(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run it to its end, which must be no traceback."""
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
        """End the commands that still run."""
        for process in self._started:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def read_until(process: "subprocess.Popen[str]", pattern: str) -> str:
    """The output of a started command, up to a line that has the pattern."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if re.search(pattern, line):
            return said
    raise AssertionError(f"the run ended before it said {pattern!r}:\n{said}")
