"""How a phone is beside its screen and its apps: its lock, its charger, its warmth, its space."""

from dataclasses import dataclass


@dataclass(slots=True)
class Condition:
    """`is_secure` says whether the lock wants a code; `battery` is its level in percent, `temperature` its own in
    tenths of a degree Celsius, as Android tells it; `charger_ma` is what the charger gives in milliamperes; `free_kb`
    is what is left for files, None as long as nobody has said so."""

    is_locked: bool = False
    is_secure: bool = False
    battery: int = 87
    is_charging: bool = True
    charger_ma: int = 500
    temperature: int = 281
    free_kb: int | None = None

    def unlock(self) -> bool:
        """What a swipe does; false if the lock wants a code."""
        self.is_locked = self.is_locked and self.is_secure
        return not self.is_locked
