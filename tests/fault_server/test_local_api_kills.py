"""The client is killed at every point around its calls: nothing doubled, nothing lost. `make torture-api` does it twice
at each, and more often."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from api_rounds import Case, Kill
from fault_server_process import FaultServer
from local_api_kills import Harness

pytestmark = [pytest.mark.timeout(600)]

POINTS = {
    "POST task sent",
    "POST task/{id}/retry answered",
    "POST task/{id}/stop before",
    "DELETE task/{id} after",
    *(f"journal.{name} within" for name in ("committing", "discovered", "settle", "finish")),
    "ledger.attempts.finish within",
}
"""Some of those that must be found: of every kind, and each in another case."""


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    with closing(FaultServer()) as server:
        yield Harness(server, tmp_path, random.Random(11))


def test_no_kill_around_the_calls_doubles_or_loses_a_task(harness: Harness) -> None:
    harness.discover()
    assert {*harness.places} >= POINTS
    for number, point in enumerate(harness.places):
        harness.die_at(point, with_faults=number % 2 == 1)
    count = harness.count
    assert not count.odd, "\n".join([count.line(), *count.odd])
    assert count.points == {*harness.places}
    assert count.made > len(count.points)


@pytest.mark.parametrize("point", ("POST task sent", "POST task answered", "journal.settle within"))
def test_the_harness_notices_when_no_intent_is_written_down(harness: Harness, point: str) -> None:
    harness.round(Case("post", without_committing=True), Kill(point))
    assert harness.count.doubled == 2
    harness.round(Case("post"), Kill(point))
    assert harness.count.doubled == 2
