"""Where things are kept and how the machine is reached: environment variables with `RUNNER_` in front."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.errors import UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """`state_dir` holds the ledger, reports and rehearsals; `adb_port` is the adb server's port."""

    state_dir: Path
    store_url: str
    adb_port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read RUNNER_STATE_DIR, RUNNER_STORE and ANDROID_ADB_SERVER_PORT; defaults fill the rest."""
        env = os.environ if environment is None else environment
        state_dir = Path(env["RUNNER_STATE_DIR"]).absolute() if env.get("RUNNER_STATE_DIR") else _state_dir()
        store = env.get("RUNNER_STORE") or f"sqlite:///{state_dir / 'ledger.db'}"
        return cls(state_dir=state_dir, store_url=store, adb_port=_port(env.get("ANDROID_ADB_SERVER_PORT")))


def _state_dir() -> Path:
    from platformdirs import user_state_path

    return user_state_path("campaign-runner")


def _port(text: str | None) -> int:
    if not text:
        return 5037
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise UsageError(
            f"ANDROID_ADB_SERVER_PORT is {text!r}, which is no port number",
            hint="set it to a number from 1 to 65535, or unset it to use 5037",
        )
    return int(text)
