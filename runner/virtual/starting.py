"""What a phone does when it starts: it remembers what it kept, and its system runs."""

from typing import Any, Protocol

from runner.virtual import kernel
from runner.virtual.apps.app import App
from runner.virtual.files import Files
from runner.virtual.media import MediaIndex
from runner.virtual.open_apps import OpenApps
from runner.virtual.packages import Packages
from runner.virtual.processes import Processes


class Kept(Protocol):
    def load(self) -> dict[str, Any] | None: ...


class Starting(Protocol):
    """What starts of a phone."""

    serial: str
    started_s: float
    shade: str
    files: Files
    media: MediaIndex
    packages: Packages
    processes: Processes
    open_apps: OpenApps

    @property
    def store(self) -> Kept | None: ...

    @property
    def front(self) -> App: ...

    def write_log(self, tag: str, text: str, *, buffer: str = "main") -> None: ...


def switch_on(phone: Starting) -> None:
    """Let a phone that was just made remember what it kept, and run."""
    memory = phone.store.load() if phone.store is not None else None
    if memory is not None:
        phone.packages.restore(memory)
        phone.media.restore(memory["media"])
    for path, body in (kernel.fixed() | kernel.own(phone.serial)).items():
        phone.files.place(path, body)
    phone.files.place_live("/proc/uptime", kernel.since(lambda: phone.started_s))
    start_system(phone)


def start_system(phone: Starting) -> None:
    phone.write_log("SystemServer", "Entered the Android system server!", buffer="system")
    phone.processes.start_system()
    phone.write_log("WindowManager", "System now ready", buffer="system")
    phone.shade = ""
    phone.open_apps.bring_to_front(phone.front)
    phone.write_log("ActivityManager", "Boot completed: sys.boot_completed=1", buffer="system")
