"""top, free and dmesg: what the phone has to do, and what it has left."""

import asyncio
from collections.abc import Awaitable, Callable

from runner.virtual import kernel
from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import whole_number
from runner.virtual.processes import Process

_HEAD = "  PID USER         PR  NI VIRT  RES  SHR S[%CPU] %MEM     TIME+ ARGS"
_UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


async def _top(call: Call) -> int:
    """`top [-b] [-n TIMES] [-d SECONDS] [-m LINES] [-p PID,] [-u USER,]`; without -n until its client goes."""
    options, words = call.take_options("bqHh", "ndmpuosk")
    if words:
        raise UsageError(f"top: Unknown argument {words[0]}")
    times = whole_number(call, options["n"], 1) if "n" in options else None
    delay_s = whole_number(call, options.get("d", "3"))
    while True:
        _show(call, options)
        times = times - 1 if times is not None else None
        if times == 0:
            return 0
        await call.deliver()
        await asyncio.sleep(max(delay_s, 0.1))


def _show(call: Call, options: dict[str, str]) -> None:
    shown = call.phone.processes.all()
    count = len(shown)
    for option, of in (("p", lambda process: str(process.pid)), ("u", lambda process: process.user)):
        if option in options:
            shown = [process for process in shown if of(process) in options[option].split(",")]
    if "q" not in options:
        total, free, cached = kernel.MEMORY_KB, kernel.FREE_KB, kernel.CACHED_KB
        idle = f"{kernel.CORES * 100}%"
        call.print(f"Tasks: {count} total,   1 running, {count - 1:>3} sleeping,   0 stopped,   0 zombie")
        call.print(
            f"  Mem: {total:>8}K total, {total - free:>8}K used, {free:>8}K free, {kernel.BUFFERS_KB:>8}K buffers"
        )
        call.print(
            f" Swap: {kernel.SWAP_KB:>8}K total, {0:>8}K used, {kernel.SWAP_KB:>8}K free, {cached:>8}K cached"
        )
        call.print(f"{idle}cpu   0%user   0%nice   0%sys {idle}idle   0%iow   0%irq   0%sirq   0%host")
    call.print(_HEAD)
    for process in shown[: whole_number(call, options["m"]) if "m" in options else None]:
        call.print(_row(process))


def _row(process: Process) -> str:
    return f"{process.pid:>5} {process.user:<12} {20:>2} {0:>3} 986M  27M  18M S  0.0   0.4   0:00.00 {process.command}"


def _free(call: Call) -> int:
    options, _ = call.take_options("bkmgth")
    unit = next((size for letter, size in _UNITS.items() if letter in options), 1)
    total, free, buffers, swap = (
        str(kb * 1024 // unit) for kb in (kernel.MEMORY_KB, kernel.FREE_KB, kernel.BUFFERS_KB, kernel.SWAP_KB)
    )
    used = str(int(total) - int(free))
    call.print("\t\ttotal        used        free      shared     buffers")
    call.print(f"Mem:{total:>17}{used:>12}{free:>12}{0:>12}{buffers:>12}")
    call.print(f"-/+ buffers/cache:{int(used) - int(buffers):>15}{int(free) + int(buffers):>12}")
    return call.print(f"Swap:{swap:>16}{0:>12}{swap:>12}")


def _dmesg(call: Call) -> int:
    """The kernel's log is not for the user `shell`."""
    return call.fail("dmesg: klogctl: Permission denied")


TOYS: dict[str, Callable[[Call], "int | Awaitable[int]"]] = {"dmesg": _dmesg, "free": _free, "top": _top}
