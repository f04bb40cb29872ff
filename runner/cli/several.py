"""Options that take several values one after the other: `--hierarchy a.xml b.xml`, as a shell writes out `*.xml`."""

from collections.abc import Iterator
from typing import Any

import click


class SeveralValues(click.Command):
    """A command whose options in `several` take all words up to the next option."""

    several: tuple[str, ...] = ()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(self._one_by_one(args)))

    def _one_by_one(self, args: list[str]) -> Iterator[str]:
        option: str | None = None
        for word in args:
            if word.startswith("-"):
                option = word if word in self.several else None
            if option is None:
                yield word
            elif word != option:
                yield from (option, word)


def taking_several(*options: str) -> type[Any]:
    """The class of a command whose options `options` take several values."""
    return type("Command", (SeveralValues,), {"several": options})
