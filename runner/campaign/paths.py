"""Paths of files in configs: relative to the campaign file, absolute here, or of another machine.

If a Local API carries a task out, only the moment of sending tells whether its server is this machine. Until then a
relative path is kept whole, with a seam before what the file says: `/campaigns/./media/a.mp4`.
"""

import os
import re

_SEAM = "/./"
_ELSEWHERE = re.compile(r"[A-Za-z]:[\\/]|\\\\|//[^/]")


def is_elsewhere(path: str) -> bool:
    """Whether only another machine can have such a path: `C:/clips/a.mp4`, `D:\\a.mp4`, `\\\\nas\\a.mp4`."""
    return _ELSEWHERE.match(path) is not None


def absolute(path: str, folder: str) -> str:
    """A written path as this machine has it; relative ones start from `folder`, which is absolute."""
    return os.path.join(folder, path)  # noqa: PTH118 - a thousand files have many paths


def seamed(path: str, folder: str) -> str:
    """The same with a seam where a relative path begins; a path of another machine stays as it is."""
    if is_elsewhere(path):
        return path
    if path.startswith("/"):
        return path.replace(_SEAM, "/")
    return f"{folder.rstrip('/')}{_SEAM}{path.removeprefix('./')}"


def here(path: str) -> str:
    """A path that may have a seam, for this machine."""
    return path if is_elsewhere(path) else path.replace(_SEAM, "/", 1)


def there(path: str) -> str:
    """A path that may have a seam, for another machine: a relative one as the file has it."""
    return path if is_elsewhere(path) else path.partition(_SEAM)[2] or path
