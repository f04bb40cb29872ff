"""Draws: numbers that depend on a text alone, for ever."""

from hashlib import blake2b


def draw(seed: str) -> int:
    """A number of 64 bits, evenly distributed over texts."""
    # Not `hash` or `random`: they differ between processes or versions of Python, and a task may be planned by several.
    return int.from_bytes(blake2b(seed.encode(), digest_size=8).digest(), "big")
