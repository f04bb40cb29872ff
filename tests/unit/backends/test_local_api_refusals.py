"""Refusals that are not of the contract, but of a server that we know."""

from runner.backends.local_api.refusals import refusal
from runner.backends.local_api.shapes import Envelope


def test_who_is_not_let_in_is_told_of_the_token_and_has_done_nothing() -> None:
    error = refusal(
        Envelope(40302, "this server wants its token", None), "POST http://desk:50809/api/v1/task"
    )
    assert "does not let this runner in" in error.message
    assert "RUNNER_API_TOKEN" in (error.hint or "")
    assert not error.sent


def test_a_call_that_names_no_script_is_told_of_none() -> None:
    error = refusal(Envelope(code=40003, message="no", data=None), "POST /task/7/stop")
    assert "script" not in error.message
    assert error.hint == "update the application on that machine"
