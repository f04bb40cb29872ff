"""What the README shows is what there is, and every command in the documents can be typed."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from runner.cli.main import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def outputs() -> dict[str, list[str]]:
    """The README's commands, each with the lines shown below it."""
    block = re.search(r"```\n(\$ runner validate.*?)```", README, re.DOTALL)
    assert block is not None
    shown: dict[str, list[str]] = {}
    for line in block[1].splitlines():
        if line.startswith("$ "):
            shown[line[2:].split("     #")[0]] = lines = []
        elif line.strip():
            lines.append(line)
    return shown


def test_the_campaign_is_the_demo() -> None:
    demo = (ROOT / "campaigns" / "demo.yaml").read_text(encoding="utf-8")
    shown = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    assert shown[1] == demo.split("\n", 1)[1]


def test_validate_and_plan_print_what_is_shown(tmp_path: Path) -> None:
    environment = os.environ | {"RUNNER_STATE_DIR": str(tmp_path)}
    for command, lines in outputs().items():
        words = command.split()
        if words[1] in ("validate", "plan"):
            run = [sys.executable, "-m", *words]
            result = subprocess.run(
                run, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
            )
            for line in lines:
                assert line.strip() == "..." or line in result.stdout, f"{command}: {line}"


def test_every_page_it_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def commands() -> Iterator[tuple[str, str]]:
    """Every command in a line of a code block or in a code span, and where it stands; without comments, and
    without what a shell does with it."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for line in re.findall(
            r"^(?: {4}|\$ | {4}\$ )(runner .*)$", page.read_text(encoding="utf-8"), re.MULTILINE
        ):
            bare = re.split(r"\s{2,}|\s+#|\s+2?>|\s+&&|\s+\||\\$", line)[0]
            yield page.name, bare
        for line in re.findall(r"`(runner [^`]+)`", page.read_text(encoding="utf-8")):
            yield page.name, re.sub(r"\[([A-Z])", r"\1", line).replace("]", "").replace("...", "")


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_every_command_can_be_typed(page: str, line: str) -> None:
    command: click.Command = cli
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None
        command = found
    try:
        command.make_context("runner", words)
    except click.exceptions.Exit as end:  # --help and --version
        assert end.exit_code == 0
    except (click.exceptions.MissingParameter, click.exceptions.NoArgsIsHelpError):
        assert words == []  # a command that is only named
