"""A phone starts anew."""

import time

from runner.virtual.focus import TextFocus
from runner.virtual.phone import Phone
from runner.virtual.starting import start_system
from runner.virtual.system_state import SystemState


def restart(phone: Phone) -> None:
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
    start_system(phone)
    phone.changed()
