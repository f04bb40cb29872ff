"""Connections that stay open, and when they do not."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from until import until

from runner.store.kept import KeptConnections


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'kept.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def checkouts(engine: Engine) -> list[Any]:
    seen: list[Any] = []
    event.listen(engine, "checkout", lambda connection, record, proxy: seen.append(connection))
    return seen


def test_one_is_used_again(engine: Engine, checkouts: list[Any]) -> None:
    kept = KeptConnections(engine, 2)
    for _ in range(3):
        with kept.use() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
            connection.commit()
    assert len(checkouts) == 1
    with kept.use(), kept.use():
        assert len(checkouts) == 2
    kept.close()


def test_after_an_error_nothing_of_it_is_left(engine: Engine, checkouts: list[Any]) -> None:
    kept = KeptConnections(engine, 1)
    with pytest.raises(ZeroDivisionError), kept.use() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        raise ZeroDivisionError
    with kept.use() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    assert len(checkouts) == 2
    kept.close()


def test_one_in_use_is_closed_when_it_is_free(engine: Engine) -> None:
    kept = KeptConnections(engine, 1)
    with kept.use() as connection:
        kept.close()
        assert not connection.closed
    assert connection.closed


def test_who_is_urgent_goes_first(engine: Engine) -> None:
    kept = KeptConnections(engine, 1)
    order: list[str] = []

    def use(name: str, *, urgent: bool = False) -> None:
        with kept.use(urgent=urgent):
            order.append(name)

    with kept.use():
        others = [threading.Thread(target=use, args=[f"other {number}"]) for number in range(5)]
        late = threading.Thread(target=use, args=["urgent"], kwargs={"urgent": True})
        for thread in others:
            thread.start()
        late.start()
        until(lambda: kept._urgent)
    for thread in [*others, late]:
        thread.join()
    assert order[0] == "urgent"
    assert len(order) == 6
    kept.close()
