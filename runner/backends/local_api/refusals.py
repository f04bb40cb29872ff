"""The codes of the Local API, each as one clear message."""

from runner.backends.local_api.shapes import Envelope
from runner.errors import ApiRefused

INVALID, NO_SCRIPT, NOT_THROUGH_API, PLAN, UNKNOWN, INTERNAL = 40001, 40002, 40003, 40301, 40401, 50001
NOT_ADMITTED = 40302
"""What another runner's daemon says to those whom it does not let in; not of the contract."""

_NOTHING_DONE = (INVALID, NO_SCRIPT, NOT_THROUGH_API, PLAN, NOT_ADMITTED, UNKNOWN)
"""With these codes the server says that it carried nothing out; any other may mean that it did."""

OF_ONE_CALL = (INVALID, NO_SCRIPT, NOT_THROUGH_API, UNKNOWN)
"""Other calls may be answered otherwise."""


def refusal(answer: Envelope, what: str, script: str = "") -> ApiRefused:
    """The error for an answer whose code is not 0. `what` was asked, `script` is the one to be run, if any."""
    said = f"code {answer.code}: {answer.message}" if answer.message else f"code {answer.code}"
    came_back, hint = _words(answer.code, script)
    return ApiRefused(
        f"{what}: {came_back} ({said})",
        hint=hint,
        sent=answer.code not in _NOTHING_DONE,
        code=answer.code,
        words=answer.message,
    )


def _not_through_api(script: str) -> tuple[str, str]:
    update = "update the application on that machine"
    if not script:
        return "this server's version does not take that through its API", update
    return (
        f"this server's version cannot run the script {script!r} through its API",
        f"older versions know post, follow and unfollow only: {update}, or run the campaign with `backend: device` "
        "if the device backend has the script",
    )


def _words(code: int, script: str) -> tuple[str, str | None]:
    match code:
        case 40001:
            hint = "check the config; `runner plan --format json` shows it" if script else None
            return "the server rejects the parameters" if script else "the server rejects that", hint
        case 40002:
            return "the server misses the script's name", None
        case 40003:
            return _not_through_api(script)
        case 40301:
            return (
                "the server's plan does not include the API",
                "Pro, Team and Business include it, Starter does not: change the plan in the application, "
                "or run the campaign with `backend: device`",
            )
        case 40302:
            return (
                "the server does not let this runner in",
                "set RUNNER_API_TOKEN to its token, the RUNNER_TOKEN of its daemon; without a token it is "
                "called by a name of its own machine, such as 127.0.0.1",
            )
        case 40401:
            return (
                "the server knows no such task",
                "it was deleted there, or RUNNER_API_URL leads to another server",
            )
        case 50001:
            return "the server failed inside", "look at the server's own log"
        case _:
            return (
                "the server refuses with a code that the contract does not know",
                "look at the server's own log",
            )
