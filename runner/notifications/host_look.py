"""Looks for news of hosts: one that is gone, and one that is back."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from runner.clock import format_instant, utc
from runner.notifications.news import News, NewsEvent
from runner.notifications.told_away import told_away
from runner.queries.host_words import ended_utc, how_gone, some
from runner.store.host_rows import HostRow, HostTable
from runner.store.ledger import Ledger

GONE_FOR, STOPPED_FOR = timedelta(seconds=30), timedelta(minutes=5)
"""How long a host that died is gone, and one that was stopped in good order, before that is told: systemd starts the
one anew, and a person the other."""


class HostLook:
    """What is new of hosts since `since_utc`. One thread may ask it."""

    def __init__(self, ledger: Ledger, zone: tzinfo, since_utc: datetime) -> None:
        self._ledger, self._zone, self._since_utc = ledger, zone, since_utc
        self._gone: dict[str, str] = {}

    def remember(self) -> None:
        """Begin with what people were told, as the ledger has it."""
        self._gone = told_away(self._ledger, NewsEvent.HOST_GONE, NewsEvent.HOST_BACK)

    def news(self) -> Iterator[News]:
        table = self._ledger.hosts_now.table()
        for host in table.hosts.values() if table else ():
            since = self._gone.get(host.name)
            if host.is_alive:
                if since is not None:
                    del self._gone[host.name]
                    yield self._back(host, since)
                continue
            lanes = [lane.name for lane in table.lanes_of(host.name)] if table else []
            is_news = ended_utc(host) >= self._since_utc and (host.stopped_utc is None or lanes)
            if since is None and is_news:
                since = self._gone[host.name] = utc(ended_utc(host)) or ""
            if since is not None and table is not None:
                yield self._lost(host, since, lanes, table)

    def _back(self, host: HostRow, since: str) -> News:
        return News(
            NewsEvent.HOST_BACK,
            f"host/{host.name}/{since}",
            host.name,
            f"the host {host.name} is back",
            "",
            host.started_utc,
            "/hosts",
        )

    def _lost(self, host: HostRow, since: str, lanes: list[str], table: HostTable) -> News:
        waits = f"What is to be done on {some(lanes)} waits for it." if lanes else "No lane waits for it."
        leads = table.leads
        led = f" Host {leads.name} leads." if leads is not None and host.is_daemon else ""
        return News(
            NewsEvent.HOST_GONE,
            f"host/{host.name}/{since}",
            host.name,
            f"the host {host.name} {how_gone(host, lambda instant: format_instant(instant, self._zone))}",
            waits + led,
            ended_utc(host),
            "/hosts",
            wait=GONE_FOR if host.stopped_utc is None else STOPPED_FOR,
        )
