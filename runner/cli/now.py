"""The option `--now`: a command looks at its files as if it were another time."""

from datetime import UTC, datetime
from typing import Any

import click

from runner.planning.rules import FIRST_YEAR, LAST_YEAR


class InstantType(click.ParamType):
    """An instant in ISO 8601, as an aware datetime in UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 instant; write it as 2026-11-21T18:00:00+01:00", param, ctx)
        if at.tzinfo is None:
            self.fail(f"{value!r} has no offset from UTC; write {value}Z or {value}+01:00", param, ctx)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            self.fail(f"{value!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}", param, ctx)
        return at.astimezone(UTC)


now_option = click.option(
    "--now", metavar="T", type=InstantType(), help="Look at it as of this instant: 2026-11-21T18:00+01:00."
)
"""`--now T`; None if it is not given."""
