"""The codes of all diagnostics, found in the source."""

import re
from pathlib import Path

import runner.campaign
import runner.checks

_CODE = re.compile(r'"([a-z]+(?:-[a-z]+)+)"')
_STRUCTURAL = ("reader", "lookalikes", "structure", "wording", "loader", "flow_file")


def codes() -> set[str]:
    """Every code that validation can print."""
    campaign, checks = (Path(package.__file__).parent for package in (runner.campaign, runner.checks))
    paths = [*(campaign / f"{name}.py" for name in _STRUCTURAL), *checks.glob("*.py")]
    return {code for path in paths for code in _CODE.findall(path.read_text(encoding="utf-8"))}
