"""What PostgreSQL tells of the work that it did: statements, transactions, its log, its processor time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import psutil

from tests.postgres_server import PostgresServer

LOOK = "bench_looks"
"""Stands in the statements of the benchmark itself, which do not count."""

BEGINS = "%pg_advisory_xact_lock%"
"""What a transaction of the ledger that writes begins with, in one message."""

SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_utility": "off",  # BEGIN and COMMIT go with transactions
    "max_connections": "400",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "wal_level": "replica",
}


@dataclass(frozen=True, slots=True)
class DatabaseWork:
    """Counted since the server has started; the difference of two is what was done between them."""

    statements: float
    transactions: float
    wal_bytes: float
    cpu_s: float

    def __sub__(self, earlier: Self) -> Self:
        return type(self)(*(getattr(self, one.name) - getattr(earlier, one.name) for one in fields(self)))

    @classmethod
    def of(cls, server: PostgresServer, url: str) -> "DatabaseWork":
        """What was done in one database; log and processor time are those of the server."""
        ((statements,),) = server.execute(
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements "
            f"WHERE query NOT LIKE '%{LOOK}%' AND query NOT LIKE '{BEGINS}'",
            url,
        )
        ((transactions,),) = server.execute(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()", url
        )
        ((wal,),) = server.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')", url)
        return cls(float(statements), float(transactions), float(wal), _cpu_s(server))


def make_ready(server: PostgresServer, url: str) -> None:
    """Have the server count the statements in a database."""
    server.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", url)


def busiest(server: PostgresServer, url: str, count: int) -> list[tuple[str, int, float]]:
    """The statements on which it spent most time: text, calls, milliseconds."""
    query = f"""
        SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 110), calls, total_exec_time
        FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY total_exec_time DESC LIMIT {count}"""
    return [(text, int(calls), float(ms)) for text, calls, ms in server.execute(query, url)]


def connections(server: PostgresServer, pids: Sequence[int]) -> list[int]:
    """How many connections each of these processes has to the server now."""
    counted = []
    for pid in pids:
        found = psutil.Process(pid).net_connections("tcp")
        counted.append(sum(1 for one in found if one.raddr and one.raddr.port == server.port))
    return counted


def _cpu_s(server: PostgresServer) -> float:
    """Of the server's processes, those that have ended included."""
    first = psutil.Process(server.pid)
    ended = first.cpu_times()
    total = ended.user + ended.system + ended.children_user + ended.children_system
    for child in first.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += own.user + own.system
    return total
