"""Virtual phones for the benchmarks, in processes of their own, and both ways to drive them: stock uiautomator2, and
our session over our transport."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import adbutils
import uiautomator2

from runner.phone.fleet import Fleet
from runner.phone.screen import Element
from runner.phone.session import Session
from runner.virtual.process import PhonesProcess

APP = "com.zhiliaoapp.musically"
HOME, PROFILE = f"{APP}:id/r8a", f"{APP}:id/fwf"
"""Tabs of the app's bar: the screens behind them have some 80 elements."""

_PHONES_IN_A_PROCESS = 25
_STARTING = 8
"""How many phones are made ready at the same time."""


@dataclass(frozen=True, slots=True)
class Driven:
    """One phone, the app in front, and both its drivers: of uiautomator2's server there is only one."""

    session: Session
    stock: uiautomator2.Device
    adb_port: int

    def element(self, rid: str) -> Element:
        """The first element with this id on the screen. Raises StopIteration."""
        return next(element for element in self.session.screen().elements() if element.rid == rid)

    def click(self, rid: str) -> None:
        """Click on a selector through our session: one look, one tap."""
        left, top, right, bottom = self.element(rid).bounds
        self.session.tap((left + right) // 2, (top + bottom) // 2)


@contextmanager
def driven(count: int) -> Iterator[list[Driven]]:
    """So many phones, ready."""
    serials = [f"BENCH{number:03}" for number in range(count)]
    parts = [serials[at : at + _PHONES_IN_A_PROCESS] for at in range(0, count, _PHONES_IN_A_PROCESS)]
    with ExitStack() as stack:
        places: list[tuple[int, str, str]] = []
        for part in parts:
            process = stack.enter_context(PhonesProcess(part))
            places += [(process.adb_server_port, phone.serial, phone.address) for phone in process.phones]
        fleets = {port: Fleet(port) for port, _, _ in places}
        with ThreadPoolExecutor(_STARTING) as pool:
            phones = list(pool.map(lambda place: _ready(fleets[place[0]], *place), places))
        for phone in phones:
            stack.callback(phone.session.close)
        yield phones


def _ready(fleet: Fleet, port: int, serial: str, address: str) -> Driven:
    session = Session(fleet, serial)
    session.open()
    session.launch(APP, None)
    stock = uiautomator2.Device(adbutils.AdbClient("127.0.0.1", port).device(address))
    return Driven(session, stock, port)
