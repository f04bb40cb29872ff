"""Whether a ledger is a rehearsal's, asked before it is opened in earnest."""

from runner.store.url import is_rehearsal_file, is_shared, ledger_path


def is_rehearsal(store_url: str) -> bool:
    """Whether a ledger says of itself that it is a rehearsal's; false if there is no ledger. None is made. Raises
    LedgerError if its server cannot be asked."""
    if is_shared(store_url):
        from runner.store.shared_rehearsal import is_shared_rehearsal  # heavy, and an extra

        return is_shared_rehearsal(store_url)
    path = ledger_path(store_url)
    return path is not None and is_rehearsal_file(path)
