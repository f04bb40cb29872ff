"""Tests that must not run beside each other are in one group, and a group runs on one worker."""

import os

import pytest

pytestmark = pytest.mark.xdist_group("groups")


def test_a_group_is_known_to_the_workers(request: pytest.FixtureRequest) -> None:
    """xdist writes it behind the names of its tests; a release of pytest has once taken that from it."""
    if "PYTEST_XDIST_WORKER" in os.environ and request.config.getoption("loadgroup", False):
        assert request.node.nodeid.endswith("@groups")
