"""The campaigns in force on a host that does not lead: as the ledger has them, whoever put them in force."""

import threading
from typing import Self

from runner.errors import LedgerError
from runner.hosts.renewal import Trouble
from runner.scheduling.registry import Registry
from runner.store.last_good import resolved_in_force
from runner.store.ledger import Ledger

LOOK_S = 2.0


class FollowedCampaigns:
    """While this is open, the registry has what is in force, unless `pause` was called: the leader reads the files
    themselves."""

    def __init__(self, ledger: Ledger, registry: Registry, trouble: Trouble) -> None:
        self._ledger, self._registry, self._trouble = ledger, registry, trouble
        self._seen: object = None
        self._over = threading.Event()
        self._looking = threading.Lock()
        self._is_paused = False
        self._thread = threading.Thread(target=self._run, name="campaigns", daemon=True)

    def __enter__(self) -> Self:
        self.look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def pause(self) -> None:
        with self._looking:
            self._is_paused = True

    def go_on(self) -> None:
        with self._looking:
            self._is_paused, self._seen = False, None

    def look(self) -> None:
        """Read what is in force, if that has changed. Raises LedgerError."""
        with self._looking:
            if self._is_paused:
                return
            seen = [
                (row.name, row.version_id, row.since_utc, row.withdrawn_utc, tuple(row.flows.items()))
                for row in self._ledger.campaigns.all()
            ]
            if seen != self._seen:
                self._registry.replace(list(resolved_in_force(self._ledger).values()))
                self._seen = seen

    def _run(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                self.look()
                self._trouble.end()
            except LedgerError as error:
                self._trouble.note(error.message)
