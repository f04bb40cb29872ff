"""The name that was probably meant."""

from collections.abc import Iterable

_KNOWN_SLIPS = {"target_username": "target_user", "follow_probable": "floow_probable"}
"""Common slips for keys of the Local API: its own examples write the first; the second puts its misspelling right."""
_LEAD = 0.1
"""How much more like the name the first must be than the second, to be the only answer."""


def nearest(name: str, names: Iterable[str], *, likeness: float = 0.75) -> str | None:
    """The name most like `name`, or None if none is at least so much like it (0 to 1)."""
    by_lower = {one.lower(): one for one in names if _may_be_like(one, name, likeness)}
    if not by_lower:
        return None
    from difflib import get_close_matches

    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=likeness)
    return by_lower[found[0]] if found else None


def only_answer(name: str, names: Iterable[str], *, likeness: float = 0.75) -> str | None:
    """The name that must have been meant, or None if there may be a doubt.

    It is much more like `name` than any other; and `studio-2` is no slip for `studio-1`.
    """
    from difflib import SequenceMatcher

    known = set(names)
    if name in _KNOWN_SLIPS:
        return _KNOWN_SLIPS[name] if _KNOWN_SLIPS[name] in known else None
    first = nearest(name, known, likeness=likeness)
    # A wrong digit is not a slip that anybody can correct: it may name another phone.
    if first is None or _digits(first) != _digits(name):
        return None
    likeness_of_first = SequenceMatcher(None, first.lower(), name.lower()).ratio()
    second = nearest(name, known - {first}, likeness=max(likeness_of_first - _LEAD, 0.0))
    return first if second is None else None


def _may_be_like(one: str, other: str, likeness: float) -> bool:
    """Whether the lengths alone allow it: likeness is twice the shared letters, divided by the letters of both."""
    return 2 * min(len(one), len(other)) >= likeness * (len(one) + len(other))


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))


def legal_names(name: str, names: Iterable[str]) -> str:
    """A hint: the nearest name, or all that would be right."""
    known = list(names)
    near = nearest(name, known)
    if near:
        return f"did you mean `{near}`?"
    return f"it can be {enumeration(known)}" if known else "there are none yet"


def enumeration(names: Iterable[object], last: str = "or") -> str:
    """`a`, `b` or `c`; `last` is the word before the last."""
    quoted = [f"`{name}`" for name in names]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
