"""The `runner` command as a person types it, in processes of its own."""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from lives import ZYGOTE, Command

PATIENCE_S = 150.0


class RunnerCommand:
    """`runner WORDS...` in a folder, with the environment at the time of its start; `close` ends what was started.

    The zygote forks the processes, unless each needs a Python of its own: `is_forked` is false then.
    """

    def __init__(
        self,
        environment: Callable[[], Mapping[str, str]],
        folder: Path | None = None,
        *,
        is_forked: bool = True,
    ) -> None:
        self._environment = environment
        self._folder = folder
        self._is_forked = is_forked
        self._started: list[Command] = []

    def __call__(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run it to its end, which must be no traceback."""
        texts, environment = list(map(str, words)), self._environment()
        if self._is_forked:
            done = ZYGOTE.run(texts, environment, PATIENCE_S, self._folder)
        else:
            done = subprocess.run(
                [sys.executable, "-m", "runner", *texts],
                env=environment,
                cwd=self._folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE_S,
            )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def start(self, *words: str | Path) -> Command:
        process = ZYGOTE.command(list(map(str, words)), self._environment(), self._folder)
        self._started.append(process)
        return process

    def close(self) -> None:
        """End the commands that still run."""
        for process in self._started:
            process.kill()
            process.wait()
            process.stdout.close()


def read_until(process: Command, pattern: str) -> str:
    """The output of a started command, up to a line that has the pattern."""
    said = ""
    for line in process.stdout:
        said += line
        if re.search(pattern, line):
            return said
    raise AssertionError(f"the run ended before it said {pattern!r}:\n{said}")
