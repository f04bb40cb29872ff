"""`python -m bench [NAME...]`: run every benchmark, or those named, and print one line a figure."""

import compileall
import importlib
import sys
from pathlib import Path

NAMES = (
    "starting",
    "reading",
    "validating",
    "planning",
    "executing",
    "ledgers",
    "lateness",
    "reloading",
    "serving",
    "drawing",
    "stepping",
    "flowing",
    "lanes",
    "watching",
    "painting",
    "rehearsing",
)
"""The modules of this package with a `run` that yields lines, `name: value (goal)`."""


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    compileall.compile_dir(Path(__file__).parent.parent / "runner", quiet=2)
    for name in names or NAMES:
        for line in importlib.import_module(f"bench.{name}").run():
            print(line, flush=True)
    return 0


sys.exit(main(sys.argv[1:]))
