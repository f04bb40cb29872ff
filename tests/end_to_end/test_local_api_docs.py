"""The examples of docs/local-api.md do what they say, in every language whose interpreter is here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from local_api_daemon import ApiDaemon

PAGE = Path(__file__).parents[2] / "docs" / "local-api.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ADDRESS, SERIAL = "http://127.0.0.1:50809", "VIRTUAL01"

INTERPRETERS = {
    "sh": ("sh", "-e", "-c"),
    "python": (sys.executable, "-W", "error", "-c"),
    "javascript": ("node", "-e"),
    "powershell": ("pwsh", "-NoProfile", "-Command"),
}
"""By the language of a block: the command that its text is an argument of."""

WANTED = {"sh": "curl", "python": sys.executable, "javascript": "node", "powershell": "pwsh"}
"""What has to be on the machine; continuous integration installs all but the last one."""

pytestmark = pytest.mark.phones


def test_the_page_has_every_example_once() -> None:
    examples = [language for language, text in BLOCK.findall(PAGE.read_text()) if ADDRESS in text]
    assert examples == list(INTERPRETERS)


@pytest.mark.parametrize("language", INTERPRETERS)
def test_an_example_follows_two_users(daemon: ApiDaemon, language: str) -> None:
    if shutil.which(WANTED[language]) is None:
        assert not os.environ.get("CI") or language == "powershell", f"{WANTED[language]} is missing"
        pytest.skip(f"there is no {WANTED[language]} on this machine")
    text = dict(BLOCK.findall(PAGE.read_text()))[language]
    serial = f"DOCS-{language}"
    text = text.replace(ADDRESS, daemon.url).replace(SERIAL, serial)
    done = subprocess.run(
        [*INTERPRETERS[language], text], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    for task in daemon.call("GET", f"/task?serial={serial}")["tasks"]:
        assert daemon.ended(task["id"])["status"] == 2
    assert daemon.follows(serial) == {"demo_north": 1, "demo_south": 1}
    assert '"code":0' in done.stdout if language == "sh" else done.stdout.count("completed") == 2
