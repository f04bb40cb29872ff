"""Waiting for what may be seen on a screen to change."""

import asyncio
from collections.abc import Callable


class Change:
    """Wakes those who wait."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def tell(self) -> None:
        """Something has changed: whoever waits looks again."""
        self._happened.set()
        self._happened = asyncio.Event()

    async def wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `condition` is fulfilled; false when the time is over."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    await self._happened.wait()
        except TimeoutError:
            return False
        return True
