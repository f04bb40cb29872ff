"""The option `--now`: a command looks at its files as if it were that time; and instants as options name them."""

from datetime import UTC, datetime

import click

from runner.campaign.quantities import Duration
from runner.clock import SystemClock
from runner.planning.rules import FIRST_YEAR, LAST_YEAR


def read_instant(ctx: click.Context, param: click.Parameter, written: str | None) -> datetime | None:
    """An instant in ISO 8601, as an aware datetime in UTC. Raises click.BadParameter."""
    if written is None:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise click.BadParameter(
            f"{written!r} is no ISO 8601 instant; write it as 2026-11-21T18:00:00+01:00", ctx, param
        ) from None
    if at.tzinfo is None:
        raise click.BadParameter(
            f"{written!r} has no offset from UTC, so it is another instant in each time zone; "
            f"write {at.isoformat()}Z or {at.isoformat()}+01:00",
            ctx,
            param,
        )
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise click.BadParameter(
            f"{written!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}", ctx, param
        )
    return at.astimezone(UTC)


def read_since(ctx: click.Context, param: click.Parameter, written: str | None) -> datetime | None:
    """An instant, or how long ago: `24h`. Raises click.BadParameter."""
    if written is None:
        return None
    try:
        return SystemClock().now() - Duration.parse(written).delta
    except ValueError:
        pass
    try:
        return read_instant(ctx, param, written)
    except click.BadParameter as error:
        raise click.BadParameter(f"{error.message}, or a length such as 24h", ctx, param) from None


now_option = click.option(
    "--now", metavar="T", callback=read_instant, help="Look at it as of this instant: 2026-11-21T18:00+01:00."
)
"""`--now T`; None if it is not given."""
