"""How the ledger is asked: a question is SQL with parameters named `:so`, alike in every database; its rows have their
columns by name, with the types that the rest of the runner knows.

The name of a column tells its type: `*_utc` is an instant, those of `JSON` and `BOOLEANS` are what they say. Words of a
fixed set stay text, and whoever makes a row of them gives them their type.
"""

from collections import namedtuple
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from runner.store.instants import EPOCH, MICROSECOND
from runner.store.json_text import from_json

JSON = frozenset({"arguments", "config", "content", "evidence", "facts", "flows", "options", "touch"})
BOOLEANS = frozenset({"is_daemon", "is_rehearsal", "is_sent", "needs_person"})
"""The columns of the ledger that hold JSON, or yes and no; a test compares them with the tables."""


class Ask(Protocol):
    """Asks in a transaction that sees one state of the ledger."""

    def __call__(self, question: str, /, **values: object) -> Sequence[Any]:
        """The rows that answer: tuples with a name for each value."""
        ...


class Asked(Protocol):
    """A database that can be asked. Its errors leave it as LedgerError."""

    path: Path | None
    """Its file; None if it has none."""
    place: str | None
    """What this machine remembers it by; None for one in memory."""
    where: str
    """How messages name it."""

    def asking(self, action: str) -> AbstractContextManager[Ask]: ...

    def tally(self) -> tuple[str, int] | None:
        """The ledger's id and its tally; None if there is no ledger any more."""
        ...

    def version(self) -> Hashable:
        """Something that changes when somebody has written, in this process or elsewhere; cheap."""
        ...

    def close(self) -> None: ...


class AskedPart:
    """Questions about one matter. Every method raises LedgerError if the ledger cannot be read."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def _ask(self, action: str, question: str, **values: object) -> Sequence[Any]:
        with self._asked.asking(action) as ask:
            return ask(question, **values)


def kept(values: Mapping[str, object]) -> dict[str, object]:
    """Parameters as the database keeps them."""
    return {name: _kept(value) for name, value in values.items()}


def named_rows(names: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> list[Any]:
    """Rows as they come from the driver, with the names and the types of their columns."""
    make, typed = _shape(names)
    found = []
    for row in rows:
        values = list(row)
        for place, read in typed:
            if values[place] is not None:
                values[place] = read(values[place])
        found.append(make(values))
    return found


def is_one_of(column: str, values: Iterable[int | StrEnum]) -> str:
    """The condition that a column has one of these numbers or words, none of which is foreign text."""
    written = (str(one) if isinstance(one, int) else f"'{one}'" for one in values)
    return f"{column} IN ({', '.join(written) or 'NULL'})"


def _kept(value: object) -> object:
    if isinstance(value, str):
        # What a screen shows may hold half of a character, which UTF-8 cannot hold.
        return str(value) if value.isascii() else value.encode(errors="replace").decode()
    return (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value


@lru_cache(maxsize=128)
def _shape(
    names: tuple[str, ...],
) -> tuple[Callable[[Iterable[Any]], Any], list[tuple[int, Callable[[Any], object]]]]:
    """What makes a row of values, and the columns whose values need a type, by their places."""
    row = namedtuple("Row", names)  # type: ignore[misc]
    kinds = [(place, _reader(name)) for place, name in enumerate(names)]
    return row._make, [(place, read) for place, read in kinds if read is not None]


def _reader(name: str) -> Callable[[Any], object] | None:
    if name.endswith("_utc"):
        return _instant
    if name in JSON:
        return _json
    return bool if name in BOOLEANS else None


def _instant(value: int) -> datetime:
    return EPOCH + value * MICROSECOND


def _json(value: object) -> object:
    """Some drivers have read it already."""
    return from_json(value) if isinstance(value, str) else value
