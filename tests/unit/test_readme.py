"""What the README shows is what there is."""

import re
import subprocess
import sys
from pathlib import Path

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


def test_validate_and_plan_print_what_is_shown() -> None:
    for command, lines in outputs().items():
        words = command.split()
        if words[1] in ("validate", "plan"):
            run = [sys.executable, "-m", *words]
            result = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
            for line in lines:
                assert line.strip() == "..." or line in result.stdout, f"{command}: {line}"


def test_every_page_it_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
