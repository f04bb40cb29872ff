"""What the session of a lane that waits takes up, beyond what uiautomator2 takes for the same phone by itself."""

import os
import subprocess
import sys
from collections.abc import Iterator

import adbutils
import psutil
import uiautomator2

from bench.phones import APP
from runner.daemon.memory import collect_garbage_seldom
from runner.phone.fleet import Fleet
from runner.phone.session import Session
from runner.virtual.process import PhonesProcess

FEW, MANY = 2, int(os.environ.get("BENCH_LANES", "22"))
GOAL_KB = 500


def run() -> Iterator[str]:
    ours_kb, stock_kb = (_kb_a_phone(driver) for driver in ("ours", "stock"))
    beyond_kb = ours_kb - stock_kb
    what = f"memory of a session that waits, beyond uiautomator2's {stock_kb:.0f} KB"
    yield f"{what}: {beyond_kb:.0f} KB (goal {GOAL_KB} KB)"


def _kb_a_phone(driver: str) -> float:
    """What one more phone adds to a process that has driven it and now waits; the process is a new one each time."""
    few, many = (_bytes(driver, phones) for phones in (FEW, MANY))
    return (many - few) / (MANY - FEW) / 1024


def _bytes(driver: str, phones: int) -> int:
    with PhonesProcess([f"LANE{number:03}" for number in range(phones)]) as process:
        places = [f"{phone.serial}={phone.address}" for phone in process.phones]
        command = [sys.executable, "-m", "bench.lanes", driver, str(process.adb_server_port), *places]
        return int(subprocess.run(command, capture_output=True, check=True).stdout)


def _hold(driver: str, port: int, places: list[tuple[str, str]]) -> None:
    """Drive phones, keep their sessions, and print the bytes that this process then holds in memory."""
    collect_garbage_seldom()  # as the daemon does
    fleet, kept = Fleet(port), list[object]()
    for serial, address in places:
        if driver == "ours":
            session = Session(fleet, serial)
            session.open()
            session.launch(APP, None)
            session.screen()
            session.screenshot()
            kept.append(session)
        else:
            device = uiautomator2.Device(adbutils.AdbClient("127.0.0.1", port).device(address))
            device.app_start(APP)
            device.dump_hierarchy()
            device.screenshot()
            kept.append(device)
    print(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    _hold(sys.argv[1], int(sys.argv[2]), [tuple(place.split("=")) for place in sys.argv[3:]])  # type: ignore[misc]
