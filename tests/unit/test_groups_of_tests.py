"""Tests that must not run beside each other, or share something, are in one group, and a group runs on one worker."""

import os

import pytest


def _is_in_group(request: pytest.FixtureRequest, name: str) -> bool:
    """Whether the workers know it; true where there are none."""
    has_workers = "PYTEST_XDIST_WORKER" in os.environ and request.config.getoption("loadgroup", False)
    return not has_workers or request.node.nodeid.endswith(f"@{name}")


@pytest.fixture(scope="module")
def shared() -> object:
    return object()


@pytest.mark.xdist_group("groups")
def test_a_group_is_known_to_the_workers(request: pytest.FixtureRequest) -> None:
    """xdist writes it behind the names of its tests; a release of pytest has once taken that from it."""
    assert _is_in_group(request, "groups")


def test_what_a_file_has_once_is_made_on_one_worker(request: pytest.FixtureRequest, shared: object) -> None:
    assert _is_in_group(request, "test_groups_of_tests.py")


def test_what_shares_nothing_is_alone(request: pytest.FixtureRequest) -> None:
    assert "@" not in request.node.nodeid
