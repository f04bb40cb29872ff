"""Which git revision a campaign file came from."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

_TIMEOUT_S = 20
_STATUS = (
    *("git", "-c", "core.fsmonitor=false", "--literal-pathspecs", "--no-optional-locks"),
    *("status", "--porcelain=v2", "--branch", "-z", "--no-renames"),
    *("--untracked-files=all", "--ignored=matching", "--"),
)
_FOREIGN = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
"""Set inside of git hooks, for a repository that need not be the file's."""

_FIELDS_BEFORE_PATH = {"1": 8, "u": 10, "?": 1, "!": 1}
"""By the first character of a record of `git status --porcelain=v2` (git-status(1))."""


def revision(path: Path) -> str | None:
    """The commit that `path` came from, with `-dirty` behind it if the file is not as committed there.

    None if it is in no repository, or if git cannot tell.
    """
    return revisions([path])[path]


def revisions(paths: Iterable[Path]) -> dict[Path, str | None]:
    """The same for several files, with one call of git for each repository."""
    found: dict[Path, str | None] = {}
    by_root: dict[Path, dict[Path, str]] = {}
    for path in paths:
        found[path] = None
        real = path.resolve()
        if (root := _root(real)) is not None:
            by_root.setdefault(root, {})[path] = real.relative_to(root).as_posix()
    for root, names in by_root.items():
        commit, changed = parse_status(_ask_git(root, names.values()))
        for path, name in names.items():
            found[path] = f"{commit}-dirty" if commit and _is_in(name, changed) else commit
    return found


def parse_status(output: str) -> tuple[str | None, frozenset[str]]:
    """The commit, and the paths that are not as committed, of `git status --porcelain=v2 --branch -z`.

    The commit is None before the first one. A path that ends in a slash stands for all that is below it.
    """
    commit: str | None = None
    changed: set[str] = set()
    for record in filter(None, output.split("\0")):
        if record.startswith("# branch.oid "):
            oid = record.removeprefix("# branch.oid ")
            commit = None if oid == "(initial)" else oid
        elif fields := _FIELDS_BEFORE_PATH.get(record[0]):
            changed.add(record.split(" ", fields)[fields])
    return commit, frozenset(changed)


def _root(path: Path) -> Path | None:
    return next((folder for folder in path.parents if (folder / ".git").exists()), None)


def _ask_git(root: Path, names: Iterable[str]) -> str:
    """What git says of the files; nothing if there is no git, or none that wants to answer."""
    environment = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    try:
        answer = subprocess.run(
            [*_STATUS, *names], cwd=root, env=environment, capture_output=True, timeout=_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return os.fsdecode(answer.stdout)


def _is_in(name: str, changed: frozenset[str]) -> bool:
    return name in changed or any(entry.endswith("/") and name.startswith(entry) for entry in changed)
