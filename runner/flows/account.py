"""Sees to it that the app shows the account as which a task works: before the steps of any flow, and before a proof."""

from runner.errors import NeedsPerson, PhoneError, TaskError, WrongAccount
from runner.flows.flow_run import FlowRun
from runner.flows.loading import AccountFlows, account_flows

SHOWN = "shown_account"
"""The variable in which the flow that looks leaves what it has read."""


def work_as_account(attempt: FlowRun) -> None:
    """Look which account the app shows, and switch to the task's if it is another one. Nothing is done for a task that
    names no account, and in an app of which nobody has written how to look; there the flow itself has to read it.

    Raises WrongAccount if the app cannot be brought to show it, and HeldBack if another phone works as it now.
    """
    flows = account_flows(attempt.flow.app)
    if attempt.works_as is None or flows is None:
        return
    # Before the look: two phones must not work as one account, and a switch is work.
    attempt.claim_account()
    shown = _look(attempt, flows)
    if shown != attempt.works_as:
        _switch(attempt, flows, shown)
        shown = _look(attempt, flows)
    if shown != attempt.works_as:
        raise attempt.wrong_account(shown, "it was not switched")
    attempt.remember("account", shown)


def has_switched(attempt: FlowRun) -> bool:
    """Bring the app to the task's account, if it shows another one: whether it did. For a proof that could not look."""
    flows = account_flows(attempt.flow.app)
    if attempt.works_as is None or flows is None:
        return False
    try:
        shown = _look(attempt, flows)
        if shown == attempt.works_as:
            return False
        _switch(attempt, flows, shown)
        return _look(attempt, flows) == attempt.works_as
    except TaskError:  # the proof's own obstacle is what is told
        return False


def _look(attempt: FlowRun, flows: AccountFlows) -> str | None:
    attempt.prepare(flows.look)
    return attempt.account_in(SHOWN)


def _switch(attempt: FlowRun, flows: AccountFlows, shown: str | None) -> None:
    if flows.switch is None:
        raise attempt.wrong_account(shown, f"nobody has written how to switch in {attempt.flow.app}")
    # The element of the account's row is found by these; no step has read them yet.
    attempt.variables["account"] = attempt.works_as or ""
    attempt.variables["handle"] = (attempt.works_as or "").removeprefix("@")
    try:
        attempt.prepare(flows.switch)
    except (PhoneError, NeedsPerson, WrongAccount):
        raise
    except TaskError as error:
        raise attempt.wrong_account(shown, error.message) from error
