"""docs/own-script.md from its top to its end, as somebody follows it: every file is written, every command is run."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from daemon_process import DaemonProcess
from lives import ZYGOTE
from real_terminal import in_terminal

PAGE = Path(__file__).parents[2] / "docs" / "own-script.md"
PART = re.compile(
    r"^```yaml\n# (?P<path>\S+)\n(?P<text>.*?)^```|^ {4}(?P<line>(?:runner|cd|export) [^\n]*)$",
    re.MULTILINE | re.DOTALL,
)
LOOKS_LIKE = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.phones


@dataclass
class Reader:
    """Somebody who follows the page: in a folder, with what `export` has set, and a second terminal."""

    folder: Path
    environment: dict[str, str]
    phones: "subprocess.Popen[str] | None" = None
    said: str = ""

    def follow(self) -> None:
        for part in PART.finditer(PAGE.read_text(encoding="utf-8")):
            if part["path"]:
                self.write(part["path"], f"# {part['path']}\n{part['text']}")
            else:
                self.type(part["line"])

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def type(self, line: str) -> None:
        program, *words = shlex.split(line)
        match program, words:
            case "cd", [folder]:
                self.folder /= folder
            case "export", [_]:
                pass  # the port on the page is an example: that of these phones is set when they are started
            case "runner", ["phones", *_]:
                self.start_phones(words)
            case "runner", ["daemon", *_]:
                process = ZYGOTE.command([*words, "--port", "0"], self.environment, self.folder)
                assert DaemonProcess(process).ready().end() == 0
            case "runner", ["flow", "try", *_] if "--yes" not in words:
                self.decline(words)
            case "runner", _:
                self.run(words)
            case _:
                raise AssertionError(f"the page has a command that this test does not know: {line}")

    def run(self, words: list[str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "runner", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=150,
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
        self.said += done.stdout

    def decline(self, words: list[str]) -> None:
        """At a terminal, with the answer of the page."""
        command = ["env", "-C", str(self.folder), sys.executable, "-m", "runner", *words]
        shown = in_terminal(command, 120, typed=b"n\n", **self.environment)
        assert shown.code == 1, shown.text
        self.said += shown.text + "\n"

    def start_phones(self, words: list[str]) -> None:
        """The second terminal. It prints the line that the first one needs."""
        self.phones = subprocess.Popen(
            [sys.executable, "-m", "runner", *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.phones.stdout is not None
        for text in self.phones.stdout:
            if found := re.search(r"export (\w+)=(\d+)", text):
                self.environment[found[1]] = found[2]
            if "Ctrl-C" in text:
                return
        raise AssertionError("the phones did not start")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUNNER_", "ANDROID_"))}
    environment = kept | {"RUNNER_STATE_DIR": str(tmp_path / "state"), "RUNNER_TIMEZONE": "Europe/Stockholm"}
    made = Reader(tmp_path, environment)
    yield made
    if made.phones is not None:
        made.phones.terminate()
        made.phones.wait(60)
        assert made.phones.stdout is not None
        made.phones.stdout.close()


def without_times(text: str) -> set[str]:
    """Its lines, without what differs from one time to the next. An answer that was typed ahead ends no line."""
    answered = re.sub(r"\[y/N\](?: n)?", "[y/N]\n", text)
    lines = (re.sub(r"\d+\.\d s", "", line).strip() for line in answered.splitlines())
    return {line for line in lines if line}


def test_the_page_leads_to_a_scheduled_script(reader: Reader) -> None:
    reader.follow()
    assert "as expected" in reader.said
    assert "2 tasks from" in reader.said, "a Friday comes twice in the window that the page plans"
    assert "1 task: 1 completed" in reader.said
    shown = LOOKS_LIKE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(shown) == 2
    for output in shown:
        assert without_times(output) <= without_times(reader.said)
