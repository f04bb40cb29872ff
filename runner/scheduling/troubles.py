"""What cannot be done now and is tried again: told once, however often it fails, and told when it is over."""

from runner.errors import RunnerError
from runner.events import DaemonTroubled, EventSink, TroubleOver


class Troubles:
    """Troubles of one kind; `over` is what is told when all of them are, `hint` what to do about any of them,
    instead of what the error says. Any thread may call it."""

    def __init__(self, sink: EventSink, over: str, hint: str | None = None) -> None:
        self._sink = sink
        self._hint = hint
        self._over = over
        self._told: set[str] = set()

    def note(self, error: RunnerError) -> None:
        if error.message not in self._told:
            self._told.add(error.message)
            self._sink(DaemonTroubled(error.message, self._hint or error.hint))

    def end(self) -> None:
        """It can be done again."""
        if self._told:
            self._told.clear()
            self._sink(TroubleOver(self._over))
