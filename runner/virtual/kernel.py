"""What the kernel of a phone shows as files, below /proc and /sys: its processor, its memory, its processes."""

import time
from collections.abc import Callable
from functools import cache

from runner.virtual import values
from runner.virtual.files import Body, share

CORES = 8
MEMORY_KB = 5_800_000
FREE_KB, CACHED_KB = MEMORY_KB // 2, MEMORY_KB // 4
BUFFERS_KB, SWAP_KB = 10_000, 2_097_148
_CORE = """processor\t: {number}
BogoMIPS\t: 38.40
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x1
CPU part\t: 0xd05
CPU revision\t: 0
"""
_TIMES = "100000 1000 50000 9000000 500 0 1000 0 0 0"


@cache
def fixed() -> dict[str, Body]:
    """The files that are the same on all phones, and always."""
    return {path: share(text.encode()) for path, text in _fixed().items()}


def _fixed() -> dict[str, str]:
    cores = "\n".join(_CORE.format(number=number) for number in range(CORES))
    times = "".join(f"cpu{number} {_TIMES}\n" for number in range(CORES))
    each_core = {
        f"/sys/devices/system/cpu/cpu{number}/{name}": value
        for number in range(CORES)
        for name, value in (("online", "1\n"), ("cpufreq/cpuinfo_max_freq", "2400000\n"))
    }
    return {
        "/proc/cpuinfo": f"{cores}\nHardware\t: Virtual\n",
        "/proc/loadavg": "0.10 0.10 0.10 1/1500 4321\n",
        "/proc/meminfo": (
            f"MemTotal:        {MEMORY_KB} kB\nMemFree:         {FREE_KB} kB\n"
            f"MemAvailable:    {FREE_KB + CACHED_KB} kB\nBuffers:           {BUFFERS_KB} kB\n"
            f"Cached:          {CACHED_KB} kB\nSwapTotal:       {SWAP_KB} kB\nSwapFree:        {SWAP_KB} kB\n"
        ),
        "/proc/stat": f"cpu  {_TIMES}\n{times}ctxt 1000000\nbtime {values.BUILT_S}\nprocesses 5000\nprocs_running 1\n",
        "/proc/version": f"Linux version {values.KERNEL} (build@build) #1 SMP PREEMPT {values.BUILT}\n",
        "/sys/class/net/lo/address": "00:00:00:00:00:00\n",
        "/sys/devices/system/cpu/online": f"0-{CORES - 1}\n",
        "/sys/devices/system/cpu/possible": f"0-{CORES - 1}\n",
        "/sys/devices/system/cpu/present": f"0-{CORES - 1}\n",
        **each_core,
    }


def own(serial: str) -> dict[str, Body]:
    """The files in which phones differ."""
    return {"/sys/class/net/wlan0/address": share(f"{values.wlan_mac(serial)}\n".encode())}


def since(started_s: Callable[[], float]) -> Callable[[], bytes]:
    """/proc/uptime: seconds since the start, and those without work."""

    def read() -> bytes:
        seconds = time.monotonic() - started_s()
        return f"{seconds:.2f} {seconds * CORES:.2f}\n".encode()

    return read


def of_process(pid: int, name: str, command: str, uid: int) -> dict[str, str]:
    """What /proc/PID holds."""
    short = name[-15:]
    about = f"Name:\t{short}\nState:\tS (sleeping)\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t301\n"
    folder = f"/proc/{pid}"
    numbers = " ".join(["100", "20", *["0"] * 30])
    return {
        f"{folder}/cmdline": "\0".join(command.split(" ")) + "\0",
        f"{folder}/comm": f"{short}\n",
        f"{folder}/stat": f"{pid} ({short}) S 301 {pid} 0 0 -1 4194624 {numbers}\n",
        f"{folder}/status": f"{about}Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nVmRSS:\t   27580 kB\nThreads:\t12\n",
        f"{folder}/task/{pid}/comm": f"{short}\n",
    }
