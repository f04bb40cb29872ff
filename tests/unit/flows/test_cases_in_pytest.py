"""The test that docs/app-profiles.md gives its readers, in a repository as they have it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROFILE = "version: 1\napp: shop\npackages: [org.example.shop]\nelements: {buy: {text: Buy}}\n"
SCREEN = '<hierarchy><node package="org.example.shop" text="Buy" bounds="[0,0][9,9]"/></hierarchy>'


@pytest.mark.parametrize(
    ("expected", "code", "said"), [("buy", 0, "1 passed"), ("basket", 1, "it lacks basket")]
)
def test_pytest_reads_cases(tmp_path: Path, expected: str, code: int, said: str) -> None:
    page = (ROOT / "docs" / "app-profiles.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    folder = tmp_path / "campaigns" / "apps" / "cases" / "shop"
    folder.mkdir(parents=True)
    (folder.parents[1] / "shop.yaml").write_text(PROFILE, encoding="utf-8")
    (folder / "list.xml").write_text(SCREEN, encoding="utf-8")
    (folder / "list.yaml").write_text(f"version: 1\napp: shop\nfound: [{expected}]\n", encoding="utf-8")
    (tmp_path / "test_profiles.py").write_text(example, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_profiles.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr
    assert "shop/list" in done.stdout or code == 0
