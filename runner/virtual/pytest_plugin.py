"""pytest's fixtures `virtual_phone` and `virtual_phones`: see docs/testing-with-virtual-phones.md.

pytest loads this module whenever the runner is installed, also where nobody wants a phone: it imports nothing else of
the runner before a test asks for one.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from runner.virtual.desk import Desk
    from runner.virtual.testing import VirtualPhone


@pytest.fixture(scope="session")
def _virtual_desk() -> Iterator["Desk"]:
    """The virtual phones of this process: started with the first test that wants one, ended with the last test."""
    from runner.virtual.desk import Desk

    with Desk() as desk:
        yield desk


@pytest.fixture
def virtual_phones(_virtual_desk: "Desk") -> Iterator[Callable[[int], list["VirtualPhone"]]]:
    """Have virtual phones: `virtual_phones(3)`. Each is as it was at first, on an adb server of their own."""
    with _virtual_desk.used():
        yield _virtual_desk.phones


@pytest.fixture
def virtual_phone(_virtual_desk: "Desk") -> Iterator["VirtualPhone"]:
    """A virtual phone as it was at first, which `uiautomator2.connect()` and adb reach without being told of it."""
    (phone,) = _virtual_desk.phones(1)
    with _virtual_desk.used(phone):
        yield phone
