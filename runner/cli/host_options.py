"""How a host is called, and how it reaches the ledger that hosts share."""

import os
import re
import socket

from runner.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


def host_name(given: str | None) -> str:
    """The name of this host. Raises UsageError for one that no host can have."""
    name = given if given is not None else socket.gethostname().partition(".")[0]
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a host",
            hint="choose --name with at most 60 letters, digits, dots, hyphens and underscores, such as shelf-2",
        )
    return name


def is_pooled() -> bool:
    """Whether the database is behind a pooler that keeps no session: RUNNER_POOLED."""
    return os.environ.get("RUNNER_POOLED", "") not in ("", "0")
