"""How times are taken and told: ratios of medians, ours and the peer's in turns."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def ratio(
    name: str,
    ours: Callable[[], object],
    peer: Callable[[], object],
    *,
    goal: float,
    rounds: int,
    times: int = 1,
    peer_rounds: int | None = None,
) -> str:
    """`name: value (goal)`: the median of so many rounds, each of so many calls of both.

    A peer that takes long may have fewer rounds; they come in the middle of ours.
    """
    ours_s: list[float] = []
    peer_s: list[float] = []
    for number in range(rounds):
        ours_s.append(_seconds(ours, times))
        if abs(number - rounds // 2) <= ((peer_rounds or rounds) - 1) / 2:
            peer_s.append(_seconds(peer, times))
    return figure(name, statistics.median(ours_s), statistics.median(peer_s), goal)


def figure(name: str, ours_s: float, peer_s: float, goal: float) -> str:
    """The line that tells of two times."""
    value = f"{ours_s / peer_s:.3f} x {_shown(peer_s)} = {_shown(ours_s)}"
    return f"{name}: {value} (goal {goal:.3g} x)"


def must(command: Sequence[str | Path], cwd: Path) -> None:
    """Run a command that has to succeed; what it prints is thrown away."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr)[-500:]
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {said}")


def _seconds(work: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - started) / times


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds:.2f} s"
