"""These tests make many ledgers, and are not about how that is done."""

import pytest


@pytest.fixture(autouse=True)
def _quickly(quick_ledgers: None) -> None:
    """New ledgers are copies."""
