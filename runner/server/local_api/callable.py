"""The scripts that can be called: those for which the phones here have a flow."""

from runner.backend_registry import DEVICE
from runner.scripts import SCRIPTS
from runner.server.local_api.envelope import ApiError, Code

CALLABLE = [name for name in SCRIPTS if name in DEVICE.scripts]


def require_callable(script: str | None) -> None:
    """Raises ApiError for a script that is not named, or cannot be called."""
    if not script:
        raise ApiError(Code.SCRIPT_MISSING, f"script_name is missing; this server can do {_can_do()}")
    if script not in CALLABLE:
        why = "its phones have no flow for it yet" if script in SCRIPTS else "it does not know it"
        raise ApiError(
            Code.SCRIPT_UNAVAILABLE,
            f"this server cannot call the script {script!r}: {why}; it can do {_can_do()}",
        )


def _can_do() -> str:
    return ", ".join(CALLABLE[:-1]) + " and " + CALLABLE[-1]
