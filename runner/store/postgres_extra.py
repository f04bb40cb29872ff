"""What a ledger on PostgreSQL needs is an extra of the package; quick to import."""

from collections.abc import Iterator
from contextlib import contextmanager

from runner.errors import LedgerError
from runner.store.url import shown


@contextmanager
def needs_postgres(store_url: str) -> Iterator[None]:
    """Around imports of what only such a ledger needs. Raises LedgerError where it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise LedgerError(
            f"cannot open the ledger {shown(store_url)}: {error.name} is not installed",
            hint="install the runner with what a shared ledger needs: pip install 'campaign-runner[postgres]'",
        ) from error
