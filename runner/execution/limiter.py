"""Limits at run time: what was done held against a campaign's limits, before each task and commit point."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo

from runner.clock import Clock
from runner.errors import HeldBack
from runner.planning.limits import EffectiveLimits, NotBefore, verdict
from runner.store.ledger import Ledger
from runner.tasks import Task


class Limiter:
    """Says whether an effect may be made now. `limits` holds each campaign's limits by its name; `zone` is the
    fleet's, in which a calendar day begins and ends."""

    def __init__(
        self, ledger: Ledger, limits: Mapping[str, EffectiveLimits], zone: tzinfo, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._zone = zone
        self._clock = clock
        self._lock = threading.Lock()

    def ask(self, task: Task, kind: str, account: str | None = None) -> NotBefore | None:
        """What forbids an effect of this kind now, or None."""
        now = self._clock.now()
        usage = self._ledger.usage(device=task.device, account=account, now=now)
        answer = verdict(self._limits[task.campaign], usage, kind, task.device, account, now, self._zone)
        return answer if isinstance(answer, NotBefore) else None

    @contextmanager
    def claim(self, task: Task, kind: str, account: str | None) -> Iterator[None]:
        """Hold every other effect off while this one is checked and written down. Raises HeldBack."""
        with self._lock:
            if (refusal := self.ask(task, kind, account)) is not None:
                raise HeldBack(refusal.reason, not_before=refusal.instant_utc)
            yield
