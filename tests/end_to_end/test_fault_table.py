"""The table of faults: each is provoked on a virtual phone, and the product's own session meets it.

For a call: the error, whether the action may have happened (`sent`), what was done on the phone in truth, and how adb
calls the phone meanwhile. Afterwards the phone is calmed, and the same session goes on. `test_faults_in_tasks.py` has
what becomes of tasks.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fault_rows import ANY, BACK, ROWS, SERIAL, Row, Table, tap_once

from runner.errors import PhoneError, RunnerError, TaskError
from runner.phone import transport
from runner.phone.session import Session

pytestmark = pytest.mark.phones

SHORT_S = 4.0
"""How long a phone may take to answer here; 30 s otherwise."""


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones(SERIAL)


@pytest.fixture
def table(shelf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """A phone that is well before and after, with little patience in the runner."""
    shelf[SERIAL].post("reset")
    shelf.wait_for_states(SERIAL, "device")
    table = Table(shelf, tmp_path)
    table.begin()
    for method in (Session._call, Session._shell):
        monkeypatch.setitem(method.__kwdefaults__, "timeout_s", SHORT_S)
    monkeypatch.setattr(transport, "CALL_TIMEOUT_S", SHORT_S)
    yield table
    table.session.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_fault_is_what_the_table_says(table: Table, row: Row) -> None:
    error: RunnerError | None = None
    row.strike(table)
    if row.error is None:
        row.call(table)
    else:
        with pytest.raises(row.error, match=row.words or SERIAL) as caught:
            row.call(table)
        error = caught.value
        assert SERIAL in error.message
        if isinstance(error, PhoneError):
            assert error.hint
            assert row.sent is None or error.sent is row.sent
    if row.adb == BACK:
        table.shelf.wait_for_states(SERIAL, "device")
    elif row.adb != ANY:
        assert table.adb_state == row.adb
    table.calm()
    assert table.taps in ((0, 1) if row.taps is None else (row.taps,))
    if isinstance(error, PhoneError) and not error.sent:
        assert table.taps == 0
    # The same session goes on, on the same phone, without anybody's help.
    table.begin()
    tap_once(table)
    assert table.taps == 1


def test_a_pull_of_a_file_that_is_not_there_leaves_nothing_behind(table: Table) -> None:
    target = table.folder / "nothing"
    with pytest.raises(TaskError):
        table.session.pull("/sdcard/nothing", target)
    assert not target.exists()
