"""How many phones adb lists in each state, for callers that cannot wait for its servers."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from runner.errors import AdbUnavailable, PhoneError, PhoneTimeout
from runner.phone import adb
from runner.phone.transport import AdbServer
from runner.settings import AdbAddress

PATIENCE_S = 0.5


class States(NamedTuple):
    """`answers` is whether all servers have just said so; otherwise `by_state` is what it said last."""

    by_state: Mapping[str, int]
    answers: bool


class LastStates:
    """Asks servers that may not be there, and starts none. Any thread may call it, and waits PATIENCE_S at most."""

    def __init__(self, servers: Sequence[AdbAddress]) -> None:
        self._servers = [AdbServer(one.port, one.host) for one in servers]
        self._last = States({}, answers=False)
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None

    def __call__(self) -> States:
        with self._lock:
            # A hung server gets one thread, not one for each scrape of /metrics.
            if self._asking is None or not self._asking.is_alive():
                self._asking = threading.Thread(target=self._refresh, name="states", daemon=True)
                self._asking.start()
            asking = self._asking
        asking.join(PATIENCE_S)
        return self._last._replace(answers=False) if asking.is_alive() else self._last

    def _refresh(self) -> None:
        try:
            rows = [row for server in self._servers for row in adb.rows(server)]
            self._last = States(Counter(row.state for row in rows), answers=True)
        except AdbUnavailable as error:
            hangs = isinstance(error.__cause__, PhoneTimeout)
            # A server that hangs still has its phones; one that is gone has none.
            self._last = States(self._last.by_state if hangs else {}, answers=False)
        except PhoneError:  # an answer that is none
            self._last = self._last._replace(answers=False)
