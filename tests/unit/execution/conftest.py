"""A desk on a ledger in memory, at noon."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import NOON, Desk

from runner.clock import ManualClock
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger


@pytest.fixture
def desk(tmp_path: Path, quick_ledgers: None) -> Iterator[Desk]:
    clock = ManualClock(NOON)
    with Ledger.open("sqlite://", clock) as ledger:
        yield Desk(ledger, clock, Artifacts(tmp_path))
