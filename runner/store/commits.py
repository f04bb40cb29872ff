"""Group commit: writes that come at the same time share one transaction, and one flush to the disk."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from runner.store.connector import Connector

T = TypeVar("T")
Item = TypeVar("Item")

Then = Callable[[Sequence[Any]], None]
"""What follows the end of a transaction, given the results of the writes that asked for it."""


class _Write:
    """A write that waits: its thread is woken when it is over, or when the thread must lead."""

    __slots__ = (
        "_waits",
        "error",
        "flush",
        "guarded",
        "is_left",
        "is_over",
        "is_woken",
        "item",
        "kind",
        "line",
        "result",
        "then",
        "work",
    )

    def __init__(
        self,
        kind: Hashable | None,
        work: Callable[..., Any],
        item: Any,
        then: Then | None,
        *,
        flush: bool,
        guarded: bool,
    ) -> None:
        self.kind = kind
        self.work = work
        self.item = item
        self.then = then
        self.flush = flush
        self.guarded = guarded
        # A bare lock: an Event is made of two, in Python, and hundreds of lanes wait for each flush.
        self._waits = threading.Lock()
        self._waits.acquire()
        self.is_woken = False
        self.is_over = False
        self.is_left = False
        """Whether its thread waits no longer: it was interrupted."""
        self.line: deque[_Write] = deque()
        """Those that are woken after it, one by the other."""
        self.result: Any = None
        self.error: BaseException | None = None

    def wait(self) -> None:
        self._waits.acquire()

    def wake(self) -> None:
        if not self.is_woken:
            self.is_woken = True
            self._waits.release()


class _Undone(Exception):
    """One of several writes has failed, and nothing of any of them was written."""


class Commits:
    """A queue without a thread of its own: the thread that comes first leads, and carries out all writes that have come
    meanwhile; then the first thread that came during that leads. See docs/decisions/0006."""

    def __init__(self, connector: Connector) -> None:
        self.count = 0
        """How many transactions there have been."""
        self.tell: Callable[[float], None] = lambda seconds: None
        """Called after each transaction with the seconds that it took."""
        self._connector = connector
        self._mutex = threading.Lock()
        self._queue: list[_Write] = []
        self._is_led = False

    def carry_out(
        self,
        work: Callable[[Connection], T],
        *,
        flush: bool = True,
        guarded: bool = False,
        then: Callable[[Sequence[T]], None] | None = None,
    ) -> T:
        """Do `work` in a transaction; when this returns, it is durable. Raises what `work` or the commit raises; then
        nothing of it has been written.

        Without `flush` the write survives the end of the process, but a failure of power only once a later write has
        been flushed. A `guarded` write holds whatever others write beside it; others do not.

        Where writes share a transaction, `work` may be called a second time, after nothing of the first was kept.

        `then` is called once for all writes of a transaction that name it, after its end and before any of them
        returns; they raise what it raises.
        """
        return cast(T, self._write(_Write(None, work, None, then, flush=flush, guarded=guarded)))

    def carry_out_together(
        self,
        kind: Hashable,
        work: Callable[[Connection, Sequence[Item]], Sequence[T]],
        item: Item,
        *,
        flush: bool = True,
        guarded: bool = False,
        then: Callable[[Sequence[T]], None] | None = None,
    ) -> T:
        """As `carry_out`, for writes of a kind that one call of `work` carries out for many items, which come from
        several threads; it returns a result for each. If that raises, each is carried out by itself."""
        return cast(T, self._write(_Write(kind, work, item, then, flush=flush, guarded=guarded)))

    def _write(self, write: _Write) -> Any:
        with self._mutex:
            self._queue.append(write)
            leads, self._is_led = not self._is_led, True
            write.is_woken = leads
        if not leads:
            self._wait(write)
        if not write.is_over:
            self._lead()
        if write.error is not None:
            raise write.error
        return write.result

    def _wait(self, write: _Write) -> None:
        try:
            write.wait()
            _wake_next(write.line)
        except BaseException:
            write.is_left = True
            if write.is_woken:
                _wake_next(write.line)
            with self._mutex:
                if write in self._queue:  # nobody has begun it: it is withdrawn, and somebody else must lead
                    self._queue.remove(write)
                    if write.is_woken:
                        self._appoint()
            raise

    def _lead(self) -> None:
        with self._mutex:
            writes, self._queue = self._queue, []
        began = time.perf_counter()
        try:
            self._commit(writes)
            self.tell(time.perf_counter() - began)
        except BaseException as error:
            for write in writes:
                write.error = write.error or error
            if not isinstance(error, Exception):
                raise
        finally:
            # Counted before anybody is woken: `Database.version` must show a write that has returned.
            with self._mutex:
                self.count += 1
                self._appoint()
            _end(writes)

    def _appoint(self) -> None:
        self._is_led = bool(self._queue)
        if self._is_led:
            self._queue[0].wake()

    def _commit(self, writes: list[_Write]) -> None:
        self._connector.check("write")
        if self._connector.undoes_alone or len(writes) == 1:
            self._carry_out(_alike(writes), apart=len(writes) > 1)
            return
        # Errors are rare: so all of them are carried out at first as if there were none, and a second time if there is.
        try:
            self._carry_out(_alike(writes), apart=False)
        except _Undone:
            self._carry_out([[write] for write in writes], apart=True)

    def _carry_out(self, groups: list[list[_Write]], *, apart: bool) -> None:
        writes = [write for group in groups for write in group]
        flush, guarded = any(write.flush for write in writes), all(write.guarded for write in writes)
        with self._connector.writing(flush=flush, guarded=guarded) as connection:
            for group in groups:
                if apart:
                    self._carry_out_apart(connection, group)
                else:
                    _carry_out_with_others(connection, group, alone=len(writes) == 1)

    def _carry_out_apart(self, connection: Connection, group: list[_Write]) -> None:
        """Carry out some of several writes: their error is their own, and undoes nothing of the others."""
        execute, failed = self._connector.execute, None
        execute(connection, "SAVEPOINT one")
        try:
            _work(connection, group)
        except Exception as error:  # noqa: BLE001 - whatever it is, its own thread raises it
            failed = error
            try:
                execute(connection, "ROLLBACK TO SAVEPOINT one")
            except Exception:  # noqa: BLE001 - the database's own error, of whatever class its driver has
                # It has given the whole transaction up (a full disk): all of it has failed for that reason.
                raise error from None
        execute(connection, "RELEASE SAVEPOINT one")
        if failed is not None and len(group) == 1:
            group[0].error = failed
        elif failed is not None:
            for write in group:
                self._carry_out_apart(connection, [write])


def _end(writes: Iterable[_Write]) -> None:
    """Let writes return whose transaction is over; those last that something has to follow first."""
    followed: dict[Then, list[_Write]] = {}
    over = []
    for write in writes:
        if write.then is None or write.error is not None:
            over.append(write)
        else:
            followed.setdefault(write.then, []).append(write)
    _let_go(over)
    for then, some in followed.items():
        try:
            then([write.result for write in some])
        except BaseException as error:
            for write in some:
                write.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            _let_go(some)


def _let_go(writes: Iterable[_Write]) -> None:
    """Let the threads of writes that are over go on: each wakes the next. If all were woken at once, the thread that
    leads the next transaction would wait behind them for the interpreter, and the database for that thread."""
    line: deque[_Write] = deque()
    for write in writes:
        write.is_over = True
        if not write.is_woken:
            write.line = line
            line.append(write)
    _wake_next(line)


def _wake_next(line: deque[_Write]) -> None:
    while line:
        try:
            write = line.popleft()
        except IndexError:  # somebody else has woken the last one meanwhile
            return
        write.wake()
        # Asked after it is woken: a thread that leaves asks the other way round, so one of both wakes the next.
        if not write.is_left:
            return


def _alike(writes: list[_Write]) -> list[list[_Write]]:
    """The writes in groups of a kind, each of which is carried out at once."""
    groups: dict[Hashable, list[_Write]] = {}
    for write in writes:
        groups.setdefault(id(write) if write.kind is None else write.kind, []).append(write)
    return list(groups.values())


def _work(connection: Connection, group: list[_Write]) -> None:
    first = group[0]
    if first.kind is None:
        first.result = first.work(connection)
        return
    results = first.work(connection, [write.item for write in group])
    for write, result in zip(group, results, strict=True):
        write.result = result


def _carry_out_with_others(connection: Connection, group: list[_Write], *, alone: bool) -> None:
    """Carry out writes whose error undoes the whole transaction."""
    try:
        _work(connection, group)
    except Exception:
        if alone:
            raise
        raise _Undone from None
