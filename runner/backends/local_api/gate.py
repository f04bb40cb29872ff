"""What the batches of one server share: the licence and its devices, and what is being sent."""

import threading
from collections.abc import Iterable, Sequence

from runner.backends.local_api.client import Client
from runner.backends.local_api.refusals import PLAN, refusal
from runner.backends.local_api.shapes import Envelope, Licence
from runner.clock import Clock
from runner.errors import ApiError, ApiRefused
from runner.tasks import Task

LICENCE_S = 60.0
"""For how long a licence that has been read is relied on."""

BARRED_S = 300.0
"""For how long nothing is sent after the server has said that its plan does not include the API."""

Content = tuple[str, str, str | None]
"""What two tasks have in common that the server may not tell apart: script, device or account, target."""


class Gate:
    """Lets tasks through to the server. Any thread may call it.

    No more devices at a time than the licence allows, whoever of our batches uses them; and nothing while
    something alike is on its way and not found on the server yet, since the two could not be told apart.
    """

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self.claiming = threading.Lock()
        """Held while ids are told to be those of a call: no two batches do so at a time."""
        self._limit: int | None = None
        self._read_at: float | None = None
        self._barred: tuple[ApiRefused, float] | None = None
        self._failed: tuple[ApiError, float] | None = None
        self._busy: dict[str, set[object]] = {}
        self._sent: dict[Content, object] = {}

    def check(self) -> None:
        """See that the server's plan lets us in. Raises ApiError: while it is known not to, without a call.

        Those who come while it is being asked share the answer, or wait for the lack of one once.
        """
        came_at = self._clock.monotonic()
        with self._asking:
            now = self._clock.monotonic()
            if self._failed is not None and came_at < self._failed[1]:
                raise self._failed[0]
            if self._barred is not None and now < self._barred[1]:
                raise self._barred[0]
            if self._read_at is not None and now < self._read_at + LICENCE_S:
                return
            try:
                licence = self._client.licence()
            except ApiRefused as error:
                raise self._bar(error, None) if error.code == PLAN else error from None
            except ApiError as error:
                self._failed = error, self._clock.monotonic()
                raise
            if not licence.api_enabled:
                raise self._bar(_not_included(licence), None)
            self._limit, self._read_at, self._barred = licence.device_limit, now, None

    def bar(self, error: ApiRefused) -> ApiRefused:
        """Let nothing through for a while: the plan does not include the API. Returns the error to tell."""
        with self._asking:
            try:
                plan_name = self._client.licence().plan_name
            except ApiError:
                plan_name = None
            return self._bar(error, plan_name)

    def _bar(self, error: ApiRefused, plan_name: str | None) -> ApiRefused:
        if plan_name is not None:
            message = f"{error.message}; it says that its plan is {plan_name}"
            error = ApiRefused(message, hint=error.hint, sent=False, code=error.code, words=error.words)
        self._barred, self._read_at = (error, self._clock.monotonic() + BARRED_S), None
        return error

    def admit(self, batch: object, tasks: Iterable[Task]) -> list[Task]:
        """Those of the tasks that may be sent now; their devices are the batch's until it leaves them."""
        admitted = []
        with self._lock:
            for task in tasks:
                content = _content(task)
                if self._sent.get(content, batch) is batch and self._has_room(batch, task.lane):
                    self._sent[content] = batch
                    self._busy.setdefault(task.lane, set()).add(batch)
                    admitted.append(task)
        return admitted

    def take_up(self, batch: object, tasks: Iterable[Task]) -> None:
        """What an earlier attempt has sent is on its way again, whatever the licence says by now."""
        with self._lock:
            for task in tasks:
                self._sent.setdefault(_content(task), batch)
                self._busy.setdefault(task.lane, set()).add(batch)

    def found(self, batch: object, tasks: Iterable[Task]) -> None:
        """The tasks are known on the server by their ids, or have been given up."""
        with self._lock:
            for task in tasks:
                if self._sent.get(_content(task)) is batch:
                    del self._sent[_content(task)]

    def leave(self, batch: object, lanes: Sequence[str]) -> None:
        """The batch has nothing more on these devices."""
        with self._lock:
            for lane in lanes:
                users = self._busy.get(lane, set())
                users.discard(batch)
                if not users:
                    self._busy.pop(lane, None)

    def _has_room(self, batch: object, lane: str) -> bool:
        return self._limit is None or lane in self._busy or len(self._busy) < self._limit


def _content(task: Task) -> Content:
    return task.script, task.lane, task.target


def _not_included(licence: Licence) -> ApiRefused:
    answer = Envelope(PLAN, licence.message, None)
    return refusal(answer, f"license/check tells of the plan {licence.plan_name}")
