"""A crash log for people to paste into a report: versions, command, traceback; no file contents, no environment."""

import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from runner import __version__
from runner.passwords import without_password

LIBRARIES = ("adbutils", "pydantic", "sqlalchemy", "uiautomator2")


def write_crash_log(error: BaseException) -> Path:
    """Write the log to the temporary folder and return its path."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    lines = [
        f"runner {__version__}, Python {platform.python_version()}, {platform.platform()}",
        ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        f"command: {' '.join(sys.argv[1:])}",
        "",
        "".join(traceback.format_exception(error)),
    ]
    with tempfile.NamedTemporaryFile(
        "w", prefix=f"runner-crash-{stamp}-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(without_password("\n".join(lines)))
    return Path(log.name)
