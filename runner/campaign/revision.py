"""The git revision that a campaign file came from, and the files of another revision."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from runner.campaign.accounts_file import FILE as ACCOUNTS
from runner.campaign.devices_file import FILE as DEVICES
from runner.errors import UsageError

_TIMEOUT_S = 20
# The runner only looks: no daemon is started for it (fsmonitor), no index is written that a user's git
# would wait for (optional locks), and a `*` in a name of a file is a character (literal pathspecs).
_GIT = ("git", "-c", "core.fsmonitor=false", "--literal-pathspecs", "--no-optional-locks")
_STATUS = (
    *_GIT,
    *("status", "--porcelain=v2", "--branch", "-z", "--no-renames"),
    *("--untracked-files=all", "--ignored=matching", "--"),
)
_FOREIGN = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
"""git sets these in its hooks, for a repository that need not be the file's."""

_FIELDS_BEFORE_PATH = {"1": 8, "u": 10, "?": 1, "!": 1}
"""How many fields stand before the path, by the first character of a record of `git status --porcelain=v2`
(git-status(1))."""


def revision(path: Path) -> str | None:
    """The commit that `path` came from, with `-dirty` behind it if the file is not as committed there.

    None if it is in no repository, or if git cannot tell.
    """
    return revisions([path])[path]


def revisions(paths: Iterable[Path]) -> dict[Path, str | None]:
    """The same for several files, with one call of git for each repository."""
    found: dict[Path, str | None] = {}
    by_root: dict[Path, dict[Path, str]] = {}
    root_of = cache(_root_above)  # a folder has a thousand files
    for path in paths:
        found[path] = None
        real = path.resolve()
        if (root := root_of(real.parent)) is not None:
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


def files_at(revision: str, paths: Iterable[Path]) -> dict[Path, bytes]:
    """The YAML files that a revision had where `paths` (files and folders) are now, by absolute path; what lies beside
    a campaign is among them.

    Raises UsageError if a path is in no repository, or if its repository has no such revision.
    """
    found: dict[Path, bytes] = {}
    by_root: dict[Path, list[str]] = {}
    for path in paths:
        real = path.resolve()
        root = _root(real) if not (real / ".git").exists() else real
        if root is None:
            raise UsageError(f"{path} is in no git repository, so there is no {revision} to compare it with")
        beside = (real.parent / name for name in ("flows", "apps", ACCOUNTS, DEVICES))
        by_root.setdefault(root, []).extend(
            place.relative_to(root).as_posix() for place in (real, *beside) if place.is_relative_to(root)
        )
    for root, names in by_root.items():
        commit = _commit(root, revision)
        blobs = _parse_tree(_git(root, ("ls-tree", "-r", "-z", "--full-tree", commit, "--", *names)))
        contents = _parse_blobs(
            _git(root, ("cat-file", "--batch"), "".join(f"{oid}\n" for oid in blobs.values()))
        )
        found |= zip((root / name for name in blobs), contents, strict=True)
    return found


def _commit(root: Path, revision: str) -> str:
    try:
        wanted = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return _git(root, wanted).decode().strip()
    except subprocess.CalledProcessError:
        raise UsageError(
            f"the repository {root} has no revision {revision}",
            hint="name a commit, a branch or a tag, such as HEAD~1 or main",
        ) from None


def _parse_tree(output: bytes) -> dict[str, str]:
    """The YAML files of `git ls-tree -r -z`: their object ids by path."""
    blobs = {}
    for record in filter(None, output.split(b"\0")):
        meta, _, name = record.partition(b"\t")
        mode, kind, oid = meta.decode().split()
        # 120000 is a symbolic link: its blob is a path, not a campaign.
        if kind == "blob" and mode != "120000" and name.endswith((b".yaml", b".yml")):
            blobs[os.fsdecode(name)] = oid
    return blobs


def _parse_blobs(output: bytes) -> list[bytes]:
    """The contents that `git cat-file --batch` printed, in order."""
    contents, position = [], 0
    while position < len(output):
        end = output.index(b"\n", position)
        size = int(output[position:end].split()[2])
        contents.append(output[end + 1 : end + 1 + size])
        position = end + 1 + size + 1
    return contents


def git_folder(path: Path) -> Path | None:
    """The git folder of the work tree to which a file or folder belongs; None if it belongs to none."""
    real = path.resolve()
    root = real if (real / ".git").exists() else _root(real)
    if root is None:
        return None
    place = root / ".git"
    try:
        # In a linked work tree or a submodule `.git` is a file that names the folder.
        return root / place.read_text().strip().removeprefix("gitdir: ") if place.is_file() else place
    except (OSError, ValueError):
        return None


def _root(path: Path) -> Path | None:
    return _root_above(path.parent)


def _root_above(folder: Path) -> Path | None:
    """The work tree of a folder."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)


def _ask_git(root: Path, names: Iterable[str]) -> str:
    """What git says of the files; nothing if there is no git, or if it refuses (a repository of another user, say): a
    campaign without a revision still runs."""
    try:
        return os.fsdecode(_run(root, (*_STATUS, *names)))
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(root: Path, arguments: Sequence[str], given: str = "") -> bytes:
    """What git prints. Raises CalledProcessError if it refuses, UsageError if there is no git."""
    try:
        return _run(root, (*_GIT, *arguments), given)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(
            f"git could not be asked: {error}", hint="install git, or leave --diff out"
        ) from error


def _run(root: Path, command: Sequence[str], given: str = "") -> bytes:
    environment = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    done = subprocess.run(
        command,
        cwd=root,
        env=environment,
        input=given.encode(),
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=True,
    )
    return done.stdout


def _is_in(name: str, changed: frozenset[str]) -> bool:
    return name in changed or any(entry.endswith("/") and name.startswith(entry) for entry in changed)
