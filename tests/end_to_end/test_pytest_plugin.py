"""Other people's pytest projects, with the runner installed from its wheel into a venv of theirs."""

import re
import socket
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("pytest-plugin")]

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / f"{name}.md" for name in ("testing-with-virtual-phones", "own-virtual-app")]
FILE = re.compile(r"```(?:python|yaml)\n# (\S+)\n(.*?)```", re.DOTALL)
PLUGIN = "runner.virtual.pytest_plugin"

OTHERS = [
    word for name in ("anyio", "hypothesispytest", "schemathesis", "timeout") for word in ("-p", f"no:{name}")
]
"""Plugins that are there only because the venv of this test has them; they would take most of the time."""

FAILING = """
import os, psutil

def test_that_fails(virtual_phone):
    with open("pids", "a") as pids:
        print(*(child.pid for child in psutil.Process().children(recursive=True)), file=pids)
    virtual_phone.u2()
    raise AssertionError("as this test shall")
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That of a venv with the runner's wheel; what the runner needs is taken from the venv of this test."""
    folder = tmp_path_factory.mktemp("foreign")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps"]
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder / "wheels", ROOT], check=True
    )
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    place = folder / "venv" / "bin" / "python"
    (wheel,) = (folder / "wheels").iterdir()
    subprocess.run([*pip, "--python", place, "install", *offline, wheel], check=True)
    (site,) = (folder / "venv" / "lib").glob("*/site-packages")
    (site / "further.pth").write_text(sysconfig.get_path("purelib"))
    return place


@pytest.fixture
def users_adb() -> Iterator[socket.socket]:
    """What listens where the adb server of the person who runs the tests would."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def project(tmp_path: Path) -> Path:
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name, text in FILE.findall(pages):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(
    python: Path, project: Path, users_adb: socket.socket, *words: str
) -> subprocess.CompletedProcess[str]:
    port = users_adb.getsockname()[1]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(project), "ANDROID_ADB_SERVER_PORT": str(port)}
    return subprocess.run(
        [python, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *OTHERS, *words],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def asked(listening: socket.socket) -> bool:
    """Whether anybody has connected."""
    listening.setblocking(False)
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["alone", "with-xdist"])
def test_the_documented_project_passes(
    python: Path, project: Path, users_adb: socket.socket, words: tuple[str, ...]
) -> None:
    ran = run(python, project, users_adb, *words)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "warning" not in ran.stdout
    assert not asked(users_adb)


@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["alone", "with-xdist"])
def test_nothing_runs_on_after_a_test_that_failed(
    python: Path, tmp_path: Path, users_adb: socket.socket, words: tuple[str, ...]
) -> None:
    (tmp_path / "test_failing.py").write_text(FAILING)
    ran = run(python, tmp_path, users_adb, *words)
    assert ran.returncode == 1 and "as this test shall" in ran.stdout, ran.stdout + ran.stderr
    pids = [int(word) for word in (tmp_path / "pids").read_text().split()]
    assert len(pids) >= 2  # the phones and their adb server
    assert [pid for pid in pids if psutil.pid_exists(pid)] == []


def test_who_wants_no_phone_loads_no_more_than_the_plugin(
    python: Path, tmp_path: Path, users_adb: socket.socket
) -> None:
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\n"
        "def test_plain():\n"
        "    loaded = sorted(name for name in sys.modules if name.partition('.')[0] == 'runner')\n"
        f"    assert loaded == ['runner', 'runner.virtual', '{PLUGIN}']\n"
    )
    ran = run(python, tmp_path, users_adb, "-q")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_its_fixtures_say_what_they_are(python: Path, tmp_path: Path, users_adb: socket.socket) -> None:
    ran = run(python, tmp_path, users_adb, "--fixtures")
    assert re.search(r"^virtual_phone -- .*\n +A virtual phone as it was at first", ran.stdout, re.MULTILINE)
    assert re.search(r"^virtual_phones -- .*\n +Have virtual phones", ran.stdout, re.MULTILINE)
