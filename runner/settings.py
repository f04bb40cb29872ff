"""Where the runner keeps things and how it reaches others: environment variables that begin with `RUNNER_`."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runner.errors import UsageError
from runner.machine_zone import machine_zone

DEFAULT_API_URL = "http://127.0.0.1:50809/api/v1/"
DEFAULT_API_TIMEOUT_S = 30.0
DEFAULT_PHONE_FAILURES, DEFAULT_PHONE_COOLDOWN_S = 3, 600.0
DEFAULT_MATERIAL_CACHE_BYTES = 10 * 1000**3
DEFAULT_API_PLAN = "Local"
API_PLANS = (DEFAULT_API_PLAN, "Starter", "Pro", "Team", "Business")

_ADDRESS = re.compile(r"[^\s:,]+:(?!0+$)\d{1,5}")
_SIZE = re.compile(r"(\d{1,6}) ?([kMGT]?)B?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")

LEAST_TOKEN = 32
"""How many characters a token has at least: other machines may try to guess it."""


class AdbAddress(NamedTuple):
    """Where an adb server is."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """`state_dir` holds the ledger, reports and rehearsals; `adb_port` is the port of this machine's adb server,
    `adb_servers` are further ones; `zone` is the
    fleet's time zone: this machine's, if RUNNER_TIMEZONE names no other. `witness_dir` keeps what this machine has
    seen of its ledgers, outside of their folders.

    `language` is that of the apps on the phones, where the phones do not tell it. `public_url` is the address at which
    people reach the daemon's pages, if it is another than where it serves.

    `token` is a secret that clients of the daemon's server must show; `viewer_token` is one for people who may look at
    its pages, and change nothing. `api_plan` is the plan that its Local API plays.
    Unless it `takes_pictures`, screens are kept of steps that fail only. No variable says so: a rehearsal does.
    `api_url`, `api_token` and `api_timeout_s` are those of the Local API through which the backend local_api works.
    `artifacts_url` is where screens go, None for the state folder; `material_cache_bytes` is how much a host keeps of
    files that lie on another one.
    A phone that has failed `phone_failures` times in a row (0: however often) is held back for `phone_cooldown_s`.
    """

    state_dir: Path
    store_url: str
    adb_port: int
    zone: ZoneInfo
    token: str | None = field(default=None, repr=False)
    viewer_token: str | None = field(default=None, repr=False)
    language: str | None = None
    public_url: str | None = None
    api_plan: str = DEFAULT_API_PLAN
    api_url: str = DEFAULT_API_URL
    api_token: str | None = field(default=None, repr=False)
    api_timeout_s: float = DEFAULT_API_TIMEOUT_S
    phone_failures: int = DEFAULT_PHONE_FAILURES
    phone_cooldown_s: float = DEFAULT_PHONE_COOLDOWN_S
    adb_servers: tuple[AdbAddress, ...] = ()
    takes_pictures: bool = True
    artifacts_url: str | None = None
    material_cache_bytes: int = DEFAULT_MATERIAL_CACHE_BYTES
    witness_dir: Path = field(default_factory=lambda: _witness_dir({}), compare=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read RUNNER_STATE_DIR, RUNNER_WITNESS_DIR, RUNNER_STORE, RUNNER_TIMEZONE, RUNNER_LANGUAGE, RUNNER_TOKEN,
        RUNNER_VIEWER_TOKEN, RUNNER_URL, RUNNER_API_PLAN, RUNNER_API_URL, RUNNER_API_TOKEN, RUNNER_API_TIMEOUT,
        RUNNER_PHONE_FAILURES, RUNNER_PHONE_COOLDOWN, RUNNER_ADB_SERVERS, RUNNER_ARTIFACTS, RUNNER_MATERIAL_CACHE and
        ANDROID_ADB_SERVER_PORT; defaults fill the rest.

        Raises UsageError if one of them has no legal value.
        """
        env = os.environ if environment is None else environment
        state_dir = Path(env["RUNNER_STATE_DIR"]).absolute() if env.get("RUNNER_STATE_DIR") else _state_dir()
        store = env.get("RUNNER_STORE") or f"sqlite:///{state_dir / 'ledger.db'}"
        return cls(
            state_dir=state_dir,
            store_url=store,
            adb_port=_port(env.get("ANDROID_ADB_SERVER_PORT")),
            zone=fleet_zone(env),
            token=_own_token("RUNNER_TOKEN", env),
            viewer_token=_viewer_token(env),
            language=_language(env.get("RUNNER_LANGUAGE")),
            api_plan=_plan(env.get("RUNNER_API_PLAN")),
            public_url=_url("RUNNER_URL", env["RUNNER_URL"]) if env.get("RUNNER_URL") else None,
            api_url=_url("RUNNER_API_URL", env.get("RUNNER_API_URL") or DEFAULT_API_URL),
            api_token=_token("RUNNER_API_TOKEN", env),
            api_timeout_s=_seconds(env.get("RUNNER_API_TIMEOUT")),
            adb_servers=_servers(env.get("RUNNER_ADB_SERVERS")),
            phone_failures=_failures(env.get("RUNNER_PHONE_FAILURES")),
            phone_cooldown_s=_cooldown(env.get("RUNNER_PHONE_COOLDOWN")),
            artifacts_url=artifacts_url(env.get("RUNNER_ARTIFACTS")),
            material_cache_bytes=_size(env.get("RUNNER_MATERIAL_CACHE")),
            witness_dir=_witness_dir(env),
        )

    @property
    def every_adb_server(self) -> tuple[AdbAddress, ...]:
        """This machine's adb server, and the further ones, each once."""
        return tuple(dict.fromkeys((AdbAddress("127.0.0.1", self.adb_port), *self.adb_servers)))


