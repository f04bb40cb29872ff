"""Virtual phones for tests: as many as a test wants, each as it was at first."""

from contextlib import AbstractContextManager
from typing import Self

from runner.virtual.host import serials_of
from runner.virtual.process import PhonesProcess
from runner.virtual.testing import VirtualPhone, only_these


class Desk:
    """A context manager. The phones run inside it, in a process of their own."""

    def __init__(self) -> None:
        self._process = PhonesProcess(serials_of(1))

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def phones(self, count: int) -> list[VirtualPhone]:
        """The first `count` phones, after a reset. Raises PhonesError."""
        serials = serials_of(count)
        for serial in serials:
            self._process.have(serial)
        known = {phone.serial: phone for phone in self._process.phones}
        taken = [VirtualPhone(known[serial]) for serial in serials]
        for phone in taken:
            phone.reset()
        return taken

    def used(self, phone: VirtualPhone | None = None) -> AbstractContextManager[None]:
        """While a test uses them, adb clients find these phones and no others; by default this one."""
        return only_these(self._process.adb_server_port, phone.address if phone else None)
