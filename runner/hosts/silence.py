"""Ends the life of a host that hangs: most likely in a question to the database that is acknowledged and never
answered, while the lease is renewed over another connection, so that nobody else may have its lanes."""

import threading
from collections.abc import Callable
from typing import Self

from runner.store.database import Database

SILENT_S = 30.0
"""How long the executor may not look for work, or a write may go on. Others that write wait for ten seconds."""

OVER_S = 15.0
"""How long anything may wait for the database once the life is over: a new one waits for it."""

LOOK_S = 1.0


class Silence:
    """While this is open, it looks each second; it stays open until all that a life has opened on `database` is closed.
    `executor_s` says for how long the executor has not looked for work, `is_over` whether the life is over, `end` ends
    it."""

    def __init__(
        self,
        database: Database,
        executor_s: Callable[[], float],
        is_over: Callable[[], bool],
        end: Callable[[str], None],
    ) -> None:
        self._database, self._executor_s = database, executor_s
        self._is_over, self._end = is_over, end
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="silence", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            if not self._is_over():
                if why := self._why():
                    self._end(why)
                    self._database.hang_up()
            elif max(self._database.writes_s(), self._database.reads_s()) > OVER_S:
                self._database.hang_up()

    def _why(self) -> str:
        if (seconds := self._executor_s()) > SILENT_S:
            return f"the executor has not looked for work for {seconds:.0f} s"
        if (seconds := self._database.writes_s()) > SILENT_S:
            return f"the database {self._database.where} has not answered a write for {seconds:.0f} s"
        return ""
