"""Days of the week as people write them, alone or from one to another."""

import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {"tues": "tue", "weds": "wed", "thur": "thu", "thurs": "thu"}
_SEVERAL = {
    **dict.fromkeys(("weekday", "weekdays", "workdays", "working days"), DAYS[:5]),
    **dict.fromkeys(("weekend", "weekends"), DAYS[5:]),
    **dict.fromkeys(("daily", "everyday", "every day", "all", "always", "*"), DAYS),
}
_FROM_TO = re.compile(r"(.+?)\s*(?:-|\.\.|to|until|till)\s*(.+)")


def day(text: str) -> str | None:
    """One day: `Monday` is `mon`."""
    word = text.strip().rstrip(".").lower().removesuffix("s")
    if len(word) == 2:
        return next((short for short in DAYS if short.startswith(word)), None)
    if word in DAYS:
        return word
    if word in _NAMES:
        return word[:3]
    return _SHORT.get(text.strip().rstrip(".").lower())


def days(text: str) -> tuple[str, ...] | None:
    """Several days: `mon-fri`, `mon, wed`, `weekdays`."""
    if several := _SEVERAL.get(text.strip().lower()):
        return several
    found: dict[str, None] = {}
    for part in re.split(r"[,;/]|\band\b", text):
        one, span = day(part), _FROM_TO.fullmatch(part.strip())
        first, last = (day(span[1]), day(span[2])) if span else (one, one)
        if first is None or last is None:
            return None
        start, end = DAYS.index(first), DAYS.index(last)
        found |= dict.fromkeys(DAYS[(start + step) % 7] for step in range((end - start) % 7 + 1))
    return tuple(found)
