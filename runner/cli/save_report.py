"""Writes reports into files."""

from pathlib import Path

from runner.errors import UsageError
from runner.private_files import make_folder, write_file


def save_report(content: bytes, wanted: Path | None, usual: Path, hint: str) -> Path:
    """Write a report to the place that is wanted, or to its usual one, whose folder is made; returns the place. Raises
    UsageError with the hint if it cannot be written there."""
    path = wanted or usual
    try:
        if wanted is None:
            make_folder(path.parent)
        write_file(path, content)
    except OSError as error:
        raise UsageError(f"cannot write the report to {path}: {error.strerror}", hint=hint) from error
    return path
