"""Completes the names of app profiles and of their cases in a shell. Imports are within functions: each press of Tab
starts the runner anew."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_app(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem[Any]]":
    """The profiles that come with the runner, and those beside the campaigns."""
    from importlib.resources import files

    shipped = {one.name for one in (files("runner.flows") / "apps").iterdir() if one.name.endswith(".yaml")}
    own = {path.name for path in (_campaigns(ctx) / "apps").glob("*.yaml")}
    return _offered((name.removesuffix(".yaml") for name in shipped | own), incomplete)


def complete_case(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem[Any]]":
    """The cases of the app that is named before."""
    folder = _campaigns(ctx) / "apps" / "cases" / str(ctx.params.get("name"))
    return _offered((path.stem for path in folder.glob("*.yaml")), incomplete)


def _campaigns(ctx: click.Context) -> Path:
    return Path(ctx.params.get("folder") or "campaigns")


def _offered(names: Any, incomplete: str) -> "list[CompletionItem[Any]]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]
