"""What /proc says: of the processor, the memory and the kernel, as far as scripts look."""

import time
from collections.abc import Callable

_CORES = 8
_CORE = (
    "processor\t: {}\nBogoMIPS\t: 38.40\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics\n"
    "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x1\nCPU part\t: 0xd05\nCPU revision\t: 0\n\n"
)
_MEMORY_KB = {"MemTotal": 7_812_340, "MemFree": 412_208, "MemAvailable": 3_906_172, "Buffers": 4_092} | {
    "Cached": 3_214_568, "SwapCached": 0, "Active": 2_803_644, "Inactive": 1_912_804, "SwapTotal": 4_194_300,
    "SwapFree": 4_194_300,
}  # fmt: skip

FIXED: dict[str, str] = {
    "/proc/cpuinfo": "".join(_CORE.format(number) for number in range(_CORES)) + "Hardware\t: Virtual\n",
    "/proc/meminfo": "".join(f"{name + ':':<16}{size:>8} kB\n" for name, size in _MEMORY_KB.items()),
    "/proc/version": "Linux version 5.15.123-android14-11 (build@localhost) #1 SMP PREEMPT\n",
    "/proc/loadavg": "0.10 0.10 0.10 1/900 4000\n",
    "/proc/filesystems": "nodev\tproc\nnodev\ttmpfs\n\text4\n\tf2fs\n",
    "/proc/self/comm": "sh\n",
    "/sys/class/power_supply/battery/present": "1\n",
}


def moving(started_s: Callable[[], float]) -> dict[str, Callable[[], str]]:
    """What is another text each time that it is read. `started_s` gives the start, on the monotonic clock."""

    def uptime() -> str:
        seconds = time.monotonic() - started_s()
        return f"{seconds:.2f} {seconds * _CORES:.2f}\n"

    return {"/proc/uptime": uptime}
