"""Where things are kept and how the machine is reached: environment variables with `RUNNER_` in front."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runner.errors import UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """`state_dir` holds the ledger, reports and rehearsals; `adb_port` is the adb server's port; `zone` is the
    fleet's time zone, in which a calendar day of the limits begins."""

    state_dir: Path
    store_url: str
    adb_port: int
    zone: ZoneInfo

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read RUNNER_STATE_DIR, RUNNER_STORE, RUNNER_TIMEZONE and ANDROID_ADB_SERVER_PORT; defaults fill the rest.

        Raises UsageError if one of them cannot be what it is meant for.
        """
        env = os.environ if environment is None else environment
        state_dir = Path(env["RUNNER_STATE_DIR"]).absolute() if env.get("RUNNER_STATE_DIR") else _state_dir()
        store = env.get("RUNNER_STORE") or f"sqlite:///{state_dir / 'ledger.db'}"
        return cls(
            state_dir=state_dir,
            store_url=store,
            adb_port=_port(env.get("ANDROID_ADB_SERVER_PORT")),
            zone=_zone(env.get("RUNNER_TIMEZONE")),
        )


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


def _zone(name: str | None) -> ZoneInfo:
    if not name:
        from tzlocal import get_localzone_name

        name = get_localzone_name() or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(
            f"RUNNER_TIMEZONE is {name!r}, which is no IANA time zone",
            hint="set it to a name such as Europe/Stockholm, or unset it to use this machine's zone",
        ) from error
