"""What `make` tells while it sets things up."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_setting_up_says_what_it_does_and_pip_is_not_silent() -> None:
    dry = ["make", "--dry-run", "--always-make", ".venv/.ready"]
    recipe = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert recipe.index("echo ") < recipe.index("-m venv")
    packages, _runner = [line for line in recipe.splitlines() if "pip install" in line]
    assert not {"--quiet", "-q", "-qq"} & set(packages.split())
