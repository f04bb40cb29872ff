"""What docs/validating.md shows is what there is, and what other programs accept."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from runner.cli.validate import validate

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "validating.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```\n", PAGE, re.MULTILINE | re.DOTALL)
HOOKS = {
    hook["id"]: hook
    for hook in sorted(
        yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")),
        key=lambda hook: str(hook["id"]),
    )
}
CHECK = Path(sys.executable).with_name("check-jsonschema")


def block(words: str) -> str:
    (found,) = (text for _, text in BLOCKS if words in text)
    return str(found)


def test_the_fix_is_made_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "campaign.yaml").write_text(block('version: "1"\nname: autumn '), encoding="utf-8")
    result = CliRunner().invoke(validate, ["--fix", "campaign.yaml"], catch_exceptions=False)
    assert result.output.startswith(block("--- campaign.yaml"))
    assert result.output.endswith("\nno problems in 1 file\n")


@pytest.mark.parametrize(
    ("words", "schema"), [("runs-on:", "github-workflows"), ("image: python", "gitlab-ci")]
)
def test_the_snippets_are_what_the_services_read(words: str, schema: str, tmp_path: Path) -> None:
    (tmp_path / "ci.yml").write_text(block(words), encoding="utf-8")
    command = [CHECK, "--builtin-schema", f"vendor.{schema}", tmp_path / "ci.yml"]
    subprocess.run(command, check=True, capture_output=True)


def test_every_runner_command_in_a_snippet_is_one_that_there_is() -> None:
    commands = {line for _, text in BLOCKS for line in re.findall(r"(?:run: |- )(runner [a-z -]+)", text)}
    assert commands
    for command in commands:
        words = command.split()[1:]
        assert words[0] == "validate"
        assert all(
            f" {word}" in validate.get_help(validate.make_context("runner", [])) for word in words[1:2]
        )


def test_the_hook_that_is_shown_is_defined() -> None:
    (repository,) = yaml.safe_load(block("repos:"))["repos"]
    assert [it["id"] for it in repository["hooks"]] == list(HOOKS) == ["runner-fmt", "runner-validate"]
    for name, hook in HOOKS.items():
        assert (hook["language"], hook["types"], hook["pass_filenames"]) == ("python", ["yaml"], False)
        assert hook["entry"] == name.replace("-", " ")


@pytest.mark.parametrize(
    ("path", "concerned"),
    [
        ("campaigns/a.yaml", True),
        ("campaigns/autumn/a.yml", True),
        ("src/campaigns/a.yaml", False),
        ("other/a.yaml", False),
    ],
)
def test_the_hook_is_for_campaigns(path: str, concerned: bool) -> None:
    assert {re.search(hook["files"], path) is not None for hook in HOOKS.values()} == {concerned}


def test_the_page_names_every_option_and_format() -> None:
    for parameter in validate.params:
        assert all(f"`{name}" in PAGE for name in parameter.opts if name.startswith("--"))
        for form in getattr(parameter.type, "choices", ()):
            assert f"`--format {form}`" in PAGE


def test_every_page_it_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
