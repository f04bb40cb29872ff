"""Days as people read them: with their weekday, in English whatever the locale (`%a` would follow it)."""

from datetime import date

_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def dated(day: date) -> str:
    """`Sat 2026-11-21`."""
    return f"{_NAMES[day.weekday()]} {day:%Y-%m-%d}"
