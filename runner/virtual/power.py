"""A phone is switched on, or starts anew."""

import time
from typing import TYPE_CHECKING

from runner.virtual import kernel
from runner.virtual.focus import TextFocus
from runner.virtual.system_state import SystemState

if TYPE_CHECKING:
    from runner.virtual.phone import Phone


def switch_on(phone: "Phone") -> None:
    """Let a phone that was just made remember what it kept, and run."""
    memory = phone.store.load() if phone.store is not None else None
    if memory is not None:
        phone.packages.restore(memory)
        phone.media.restore(memory["media"])
    for path, body in (kernel.fixed() | kernel.own(phone.serial)).items():
        phone.files.place(path, body)
    phone.files.place_live("/proc/uptime", kernel.since(lambda: phone.started_s))
    _start_system(phone)


def restart(phone: "Phone") -> None:
    """Everything that runs ends and starts anew; files, settings and what apps remember stay."""
    if phone.automation is not None:
        phone.automation.kill()
        phone.automation = None
    for app in phone.packages.apps:
        app.kill()
    for process in phone.processes.all():
        phone.processes.end(process)
    phone.files.boot()
    phone.properties = {name: text for name, text in phone.properties.items() if name.startswith("persist.")}
    boots = int(phone.settings.get(("global", "boot_count"), "0"))
    phone.settings["global", "boot_count"] = str(boots + 1)
    phone.reverses.clear()
    phone.system = SystemState(operations=phone.system.operations, unrestricted=phone.system.unrestricted)
    phone.log.clear()
    phone.clipboard = phone.last_toast = phone.toast_shown = phone.finger_down = None
    phone.focus = TextFocus()
    phone.condition.is_locked = phone.condition.is_secure
    phone.screen_on = True
    phone.started_s = phone.woken_s = phone.touched_s = time.monotonic()
    phone.open_apps.close_all()
    _start_system(phone)
    phone.changed()


def _start_system(phone: "Phone") -> None:
    phone.write_log("SystemServer", "Entered the Android system server!", buffer="system")
    phone.processes.start_system()
    phone.write_log("WindowManager", "System now ready", buffer="system")
    phone.shade = ""
    phone.open_apps.bring_to_front(phone.front)
    phone.write_log("ActivityManager", "Boot completed: sys.boot_completed=1", buffer="system")
