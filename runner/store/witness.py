"""What this machine has seen of its ledgers, kept outside of their folders: it shows that a copy was put back.

One small file for each ledger, named by the ledger's id: the highest tally that was seen, and where the ledger lay.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from runner.errors import LedgerError
from runner.private_files import make_folder, open_file, write_file

DIGITS = 20
"""How long a tally is: each is written over the one before, with the same length, within one sector of the disk."""

fdatasync = getattr(os, "fdatasync", os.fsync)


class WitnessedTally(NamedTuple):
    """The highest tally that was seen of a ledger, and its place then (`url.place_of`); None if the ledger was given
    up."""

    ledger_id: str
    tally: int
    place: str | None


class Witness:
    """The open file of one ledger. Any thread may call it; threads that come together share a flush."""

    def __init__(self, file: Path, tally: int) -> None:
        self._file = file
        self._descriptor = open_file(file, os.O_WRONLY)
        self._wanted = self._kept = tally
        self._asking, self._writing = threading.Lock(), threading.Lock()

    def saw(self, tally: int) -> None:
        """Keep a tally that is durable in the ledger; when this returns, it is durable here too. Raises LedgerError."""
        # Two locks: threads that come during a flush leave their tallies here, and the next flush takes the highest.
        with self._asking:
            self._wanted = max(self._wanted, tally)
        with self._writing:
            if self._kept >= tally:
                return
            wanted = self._wanted
            try:
                os.pwrite(self._descriptor, _digits(wanted), 0)
                fdatasync(self._descriptor)
            except OSError as error:
                raise _unwritable(self._file, error) from error
            self._kept = wanted

    def close(self) -> None:
        os.close(self._descriptor)


class Witnesses:
    """All that this machine has seen, in one folder. Methods raise LedgerError if they cannot read or write it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, ledger_id: str) -> WitnessedTally | None:
        return next((seen for seen in self._all() if seen.ledger_id == ledger_id), None)

    def at(self, place: str) -> list[WitnessedTally]:
        """The ledgers that were seen at a place (`url.place_of`)."""
        return [seen for seen in self._all() if seen.place == place]

    def write(self, seen: WitnessedTally) -> None:
        """Keep this, durably, instead of what was known of the ledger."""
        file = self._folder / seen.ledger_id
        new = self._folder / f".{seen.ledger_id}.new"
        try:
            make_folder(self._folder)
            write_file(new, _digits(seen.tally) + b"\n" + os.fsencode(seen.place or "") + b"\n")
            # The file before its name, then the folder: so a failure of power leaves the old text or the new one.
            _flush(new)
            new.replace(file)
            _flush(self._folder)
        except OSError as error:
            raise _unwritable(file, error) from error

    def open(self, ledger_id: str, tally: int, place: str) -> Witness:
        """The witness of a ledger with this tally, at this place."""
        self.write(WitnessedTally(ledger_id, tally, place))
        return Witness(self._folder / ledger_id, tally)

    def _all(self) -> Iterator[WitnessedTally]:
        try:
            for file in sorted(self._folder.iterdir()):
                if not file.name.startswith("."):
                    yield _read(file)
        except FileNotFoundError:
            return
        except OSError as error:
            raise LedgerError(
                f"cannot read what this machine has seen of its ledgers, in {self._folder}: {error.strerror}",
                hint="make the folder readable for this user, or choose another one with RUNNER_WITNESS_DIR",
            ) from error


def _read(file: Path) -> WitnessedTally:
    digits, _, place = file.read_bytes().partition(b"\n")
    if not digits.isdigit():
        raise LedgerError(
            f"{file} does not say what this machine has seen of its ledger: it is damaged",
            hint="see that the ledger is the newest that there is, then remove this file",
        )
    return WitnessedTally(file.name, int(digits), os.fsdecode(place.removesuffix(b"\n")) or None)


def _digits(tally: int) -> bytes:
    return b"%0*d" % (DIGITS, tally)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(file: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"cannot write down in {file} what this machine has seen of its ledger: {error.strerror}",
        hint="make its folder writable for this user, or choose another one with RUNNER_WITNESS_DIR",
    )
