"""The stores against which every contract test of the ledger runs. A new store joins with its URL in `store_url`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledgers import NOON

from runner.clock import ManualClock
from runner.store.ledger import Ledger


@pytest.fixture(params=["file", "memory", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_ledger"))
    return f"sqlite:///{tmp_path / 'deep' / 'ledger.db'}" if request.param == "file" else "sqlite://"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def ledger(store_url: str, clock: ManualClock, quick_ledgers: None) -> Iterator[Ledger]:
    with Ledger.open(store_url, clock) as opened:
        yield opened
