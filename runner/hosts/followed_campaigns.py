"""The campaigns in force on a host that does not lead: as the ledger has them, whoever put them in force."""

import threading
from typing import Self

from runner.campaign.resolve import ResolvedCampaign
from runner.errors import LedgerError
from runner.hosts.renewal import Trouble
from runner.scheduling.registry import Registry
from runner.store.last_good import restore
from runner.store.ledger import Ledger
from runner.store.sightings import fitting

LOOK_S = 2.0


class FollowedCampaigns:
    """While this is open, the registry has what is in force, unless `pause` was called: the leader reads the files
    themselves."""

    def __init__(self, ledger: Ledger, registry: Registry, trouble: Trouble) -> None:
        self._ledger, self._registry, self._trouble = ledger, registry, trouble
        self._seen: dict[str, object] | None = None
        self._restored: dict[str, tuple[object, ResolvedCampaign | None]] = {}
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
            stamps = self._ledger.campaigns.stamps()
            if stamps != self._seen:
                self._restored = {name: self._restore(name, stamp) for name, stamp in stamps.items()}
                found = [campaign for _, campaign in self._restored.values() if campaign is not None]
                self._registry.replace(fitting(self._ledger, found))
                self._seen = stamps

    def _restore(self, name: str, stamp: object) -> tuple[object, ResolvedCampaign | None]:
        """A campaign as it was read already, if nobody has put it in force anew: to read a large one takes seconds."""
        known = self._restored.get(name)
        if known is not None and known[0] == stamp:
            return known
        row = self._ledger.campaigns.get(name)
        return stamp, None if row is None else restore(row)

    def _run(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                self.look()
                self._trouble.end()
            except LedgerError as error:
                self._trouble.note(error.message)