def _servers(text: str | None) -> tuple[AdbAddress, ...]:
    named = [part.strip() for part in (text or "").split(",") if part.strip()]
    if wrong := next((one for one in named if not _ADDRESS.fullmatch(one)), None):
        raise UsageError(
            f"RUNNER_ADB_SERVERS has {wrong!r}, which is no HOST:PORT",
            hint="name adb servers beside this machine's, with commas between them: 10.0.0.5:5037,10.0.0.6:5037",
        )
    parts = (one.rpartition(":") for one in named)
    return tuple(AdbAddress(host, int(port)) for host, _, port in parts)


def _state_dir() -> Path:
    from platformdirs import user_state_path

    return user_state_path("campaign-runner")


def _witness_dir(env: Mapping[str, str]) -> Path:
    """Beside the state directory that is named, so that it stays when that is removed; else among the user's data."""
    if named := env.get("RUNNER_WITNESS_DIR"):
        return Path(named).absolute()
    if env.get("RUNNER_STATE_DIR"):
        state_dir = Path(env["RUNNER_STATE_DIR"]).absolute()
        return state_dir.parent / f"{state_dir.name}.witness"
    from platformdirs import user_data_path

    return user_data_path("campaign-runner") / "witness"


def _port(text: str | None) -> int:
    if not text:
        return 5037
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise UsageError(
            f"ANDROID_ADB_SERVER_PORT is {text!r}, which is no port number",
            hint="set it to a number from 1 to 65535, or unset it to use 5037",
        )
    return int(text)


def fleet_zone(environment: Mapping[str, str] | None = None) -> ZoneInfo:
    """The fleet's time zone: RUNNER_TIMEZONE, else this machine's. Raises UsageError if there is no such zone."""
    env = os.environ if environment is None else environment
    name = env.get("RUNNER_TIMEZONE")
    if not name:
        return machine_zone(env)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(
            f"RUNNER_TIMEZONE is {name!r}, which is no IANA time zone",
            hint="set it to a name such as Europe/Stockholm, or unset it to use this machine's zone",
        ) from error


def _language(text: str | None) -> str | None:
    if text and not _LANGUAGE.fullmatch(text):
        raise UsageError(
            f"RUNNER_LANGUAGE is {text!r}, which is no language",
            hint="set it to one such as fr or pt-BR, or unset it to use what each phone says",
        )
    return text or None


def material_library(environment: Mapping[str, str] | None = None) -> Path | None:
    """The folder that is this machine's material library: RUNNER_MATERIAL_LIBRARY; None if it names none."""
    env = os.environ if environment is None else environment
    named = env.get("RUNNER_MATERIAL_LIBRARY")
    return Path(named).absolute() if named else None


def _url(name: str, text: str) -> str:
    example = DEFAULT_API_URL if name == "RUNNER_API_URL" else "https://shelf.example/"
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if "@" in text:  # first, since the messages below quote the address
        raise UsageError(
            f"{name} holds a name or a password",
            hint="leave out what stands before the @; a token belongs in a variable of its own",
        )
    if not is_one or parts.query or parts.fragment:
        raise UsageError(
            f"{name} is {text!r}, which is no address of a server",
            hint=f"set it to one such as {example}, or unset it",
        )
    return text.rstrip("/") + "/"


