"""docs/campaign-file.md has every key of the format with its default, and a campaign that is right."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.campaign.loader import load_text
from runner.schema_file import schema

PAGE = (Path(__file__).parents[3] / "docs" / "campaign-file.md").read_text(encoding="utf-8")
HEADINGS = {
    "Campaign": "The top of the file",
    "Limits": "Limits",
    "WindowLimits": "Limits",
    "EffectCounts": "Limits",
    "Entry": "Entries",
    "PostConfig": "The config of `post`",
    "FollowConfig": "The config of `follow`",
}


def models() -> dict[str, dict[str, Any]]:
    campaign = schema("campaign")
    return {"Campaign": campaign, **campaign["$defs"]}


def rows(model: str) -> dict[str, list[str]]:
    """The cells of each row of the tables under a model's heading, by key."""
    section = PAGE.split(f"\n## {HEADINGS[model]}\n")[1].split("\n## ")[0]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in cells}


@pytest.mark.parametrize("model", models())
def test_every_key_is_there_with_its_type_and_default(model: str) -> None:
    node = models()[model]
    for key, values in node["properties"].items():
        kind, default, meaning, _ = rows(model)[key]
        assert meaning
        for choice in values.get("enum", []):
            assert str(choice) in kind
        if "maximum" in values and values["maximum"] < 100_000:
            assert kind == f"{values['minimum']} to {values['maximum']}"
        if key in node.get("required", []):
            assert default == "required"
        elif default.startswith("`"):
            assert yaml.safe_load(default.strip("`")) == values["default"]
        else:
            assert default in ("none", "built-in cap", "built-in caps")


@pytest.mark.parametrize("model", models())
def test_no_key_is_there_that_does_not_exist(model: str) -> None:
    known = [node["properties"] for name, node in models().items() if HEADINGS[name] == HEADINGS[model]]
    assert rows(model).keys() <= {key for properties in known for key in properties}


def test_the_campaign_on_the_page_is_right() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert load_text(text, "campaigns/x.yaml").diagnostics == ()
