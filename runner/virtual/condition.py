"""How a phone is beside its screen and its apps: its lock, its charger, its warmth, its space."""

from dataclasses import dataclass


@dataclass(slots=True)
class Condition:
    """`is_secure` says whether the lock wants a code; `charger_ma` is what the charger gives in milliamperes;
    `temperature` is the battery's in tenths of a degree Celsius, as Android tells it; `free_kb` is what is left for
    files, None as long as nobody has said so."""

    is_locked: bool = False
    is_secure: bool = False
    charger_ma: int = 500
    temperature: int = 281
    free_kb: int | None = None

    def unlock(self) -> bool:
        """What a swipe does; false if the lock wants a code."""
        self.is_locked = self.is_locked and self.is_secure
        return not self.is_locked
