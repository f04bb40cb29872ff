"""Rights that end by themselves, as their holder knows them: the life of a host, the hold of a lane, the lead."""

from datetime import datetime, timedelta

from runner.clock import Clock

HOST_LEASE = timedelta(seconds=5)
"""How long a host has its name and its lanes after a renewal."""

LEADER_LEASE = timedelta(seconds=3)
"""How long a leader leads after a renewal."""

MARGIN_S = 1.0
"""By how much a holder stops earlier than others may begin: what it has begun under the lease, such as a tap, is on its
way then, and clocks do not run quite alike."""


class Lease:
    """A right of `host`, with the number that it has in the ledger. Any thread may ask it.

    The ledger's row ends on the database's clock. The holder counts on its own clock, from before its renewal was sent,
    so that it stops before anybody else can begin. Once it was over for anybody who asked, it stays over: what has been
    given up then is not taken up again under the same number.
    """

    def __init__(self, host: str, epoch: int, clock: Clock, lasts: timedelta, sent_s: float) -> None:
        self.host = host
        self.epoch = epoch
        self._clock = clock
        self._lasts_s = lasts.total_seconds() - MARGIN_S
        self._until_s = sent_s + self._lasts_s
        self._is_over = False

    def is_sure(self) -> bool:
        """Whether nobody else can have it at this moment."""
        if not self._is_over and self._clock.boottime() >= self._until_s:
            self._is_over = True
        return not self._is_over

    def left_s(self) -> float:
        """For how many seconds it is sure without another renewal."""
        return max(0.0, self._until_s - self._clock.boottime()) if self.is_sure() else 0.0

    def renewed(self, sent_s: float) -> None:
        """Note a renewal that the ledger has; it was sent at this second of the clock's `boottime`."""
        self._until_s = max(self._until_s, sent_s + self._lasts_s)

    def lose(self) -> None:
        """Note that it is over."""
        self._is_over = True


class HostLease(Lease):
    """One life of a host."""

    skew = timedelta()
    """By how much its clock was surely ahead of the database's at the last renewal, negative if behind."""


class LeaderLease(Lease):
    """One time of leading."""


def sure_skew(before_utc: datetime, database_utc: datetime, after_utc: datetime) -> timedelta:
    """By how much a clock is surely ahead of the database's, negative if behind: the database said its time between
    these two instants of the clock, and what lies between them is no difference."""
    ahead, behind = before_utc - database_utc, after_utc - database_utc
    return max(ahead, timedelta()) or min(behind, timedelta())


class LaneHold:
    """A lane that a host has taken. It ends with the lease of the host, or when somebody else has taken the lane."""

    def __init__(self, lease: HostLease, name: str, epoch: int) -> None:
        self.lease = lease
        self.name = name
        self.epoch = epoch
        self._is_lost = False

    def is_sure(self) -> bool:
        """Whether nobody else can have it at this moment, as far as this host has heard."""
        return not self._is_lost and self.lease.is_sure()

    def lose(self) -> None:
        """Note that it is over."""
        self._is_lost = True


BACKEND = "backend "
"""How the lane of a whole backend begins; any other lane is a device's."""


def backend_lane(backend: str) -> str:
    """The lane of a backend that takes many tasks at once: one host calls it."""
    return f"{BACKEND}{backend}"
