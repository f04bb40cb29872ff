"""Breaks each promise of `promises.py` in a copy of `runner/`, and tells which of them no test holds.

`make mutants`; the exit code is 1 if a mutant survives, or no longer fits the code. With words as arguments, it makes
only the mutants whose promises contain one of them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from promises import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
NEEDED = (
    "tests",
    "campaigns",
    "docs",
    "schemas",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
)
"""What tests read besides the code."""

LIMIT_S = 300
JOBS = 3 * (os.cpu_count() or 1)
"""How many mutants are tried at once: most of them let a test wait for what no longer comes."""

LATER = "(?=[^_a-zA-Z0-9])"
"""What follows a test's name, since the name may be the beginning of another one."""


class Misfit(Exception):
    """A mutant that cannot be made or tested: the code or its test has changed."""


def place(mutant: Mutant, root: Path = ROOT) -> Path:
    """The file that has the mutant's text, relative to `root`. Raises Misfit unless it stands there once."""
    found = {
        path: count
        for path in sorted((root / "runner").rglob("*.py"))
        if (count := path.read_text(encoding="utf-8").count(mutant.old))
    }
    if list(found.values()) != [1]:
        where = ", ".join(f"{count} times in {path.relative_to(root)}" for path, count in found.items())
        raise Misfit(f"its text should stand once in runner/, and stands {where or 'nowhere'}:\n{mutant.old}")
    return next(iter(found)).relative_to(root)


def test_file(name: str, root: Path = ROOT) -> Path:
    """The file that has a test, relative to `root`. Raises Misfit unless there is one."""
    found = [
        path
        for path in sorted((root / "tests").rglob("test_*.py"))
        if f"\ndef {name}(" in path.read_text(encoding="utf-8")
    ]
    if len(found) != 1:
        raise Misfit(f"{len(found)} files have the test {name}")
    return found[0].relative_to(root)


def copy(folder: Path) -> None:
    """Put what the tests need into a folder, with a copy of the code that can be changed."""
    for name in NEEDED:
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "runner", folder / "runner")


def changed(mutant: Mutant, root: Path = ROOT) -> str:
    """The text of its file with the promise broken. Raises Misfit, and SyntaxError if that is no Python."""
    file = root / place(mutant, root)
    text = file.read_text(encoding="utf-8").replace(mutant.old, mutant.new)
    compile(text, file, "exec")
    return text


def run_tests(names: Iterable[str], root: Path) -> tuple[int, str]:
    """Run tests on the code in `root`; the exit code of pytest, and what it said."""
    tests = [f"{test_file(name)}::{name}" for name in names]
    options = ("-q", "-x", "-rfE", "-n", "0", "-p", "no:cacheprovider", "-p", "no:schemathesis", "--tb=line")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return done.returncode, done.stdout


def complaint(mutant: Mutant) -> str | None:
    """What is wrong with a mutant; None if each of its tests fails."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        root = Path(folder)
        copy(root)
        try:
            (root / place(mutant)).write_text(changed(mutant), encoding="utf-8")
            for name in mutant.tests:
                code, said = run_tests([name], root)
                if code == 0:
                    return f"it survives: {name} passes"
                # An exit code of 1 is not enough: a test that cannot be imported proves nothing.
                if code != 1 or not re.search(rf"^FAILED \S*::{name}{LATER}", said, re.MULTILINE):
                    return f"{name} could not be run:\n{said[-2000:]}"
        except (Misfit, SyntaxError) as error:
            return f"it does not apply: {error}"
    return None


def main(words: Sequence[str]) -> int:
    chosen = [one for one in MUTANTS if not words or any(word in one.promise for word in words)]
    tests = sorted({name for mutant in chosen for name in mutant.tests})
    with ThreadPoolExecutor(JOBS) as pool:
        unbroken = pool.submit(run_tests, tests, ROOT)
        tried = [pool.submit(complaint, mutant) for mutant in chosen]
        try:
            code, said = unbroken.result()
        except Misfit as error:
            code, said = 1, str(error)
        if code:
            pool.shutdown(cancel_futures=True)
            sys.stdout.write(f"{said}\nThese tests must pass while no promise is broken.\n")
            return 1
        complaints = [one.result() for one in tried]
    for mutant, wrong in zip(chosen, complaints, strict=True):
        sys.stdout.write(f"{'killed' if wrong is None else 'WRONG '}  {mutant.promise}\n")
        if wrong is not None:
            sys.stdout.write("".join(f"        {line}\n" for line in wrong.splitlines()))
    held = complaints.count(None)
    sys.stdout.write(f"{held} of {len(chosen)} promises are held by tests\n")
    return held != len(chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
