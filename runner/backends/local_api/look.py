"""One look at a batch's tasks: what is called meanwhile, and how a server that hangs is left alone."""

from collections.abc import Callable
from typing import Any, TypeVar

from runner.backends.local_api.batch import Batch
from runner.backends.local_api.client import Client
from runner.backends.local_api.shapes import ServerTask
from runner.errors import ApiError, ApiRefused

T = TypeVar("T")


class Look:
    """When one of its calls has had no answer, or our process is about to end, it makes no other.

    `asked` counts its questions, `has_failed` is set when a call has had no answer.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.has_failed = False
        self.asked = 0

    def call(self, call: Callable[[Client, int], Any], task_id: int) -> None:
        """Do something with a task. Raises ApiRefused."""
        self._try(lambda: call(self._batch.server.client, task_id))

    def ask(self, task_id: int) -> ServerTask | None:
        """A task as it is; None if there is no answer. Raises ApiRefused."""
        self.asked += 1
        return self._try(lambda: self._batch.server.view.ask(task_id))

    def _try(self, call: Callable[[], T]) -> T | None:
        if self.has_failed or self._batch.is_leaving:
            return None
        try:
            return call()
        except ApiRefused:
            raise
        except ApiError:
            self.has_failed = True
            return None
