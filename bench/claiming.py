"""How many statements it takes to claim a task on a host, on a database with which nobody else works."""

from bench.executing import record, tasks_of
from bench.shared_postgres import BEGINS, make_ready
from runner.clock import SystemClock
from runner.execution.recovery import take_lanes
from runner.store.ledger import Ledger
from tests.postgres_server import PostgresServer

LANE = "D0"
USED_TO_IT = 3
"""After so many claims the statements are prepared."""


def claim_statements(server: PostgresServer) -> int:
    """Beyond the beginning and the end of the transaction."""
    url, clock = server.tcp_url(server.new_database()), SystemClock()
    with Ledger.open(url, clock) as ledger:
        make_ready(server, url)
        ledger.fence.begin(ledger.hosts.register("claiming", machine="bench", version=""))
        take_lanes(ledger, [LANE])
        tasks = tasks_of(clock.now(), USED_TO_IT + 1, 1)
        record(ledger, tasks)
        for task in tasks[:USED_TO_IT]:
            ledger.attempts.start_all([task.key], ledger.fence.of(LANE))
        server.execute("SELECT pg_stat_statements_reset()", url)
        assert ledger.attempts.start_all([tasks[-1].key], ledger.fence.of(LANE))
        ((calls,),) = server.execute(
            "SELECT sum(calls) FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%' "
            f"AND query NOT LIKE '{BEGINS}'",
            url,
        )
    server.drop_database(url)
    return int(calls)
