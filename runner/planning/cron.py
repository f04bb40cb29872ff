"""Cron expressions as in crontab(5): which minutes of a calendar without time zones they name.

cronsim, imported only when there is an expression to read, is asked about naive datetimes only. With a zone it would
treat wildcards and fixed hours differently, and name the minutes of a repeated hour twice; here `walltime.resolve`
decides what becomes of each minute.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""What crontab(5) lets one write for an expression; `@reboot` has no time and is none of them."""

_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_LEGAL = {
    "minute": "0-59",
    "hour": "0-23",
    "day of the month": "1-31",
    "month": "1-12 or jan-dec",
    "day of the week": "0-7 (0 and 7 are Sunday) or mon-sun",
}
_ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - cron names minutes of the calendar
_LONGEST = 200


@lru_cache(maxsize=4096)
def read(expression: str) -> str:
    """The expression with its nickname written out. Raises ValueError, with a sentence, if it is no expression."""
    fields = NICKNAMES.get(expression.strip().lower(), expression).split()
    if len(fields) != len(_FIELDS):
        wanted = ", ".join(_FIELDS)
        raise ValueError(f"{_shown(expression)} has {len(fields)} fields; cron has five: {wanted}")
    # cronsim does not say which field is wrong: each is tried alone.
    for position, name in enumerate(_FIELDS):
        alone = ["*"] * len(_FIELDS)
        alone[position] = fields[position]
        if not _is_legal(" ".join(alone)):
            raise ValueError(f"{_shown(expression)}: {_shown(fields[position])} is no {name}: {_LEGAL[name]}")
    plain = " ".join(fields)
    if not _is_legal(plain):
        raise ValueError(f"{_shown(expression)} never comes: no month of it has such a day")
    return plain


def minutes(expression: str, after: datetime) -> Iterator[datetime]:
    """The naive minutes that the expression names, from the first one after `after`, in order; it ends
    when none comes for fifty years."""
    from cronsim import CronSim

    return iter(CronSim(read(expression), after))


@lru_cache(maxsize=4096)
def _is_legal(expression: str) -> bool:
    from cronsim import CronSim, CronSimError

    try:
        CronSim(expression, _ANY_DAY)
    except (CronSimError, ValueError):
        return False
    return True


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")
