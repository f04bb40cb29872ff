"""These tests make many ledgers, but do not test how ledgers are made."""

import pytest


@pytest.fixture(autouse=True)
def _quickly(quick_ledgers: None) -> None:
    """New ledgers are copies."""
