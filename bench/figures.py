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
) -> str:
    """`name: value (goal)`: the median of so many rounds, each of so many calls of both."""
    pairs = [(_seconds(ours, times), _seconds(peer, times)) for _ in range(rounds)]
    ours_s = statistics.median(pair[0] for pair in pairs)
    peer_s = statistics.median(pair[1] for pair in pairs)
    value = f"{ours_s / peer_s:.3f} x {_shown(peer_s)} = {_shown(ours_s)}"
    return f"{name}: {value} (goal {goal:g} x)"


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
