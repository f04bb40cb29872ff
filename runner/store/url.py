"""Where a ledger is; nothing heavy is loaded to ask that."""

from pathlib import Path

from runner.errors import LedgerError


def ledger_path(store_url: str) -> Path | None:
    """The file that a store's URL names, absolute; None for `sqlite://`, which lives in memory.

    What follows `sqlite:///` is the path as it is, so any folder's name will do.
    """
    if store_url in ("sqlite://", "sqlite:///:memory:"):
        return None
    scheme, _, path = store_url.partition(":///")
    if scheme != "sqlite" or not path or "?" in path:
        file = "ledger.db" if "://" in store_url else store_url
        raise LedgerError(
            f"cannot open the ledger {store_url!r}: a ledger is named by a URL like sqlite:///FILE",
            hint=f"write sqlite:///{file}, or an absolute path with four slashes: sqlite:////srv/ledger.db",
        )
    return Path(path).absolute()
