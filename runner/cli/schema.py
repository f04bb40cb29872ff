"""`runner schema`: print or write the JSON Schemas that editors use."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from runner.cli.output import print_json_lines, say
from runner.errors import UsageError
from runner.schema_file import NAMES, schema_path


@click.command(
    epilog="""\b
Examples:
  runner schema campaign             print the schema of campaign files
  runner schema --write schemas      write all of them into a folder"""
)
@click.argument("name", metavar="[NAME]", required=False, type=click.Choice(NAMES))
@click.option(
    "--write", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Write files into DIR."
)
def schema(name: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of campaign, accounts, devices, flow, app-profile, faults or virtual-app files, or write
    it, or all of them, into DIR."""
    if name is None and folder is None:
        raise click.UsageError(f"name a schema ({', '.join(NAMES)}), or a folder to --write all of them to")
    names = [name] if name else list(NAMES)
    if folder is None:
        print_json_lines(schema_path(names[0]).read_text(encoding="utf-8").splitlines())
        return
    try:
        paths = write(folder, names)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror}") from error
    for path in paths:
        say(str(path))


def write(folder: Path, names: list[str]) -> list[Path]:
    """Write schemas, generated from the models, into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in names:
        paths.append(folder / f"{name}.schema.json")
        paths[-1].write_text(render(name), encoding="utf-8")
    return paths


def render(name: str) -> str:
    """A schema, generated from the models, as the text of its file."""
    return json.dumps(_makers()[name](), indent=2, ensure_ascii=False) + "\n"


def _makers() -> dict[str, Callable[[], dict[str, Any]]]:
    """The makers of the schemas, imported here since the models are slow to import."""
    from runner.campaign.schema import accounts_schema, campaign_schema, devices_schema, faults_schema
    from runner.campaign.schema_shape import complete, tidy
    from runner.flows.schema import flow_schema, profile_schema
    from runner.virtual.apps.written.models import AppFile

    return {
        "campaign": campaign_schema,
        "accounts": accounts_schema,
        "devices": devices_schema,
        "flow": flow_schema,
        "app-profile": profile_schema,
        "virtual-app": lambda: complete("virtual-app", tidy(AppFile.model_json_schema(), choose=_never)),
        "faults": faults_schema,
    }


def _never(names: list[str]) -> dict[str, Any]:
    raise AssertionError(f"a value of an app file is one thing only, not one of {names}")
