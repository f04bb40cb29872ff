"""Starting: `runner --help`, whole command, against a Python that does nothing."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import must, ratio

_BIN = Path(sys.executable).parent


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield ratio(
            "runner --help, against `python -c pass`",
            lambda: must([_BIN / "runner", "--help"], folder),
            lambda: must([sys.executable, "-c", "pass"], folder),
            goal=6,
            rounds=21,
        )
