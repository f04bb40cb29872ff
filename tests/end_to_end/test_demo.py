"""`make demo` in a terminal: its campaign is carried out, and its page stays until Ctrl-C."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "packaging/demo.py"]
CTRL_C = b"\x03"


def environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("CI", "DISPLAY", "WAYLAND_DISPLAY")
    }
    return kept | {
        "RUNNER_STATE_DIR": str(folder),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
        "COLUMNS": "120",
    }


def read_until(controller: int, pattern: str) -> str:
    """What the terminal gets, up to something that matches."""
    said = ""
    while not re.search(pattern, said):
        said += os.read(controller, 65536).decode(errors="replace")
    return said


def test_the_page_of_the_demo_stays_until_ctrl_c(tmp_path: Path) -> None:
    process, controller = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(DEMO[0], DEMO, environment(tmp_path))
    try:
        said = read_until(controller, r"Ctrl-C ends it")
        assert "12 tasks: 12 completed" in said
        pages = re.findall(r"The page: (http://\S+)", said)
        assert len(pages) == 2 and pages[0] == pages[1]
        with urlopen(f"{pages[0]}/", timeout=60) as answer:
            html = answer.read().decode()
        assert html.count('data-topic="phone:VIRTUAL0') == 4
        assert '<b>12</b> <span class="state state-completed">done today' in html
        os.write(controller, CTRL_C)
        _, status = os.waitpid(process, 0)
    except BaseException:
        os.kill(process, signal.SIGTERM)
        raise
    finally:
        os.close(controller)
    assert os.waitstatus_to_exitcode(status) == 0
    log = (tmp_path / "rehearsals" / "daemon" / "daemon.log").read_text(encoding="utf-8")
    assert '"stopped"' in log.splitlines()[-1]


def test_without_a_terminal_it_ends_as_its_run_does() -> None:
    recipe = subprocess.run(
        ["make", "--dry-run", "demo"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "packaging/demo.py" in recipe.stdout
    # The run itself is that of the README's commands: here it is enough to see which one it is.
    only_said = (
        "import runpy, subprocess; subprocess.call = print; "
        "runpy.run_path('packaging/demo.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", only_said],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "'run', 'campaigns/demo.yaml', '--virtual'" in done.stdout
