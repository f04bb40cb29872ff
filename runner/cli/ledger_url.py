"""A ledger as an argument: its URL, or the path of its file."""

from pathlib import Path

import click


class LedgerUrl(click.ParamType[str]):
    """Gives the URL; a text without a scheme is the path of a file."""

    name = "ledger"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        return text if "://" in text else f"sqlite:///{Path(text).absolute()}"
