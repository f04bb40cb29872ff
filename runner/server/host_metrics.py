"""What Prometheus gets about the hosts that share a ledger: nothing where there is only one."""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric

from runner.queries.hosts import running_by_host, waiting_by_host
from runner.server.gauges import gauge
from runner.store.host_rows import HostTable
from runner.store.ledger import Ledger


def host_figures(ledger: Ledger) -> Iterable[Metric]:
    """Figures of all hosts, the same from each daemon, and of the clock of this process."""
    table = ledger.hosts_now.table()
    if table is None:
        return
    yield from _leases(table)
    running, waiting = running_by_host(ledger, table), waiting_by_host(ledger, table)
    runs = {name: len(running.get(name, ())) for name in table.hosts}
    yield gauge("runner_host_tasks_running", "Tasks that a host carries out.", runs, "host")
    waits = {name: waiting[name] for name in table.hosts}
    yield gauge("runner_host_tasks_waiting", "Pending tasks in the lanes of a host.", waits, "host")
    words = "By how much the clock of this machine is ahead of that of the database."
    yield gauge("runner_clock_ahead_seconds", words, {"": table.skew.total_seconds()})


def _leases(table: HostTable) -> Iterable[Metric]:
    hosts = table.hosts.values()
    yield gauge(
        "runner_host_up", "1: the host's lease goes on.", {it.name: it.is_alive for it in hosts}, "host"
    )
    left = {it.name: max(0.0, (it.until_utc - table.now_utc).total_seconds()) for it in hosts}
    yield gauge("runner_host_lease_seconds", "How long a host's lease goes on without renewal.", left, "host")
    lanes = {it.name: len(table.lanes_of(it.name)) for it in hosts}
    yield gauge("runner_host_lanes", "Lanes that a host has, or is gone with.", lanes, "host")
    words = "By how much the clock of a host was ahead of that of the database at its last renewal but one."
    ahead = {it.name: it.skew.total_seconds() for it in hosts}
    yield gauge("runner_host_clock_ahead_seconds", words, ahead, "host")
    leads = {it.name: table.leads == it for it in hosts}
    yield gauge("runner_host_leads", "1: the host decides start times.", leads, "host")
    if table.leader is not None:
        words = "Rises each time that a daemon takes the lead."
        yield gauge("runner_leader_epoch", words, {"": table.leader.epoch})
