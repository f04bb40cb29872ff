"""What is installed is pinned by version and by content, and the pages install it so."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(
    r"^([a-z0-9.-]+)==([^ ;]+)(?: ; [^\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)


def pins(name: str) -> dict[str, str]:
    """The versions in a file of pins, each of which has hashes, and nothing else stands there."""
    text = (ROOT / name).read_text(encoding="utf-8")
    left = PIN.sub("", text).splitlines()
    assert [line for line in left if not line.startswith(("#", "-r requirements.txt"))] == []
    return {found[1]: found[2] for found in PIN.finditer(text)}


def canonical(name: str) -> str:
    return re.sub("[-_.]+", "-", re.split("[<>=!~;\\[ ]", name)[0]).lower()


@pytest.fixture(scope="module")
def project() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "runs": project["project"]["dependencies"] + project["build-system"]["requires"],
        "dev": project["project"]["optional-dependencies"]["dev"],
    }


def test_everything_that_is_needed_has_hashes(project: dict[str, list[str]]) -> None:
    runs, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {canonical(name) for name in project["runs"]} <= runs.keys()
    assert {canonical(name) for name in project["dev"]} <= runs.keys() | dev.keys()
    assert not runs.keys() & dev.keys()


def test_the_pins_are_those_versions_that_are_known_to_work_together() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    known = {canonical(line): line.partition("==")[2] for line in lines if not line.startswith("#")}
    pinned = pins("requirements.txt") | pins("requirements-dev.txt") | pins("packaging/node.txt")
    assert known.items() <= pinned.items()
    assert pinned.keys() - known.keys() <= {"colorama"}  # of Windows


@pytest.mark.parametrize("page", ["Makefile", "docs/systemd.md"])
def test_pages_install_by_hashes_and_nothing_beside(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    installs = [
        line
        for line in text.splitlines()
        if "pip install" in line and not re.search("fuzz|install .*uv$", line)
    ]
    assert installs
    for line in installs:
        assert "--require-hashes -r requirements" in line or "--no-deps --no-build-isolation" in line, line


def test_packages_of_pages_are_pinned_by_content_from_whatever_registry() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = {path: one for path, one in json.loads(text)["packages"].items() if path}
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    named = wanted["dependencies"] | wanted["devDependencies"]
    assert {path.removeprefix("node_modules/"): one["version"] for path, one in packages.items()} == named
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert "://" not in text
