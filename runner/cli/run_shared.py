"""Carries a run's tasks out from a ledger that hosts share: the hosts do, or this process is one for a while."""

from collections.abc import Collection
from contextlib import ExitStack
from datetime import timedelta

from runner.cli.follow_daemon import FollowEnd, Follower
from runner.cli.host_options import host_name, is_pooled
from runner.cli.run_here import PATIENCE_S, ReadRows, Run, choose_progress
from runner.daemon.host_life import HostGround, HostLife
from runner.execution.holding import lane_of
from runner.hosts.about import HostAbout
from runner.interrupts import stop_on_interrupt
from runner.reports.run_summary import totals
from runner.scheduling.registry import Registry
from runner.store.leases import BACKEND
from runner.store.ledger import Ledger


def carry_out_shared(this: Run, ledger: Ledger, read: ReadRows) -> FollowEnd:
    """Have the run's tasks carried out, and follow them; returns why that ended.

    If hosts are there, each carries out what its phones have to do. If none is, this process is a host for its own
    phones until the run is over.
    """
    rows = read()
    open_rows = [row for row in rows if not row.state.is_final]
    hosts = [host.name for host in ledger.hosts.all() if host.is_alive]
    with ExitStack() as stack:
        progress = stack.enter_context(choose_progress(this, open_rows))
        where = f"which the hosts {', '.join(hosts)} carry out" if hosts else "on the phones of this machine"
        progress.say(f"run {this.id}, {where}: {totals(rows)}")
        stopping = "following no longer; interrupt again to end at once"
        stack.enter_context(stop_on_interrupt(this.stop, progress.say, stopping))
        lanes = {lane_of(row.task) for row in open_rows}
        if hosts:
            ledger.rings.ring(lanes)
            if nobodys := lanes - {lane.name for lane in ledger.lane_leases.all() if lane.is_held}:
                progress.say(f"no host has {', '.join(sorted(nobodys))} now: what is due there waits for one")
        else:
            _be_host(stack, this, lanes)
        patience = timedelta(seconds=PATIENCE_S)
        follower = Follower(ledger, this.place, read, this.clock, progress.tell, patience)
        return follower.follow(this.stop)


def _be_host(stack: ExitStack, this: Run, lanes: Collection[str]) -> None:
    """Be a host until the stack closes; of `lanes` those of no phone are held too."""
    stack.enter_context(this.place.lock())
    about = HostAbout(host_name(None), is_pooled=is_pooled())
    ground = HostGround(about, this.place, this.settings, this.clock, lambda *words, **values: None)
    life = stack.enter_context(HostLife(ground, lambda ledger: lambda event: None, Registry))
    life.start()
    life.host.want([lane for lane in lanes if lane.startswith(BACKEND)])
    stack.callback(life.drain, None)  # before its parts end
