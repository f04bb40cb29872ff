"""Arrays of the shell. The elements of NAME are variables: the first is NAME itself, the next one `NAME[1]`."""

from collections.abc import Mapping, MutableMapping, Sequence


def element(name: str, number: int) -> str:
    """The variable that holds an element. Numbers have 32 bits, as mksh's."""
    number &= 0xFFFFFFFF
    return f"{name}[{number}]" if number else name


def numbers(name: str, variables: Mapping[str, str]) -> list[int]:
    """Those of the elements that there are, in their order."""
    start = f"{name}["
    found = [int(key[len(start) : -1]) for key in variables if key.startswith(start)]
    return [0] * (name in variables) + sorted(found)


def values(name: str, variables: Mapping[str, str]) -> list[str]:
    return [variables[element(name, number)] for number in numbers(name, variables)]


def remove(name: str, variables: MutableMapping[str, str]) -> None:
    """Forget a variable with all its elements."""
    for number in numbers(name, variables):
        del variables[element(name, number)]


def fill(name: str, items: Sequence[str], variables: MutableMapping[str, str], *, appended: bool) -> None:
    """Have these elements, in the place of the earlier ones or behind them."""
    if not appended:
        remove(name, variables)
    known = numbers(name, variables)
    start = known[-1] + 1 if known else 0
    for number, item in enumerate(items, start):
        variables[element(name, number)] = item
