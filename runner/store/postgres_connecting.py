"""How a connection to a server of PostgreSQL is made, and which servers will do."""

import os
from typing import Any

import psycopg

from runner.store.postgres_errors import refused_server
from runner.store.url import libpq_url

OLDEST = 150000
"""The oldest server that will do, as `server_version_num` has it: PostgreSQL 15."""

CONNECT_TIMEOUT_S = 5

SILENCE_S = 10
"""How long the network may be silent after something was sent before the connection counts as lost."""

POOLED = "RUNNER_POOLED"
"""The environment variable that says that a pooler stands in between that gives each transaction another connection."""


def is_pooled() -> bool:
    """Whether such a pooler stands in between."""
    return os.environ.get(POOLED, "") not in ("", "0")


def connect(url: str, where: str, *, prepares: bool) -> psycopg.Connection[Any]:
    """A connection whose transactions begin where we say so; `where` is how messages name the server. One that
    `prepares` has the server keep the plan of statements that come again."""
    connection = psycopg.connect(
        libpq_url(url), autocommit=True, prepare_threshold=2 if prepares else None, **unless_given(url)
    )
    connection.prepared_max = 500
    try:
        _refuse_unfit(connection, where)
    except BaseException:
        connection.close()
        raise
    return connection


def unless_given(url: str) -> dict[str, Any]:
    """Parameters of the connection that the URL does not give."""
    ours = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "campaign-runner",
        "keepalives_idle": SILENCE_S,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENCE_S * 1000,
    }
    given = psycopg.conninfo.conninfo_to_dict(libpq_url(url))
    return {name: value for name, value in ours.items() if name not in given}


def _refuse_unfit(connection: psycopg.Connection[Any], where: str) -> None:
    info = connection.info
    if info.server_version < OLDEST:
        raise refused_server(where, f"the server is PostgreSQL {info.server_version // 10000}")
    if (encoding := info.parameter_status("server_encoding")) != "UTF8":
        raise refused_server(where, f"the database keeps text as {encoding}")