def artifacts_url(text: str | None) -> str | None:
    """The address of a place for artifacts; a path becomes one. Raises UsageError."""
    if not text:
        return None
    if "://" not in text:
        return Path(text).absolute().as_uri()
    parts = urlsplit(text)
    if parts.password is not None:  # first, since the message below quotes the address
        raise UsageError(
            "the address for artifacts holds a password, and every host can read that address",
            hint="leave it out; keys belong into the variables or files that the store's library reads",
        )
    if not parts.scheme or (parts.scheme == "file" and parts.netloc):
        raise UsageError(
            f"{text!r} is no address for artifacts",
            hint="name a folder, file:///srv/artifacts, or another one that fsspec knows: s3://bucket/artifacts",
        )
    return text.rstrip("/")


def _size(text: str | None) -> int:
    if not text:
        return DEFAULT_MATERIAL_CACHE_BYTES
    found = _SIZE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise UsageError(
            f"RUNNER_MATERIAL_CACHE is {text!r}, which is no size",
            hint="set it to one such as 500 MB or 20 GB, or unset it to use 10 GB",
        )
    return int(found[1]) * 1000 ** "kMGT".index(found[2]) * 1000 if found[2] else int(found[1])


def _token(name: str, env: Mapping[str, str]) -> str | None:
    text = env.get(name)
    if text and not all("!" <= character <= "~" for character in text):
        raise UsageError(
            f"{name} has characters that no header of HTTP can carry",
            hint="make one of letters and digits, such as `openssl rand -hex 32` prints",
        )
    return text or None


def _own_token(name: str, env: Mapping[str, str]) -> str | None:
    """A token of our own server, at which everybody who reaches it may guess."""
    token = _token(name, env)
    if token is not None and len(token) < LEAST_TOKEN:
        raise UsageError(
            f"{name} has {len(token)} characters, and can be guessed",
            hint=f"make one of at least {LEAST_TOKEN}, such as `openssl rand -hex 32` prints",
        )
    return token


def _viewer_token(env: Mapping[str, str]) -> str | None:
    token = _own_token("RUNNER_VIEWER_TOKEN", env)
    if token and not env.get("RUNNER_TOKEN"):
        raise UsageError(
            "RUNNER_VIEWER_TOKEN protects nothing without RUNNER_TOKEN",
            hint="set RUNNER_TOKEN too: without it everybody who reaches the server may do everything",
        )
    if token and token == env.get("RUNNER_TOKEN"):
        raise UsageError(
            "RUNNER_VIEWER_TOKEN is the same as RUNNER_TOKEN",
            hint="make another one, such as `openssl rand -hex 32` prints",
        )
    return token


def _plan(text: str | None) -> str:
    if not text:
        return DEFAULT_API_PLAN
    plan = text.capitalize()
    if plan not in API_PLANS:
        raise UsageError(
            f"RUNNER_API_PLAN is {text!r}, which is no plan",
            hint=f"set it to one of {', '.join(API_PLANS)}, or unset it to use {DEFAULT_API_PLAN}",
        )
    return plan


def _failures(text: str | None) -> int:
    if not text:
        return DEFAULT_PHONE_FAILURES
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise UsageError(
            f"RUNNER_PHONE_FAILURES is {text!r}, which is no number of failures from 0 to 999",
            hint=f"set it to one, or unset it to hold a phone back after {DEFAULT_PHONE_FAILURES}; 0 holds none back",
        )
    return int(text)


def _cooldown(text: str | None) -> float:
    if not text:
        return DEFAULT_PHONE_COOLDOWN_S
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 86400):
        raise UsageError(
            f"RUNNER_PHONE_COOLDOWN is {text!r}, which is no number of seconds for which a phone is held back",
            hint=f"set it to one up to 86400, or unset it to use {DEFAULT_PHONE_COOLDOWN_S:g}",
        )
    return float(text)


def _seconds(text: str | None) -> float:
    if not text:
        return DEFAULT_API_TIMEOUT_S
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise UsageError(
            f"RUNNER_API_TIMEOUT is {text!r}, which is no number of seconds to wait for an answer",
            hint=f"set it to a number up to 3600, or unset it to use {DEFAULT_API_TIMEOUT_S:g}",
        )
    return seconds
