"""The types of the ledger's columns, alike in every database, and indexes of some rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Enum, Index, Integer, TypeDecorator, text
from sqlalchemy import Text as PlainText

from runner.store.instants import EPOCH, MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds since 1970 UTC.

    A number sorts, compares and subtracts alike in every database, loses nothing, and is the smallest key.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MICROSECOND


class Text(TypeDecorator[str]):
    """Any text. What a screen shows may hold half of a character, which UTF-8 cannot hold: it becomes `?`."""

    impl = PlainText
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.encode(errors="replace").decode()


def one_of(words: type[StrEnum], name: str, *, is_checked: bool = True) -> Enum:
    """Text that is one of the values of `words`; a CHECK of this name makes sure of that.

    A column that `is_checked` cannot get another word unless its table is made anew.
    """
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=is_checked,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


def index_where(condition: str, name: str | None, *columns: str) -> Index:
    """An index of the rows that meet a condition; a query uses it if it has the same condition, word for word.

    PostgreSQL's condition stands in the migrations alone: to name it here loads that dialect, 60 ms for each command.
    """
    return Index(name, *columns, sqlite_where=text(condition))


Id = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER PRIMARY KEY counts by itself in SQLite
