"""Every store leafs through tasks by whatever people choose."""

import pytest
from host_shelf import HostShelf
from ledgers import HOUR, NOON, add

from runner.clock import ManualClock
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter
from runner.tasks import TaskState


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (TaskFilter(campaign="autumn", entry="publish"), ""),
        (TaskFilter(device="A1", states=[TaskState.PENDING]), ""),
        (TaskFilter(script="post", since_utc=NOON - HOUR), "a1"),
        (TaskFilter(host="north"), ""),
        (TaskFilter(), "1"),
    ],
)
def test_a_page_has_what_was_chosen_and_its_states_are_counted(
    ledger: Ledger, clock: ManualClock, chosen: TaskFilter, said: str
) -> None:
    key, *_ = add(ledger, "A1", "B2", "C3")
    HostShelf(ledger, clock).host("north", "A1")
    shown = [row.task.key for row in ledger.task_pages.page(chosen, said).rows]
    counts = ledger.task_pages.counts(chosen, said)
    assert key in shown
    assert counts.by_state == {TaskState.PENDING: len(shown)} and not counts.more


def test_what_can_be_chosen_is_named(ledger: Ledger) -> None:
    add(ledger, "A1", "B2")
    assert ledger.task_pages.names("device") == ["A1", "B2"]
    assert (ledger.task_pages.names("script"), ledger.task_pages.names("username")) == (["post"], [])
