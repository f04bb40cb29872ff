"""The name that was probably meant."""

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str], *, likeness: float = 0.75) -> str | None:
    """The name most like `name`, or None if none is at least so much like it (0 to 1)."""
    from difflib import get_close_matches

    by_lower = {candidate.lower(): candidate for candidate in names}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=likeness)
    return by_lower[found[0]] if found else None


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
