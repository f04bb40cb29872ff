"""Ends a wait for a database that acknowledges what it is sent, and never answers: no timeout of TCP notices that."""

import os
import socket
from contextlib import suppress
from typing import Any

import psycopg

Connection = psycopg.Connection[Any] | psycopg.AsyncConnection[Any]


def hang_up(connection: Connection) -> None:
    """Have whoever waits for an answer on a connection hear at once that it is lost. Any thread may call it."""
    # Its descriptor stays open: only its own thread may close it, and give the number to something else.
    with (
        suppress(OSError, psycopg.Error),
        socket.socket(fileno=os.dup(connection.pgconn.socket)) as way,
    ):
        way.shutdown(socket.SHUT_RDWR)


def awaits_answer(connection: Connection) -> bool:
    """Whether something was asked on a connection, and the answer has not come."""
    return connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE
