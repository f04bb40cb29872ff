"""The newest screen of each phone: what steps leave between one another. Nothing here asks a phone for anything."""

import threading
from collections.abc import Collection, Mapping

from runner.clock import Clock
from runner.events import Event, StepFinished
from runner.store.artifacts import Artifacts
from runner.store.lanes_now import NewestScreenshot
from runner.store.ledger import Ledger


class NewestScreens:
    """Remembers the path of the newest screenshot of each phone, as steps end; those that were taken before this life
    are in the ledger. Any thread may call it."""

    def __init__(self, ledger: Ledger, artifacts: Artifacts, clock: Clock) -> None:
        self._ledger, self._artifacts, self._clock = ledger, artifacts, clock
        self._newest: dict[str, NewestScreenshot] = {}
        self._lock = threading.Lock()

    def tell(self, event: Event) -> None:
        """Take note of what an executor tells."""
        if isinstance(event, StepFinished) and event.screenshot is not None:
            with self._lock:
                self._newest[event.lane] = NewestScreenshot(event.screenshot, self._clock.now())

    def newest(self, devices: Collection[str]) -> Mapping[str, NewestScreenshot]:
        """The newest screenshot of each of these phones that has one."""
        with self._lock:
            known = {device: self._newest[device] for device in devices if device in self._newest}
        unknown = [device for device in devices if device not in known]
        if not unknown:
            return known
        found = self._ledger.lanes_now.pictures(unknown)
        with self._lock:  # a step may have ended meanwhile: its picture is newer
            return known | {device: self._newest.setdefault(device, found[device]) for device in found}

    def read(self, device: str) -> tuple[NewestScreenshot, bytes] | None:
        """The newest screenshot of a phone; None if it has none, or somebody has removed it."""
        picture = self.newest([device]).get(device)
        content = self._artifacts.read(picture.path) if picture else None
        return (picture, content) if picture and content else None
