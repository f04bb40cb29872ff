"""Parses adb's own lists of phones. Names and states may hold blanks, so parsing relies on what is certain: the tab
of the short list, and in the long list the names and states that the short one gave."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

NO_PERMISSIONS = "no permissions"
"""The only state that adb follows with a sentence: whose fault it may be, and where to read more."""

_ID = re.compile(r"\btransport_id:(\d+)\b")


@dataclass(frozen=True, slots=True)
class Row:
    """A phone as adb lists it: `name` is adb's own (a USB serial, an address, a service), `state` its word, `said`
    what it adds to that; `transport_id` is new with each connection to the phone, "" if adb does not tell it."""

    name: str
    state: str
    said: str = ""
    transport_id: str = ""


def parse(short: str, long: str = "") -> list[Row]:
    """The rows of `host:devices`, with the ids that `host:devices-l` tells of them."""
    lines = long.splitlines()
    return [_with_id(row, lines) for row in _short(short)]


def _short(text: str) -> Iterator[Row]:
    for line in text.splitlines():
        name, tab, state = line.partition("\t")
        if not tab:
            continue
        if state.startswith(NO_PERMISSIONS):
            yield Row(name, NO_PERMISSIONS, state.removeprefix(NO_PERMISSIONS).strip(" ;"))
        else:
            yield Row(name, state.strip())


def _with_id(row: Row, lines: list[str]) -> Row:
    """The row with the id of the first line about it. The line is taken out, so that a second phone of the same name
    gets the next one."""
    for line in lines:
        rest = line[len(row.name) :]
        if line.startswith(row.name) and rest[:1].isspace() and rest.lstrip().startswith(row.state):
            lines.remove(line)
            found = _ID.search(rest)
            return Row(row.name, row.state, row.said, found[1] if found else "")
    return row
