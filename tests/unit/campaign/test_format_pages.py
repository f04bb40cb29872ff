"""The pages campaign-file.md and scripts.md have every key of the format, and examples that are right."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.campaign.flow_file import read_flow_file
from runner.campaign.loader import load, load_text
from runner.schema_file import schema
from runner.scripts import SCRIPTS

DOCS = Path(__file__).parents[3] / "docs"
FORMAT = (DOCS / "campaign-file.md").read_text(encoding="utf-8")
OF_SCRIPTS = (DOCS / "scripts.md").read_text(encoding="utf-8")
COLUMNS = 5
"""Of tables of keys: those of forms have fewer."""
FORMAT_HEADINGS = {
    "Campaign": "The top of the file",
    "Active": "Active",
    "Limits": "Limits",
    "WindowLimits": "Limits",
    "EffectCounts": "Limits",
    "SerialGroup": "Groups",
    "UsernameGroup": "Groups",
    "AccountGroup": "Groups",
    "MatchGroup": "Groups",
    "Match": "Groups",
    "Account": "Accounts",
    "Work": "Entries",
    "Defaults": "Behaviour",
    "Retry": "Behaviour",
}


def tables() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every mapping of the format: its page, its heading there, and its schema."""
    campaign, flow = schema("campaign"), schema("flow")
    found = {"Campaign": campaign, **campaign["$defs"]}
    behaviour = found["Defaults"]["properties"].keys()
    own = {key: node for key, node in found["Entry"]["properties"].items() if key not in behaviour}
    found["Work"] = {**found["Entry"], "properties": own}
    pages = {name: (FORMAT, heading, found[name]) for name, heading in FORMAT_HEADINGS.items()}
    for name, script in SCRIPTS.items():
        pages[name] = (OF_SCRIPTS, f"`{name}`", dict(script.config_schema()))
    settings = pages["account_warmup"][2]["properties"]["chatgpt_settings"]
    pages["chatgpt_settings"] = (OF_SCRIPTS, "`account_warmup`", settings)
    pages["Flow"] = (OF_SCRIPTS, "Flows of your own", flow)
    pages["Parameter"] = (OF_SCRIPTS, "Flows of your own", flow["$defs"]["Parameter"])
    return pages


def rows(name: str) -> list[list[str]]:
    """The cells of each row of the tables under a heading."""
    page, heading, _ = tables()[name]
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = (line for line in section.splitlines() if line.startswith("| `"))
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells if len(row) == COLUMNS]


def fits(row: list[str], node: dict[str, Any], *, required: bool) -> bool:
    """Whether a row of a table says what the schema says."""
    _, kind, default, meaning, _ = row
    in_range = f"{node['minimum']} to {node['maximum']}" if "maximum" in node else kind
    if default.startswith("`"):
        same_default = yaml.safe_load(default.strip("`")) == node.get("default")
    else:
        wordless = default in ("none", "built-in cap", "built-in caps", "see there")
        same_default = default == "required" if required else wordless
    return bool(
        meaning
        and all(str(choice) in kind for choice in node.get("enum", []))
        and (kind == in_range or node["maximum"] == 100_000)
        and same_default
    )


@pytest.mark.parametrize("name", tables())
def test_every_key_is_there_with_its_type_and_default(name: str) -> None:
    node = tables()[name][2]
    for key, values in node["properties"].items():
        found = [row for row in rows(name) if row[0] == f"`{key}`"]
        assert any(fits(row, values, required=key in node.get("required", ())) for row in found), (key, found)


@pytest.mark.parametrize("name", tables())
def test_no_key_is_there_that_does_not_exist(name: str) -> None:
    place = tables()[name][:2]
    known = [node["properties"] for page, heading, node in tables().values() if (page, heading) == place]
    assert {row[0].strip("`") for row in rows(name)} <= {key for properties in known for key in properties}


def test_every_definition_of_the_schema_has_a_table() -> None:
    told = {name for name, (page, _, _) in tables().items() if page is FORMAT} - {"Work", "Campaign"}
    elsewhere = {"Entry", "AtTime", "EveryTime", "CronTime", "StartTimeForms", "GroupForms"}
    configs = {script.config_schema()["title"] for script in SCRIPTS.values()}
    assert schema("campaign")["$defs"].keys() == told | elsewhere | configs


def examples(page: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_campaign_on_the_page_is_right() -> None:
    (text,) = examples(FORMAT)
    assert load_text(text, "campaigns/x.yaml").diagnostics == ()


def test_each_form_of_a_start_time_on_the_page_is_right() -> None:
    section = FORMAT.split("\n## Start times\n")[1].split("\n## ")[0]
    written = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)))
    times = "".join(f"  t{number}: {text}\n" for number, text in enumerate(written))
    text = f"version: 1\nname: a\nstart_times:\n{times}scripts: {{x: {{script: post, devices: A1}}}}\n"
    assert len(written) == 7
    assert load_text(text, "x.yaml").diagnostics == ()


def test_the_flow_on_the_page_is_right_and_so_is_the_entry_that_uses_it(tmp_path: Path) -> None:
    flow, entry = examples(OF_SCRIPTS)
    assert read_flow_file(flow, "flows/visit.yaml").diagnostics == ()
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "visit.yaml").write_text(flow)
    path = tmp_path / "a.yaml"
    path.write_text(f"version: 1\nname: a\ntimezone: UTC\ndevices: {{studio: [A1]}}\n{entry}")
    loaded = load(path)
    assert loaded.diagnostics == ()
    assert "visit" in loaded.scripts
