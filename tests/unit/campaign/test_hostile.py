"""Files that are meant to do harm: each ends soon, in little memory, in a diagnostic or as YAML 1.2 says."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.campaign.loader import load_text
from runner.campaign.reader import MAX_ALIASED_VALUES, MAX_VALUES, read
from runner.diagnostics import MAX_PROBLEMS

MOST_SECONDS = 10.0
"""Of processor time. Each takes about one: what grows with the square of its input would need minutes."""
MOST_BYTES = 200 * 1024 * 1024
SOUND = "version: 1\nname: a\nscripts: {x: {script: follow, config: {target_user: u}, devices: A1}}\n"
HEAD = "version: 1\nname: a\n"


def bomb(levels: int) -> str:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


FILES: dict[str, tuple[str | bytes, str | None]] = {
    "an alias bomb": (bomb(20), "alias-bomb"),
    "a long text with many aliases": (f"a: &a {'x' * 100_000}\nb: [{'*a, ' * 9_000}]", "alias-bomb"),
    "20,000 brackets": ("a: " + "[" * 20_000, "too-deep"),
    "20,000 closed brackets": ("a: " + "[" * 20_000 + "]" * 20_000, "too-deep"),
    "20,000 braces": ("{a: " * 20_000, "too-deep"),
    "20,000 dashes": ("- " * 20_000 + "x", "too-deep"),
    "50,000 keys": ("".join(f"k{n}: {n}\n" for n in range(50_000)), "too-large"),
    "50,000 keys in braces": (f"{{{', '.join(f'k{n}: 1' for n in range(50_000))}}}", "too-large"),
    "as many keys as may be": ("".join(f"k{n}: 1\n" for n in range(MAX_VALUES // 2 - 10)), "unknown-key"),
    "as many wrong entries as may be": (
        f"{HEAD}scripts:\n" + "".join(f"  k{n}: {{}}\n" for n in range(MAX_VALUES // 2 - 10)),
        "missing-key",
    ),
    "as many wrong values as may be": (
        f"{HEAD}devices: {{a: [{'1, ' * (MAX_VALUES - 50)}]}}\nscripts: {{x: {{script: post, devices: a}}}}",
        "wrong-type",
    ),
    "the same key 50,000 times": ("k: 1\n" * 50_000, "duplicate-key"),
    "NUL bytes": (b"version: 1\nname: \0\n", "not-text"),
    "nothing but NUL bytes": (b"\0" * 100_000, "not-text"),
    "invalid UTF-8": (b"name: \xff\xfe\n", "not-text"),
    "UTF-16": (HEAD.encode("utf-16"), "not-text"),
    "a raw surrogate": (b"name: \xed\xa0\x80\n", "not-text"),
    "several documents": ("---\nversion: 1\n" * 20_000, "unsupported-yaml"),
    "tags": (f"a: [{'!!python/object/apply:os.system [x], ' * 10_000}]", "unsupported-yaml"),
    "merge keys": ("a: &a {x: 1}\nb: {<<: *a}\n", "unsupported-yaml"),
    "an anchor to itself": ("a: &a [*a]", "yaml-syntax"),
    "a number of 200,000 digits": (HEAD.replace("1", "9" * 200_000), "unsupported-yaml"),
    "a negative one": (HEAD.replace("1", "-" + "9" * 200_000), "unsupported-yaml"),
    "an exponent of 200,000 digits": (HEAD.replace("1", "1e" + "9" * 200_000), "unsupported-yaml"),
    "a hexadecimal one": (HEAD.replace("1", "0x" + "f" * 200_000), "unsupported-yaml"),
    "200,000 braces in a caption": (
        f'{HEAD}scripts: {{x: {{script: post, config: {{captions: "{"{" * 200_000}"}}, devices: A1}}}}',
        "bad-spintax",
    ),
    "500,000 colons": (":" * 500_000, "yaml-syntax"),
    "500,000 tabs": ("\t" * 500_000, "yaml-syntax"),
    "a quote that never ends": ('a: "' + "x" * 1_000_000, "yaml-syntax"),
    "a million empty lines": ("\n" * 1_000_000, "missing-key"),
    "a BOM": ("\ufeff" + SOUND, None),
    "CRLF": (SOUND.replace("\n", "\r\n"), None),
    "a text of 200,000 digits": (SOUND + f'configs: {{c: {{x: "{"9" * 200_000}"}}}}', None),
}


@pytest.mark.parametrize("name", FILES)
def test_each_ends_soon_and_in_little_memory(name: str, tmp_path: Path) -> None:
    content, code = FILES[name]
    path = tmp_path / "hostile.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = validate(path)
    assert "Traceback" not in report
    assert (f"[{code}]" in report) if code else ("error" not in report)


def test_a_file_of_100_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "hostile.yaml"
    with path.open("wb") as file:
        file.write(HEAD.encode() * 100)
        file.truncate(100 * 1024 * 1024)
    assert "[too-large]" in validate(path)


# What a parent has in memory counts in the `ru_maxrss` of its children, so the process reads its own peak.
WITH_PEAK = """
import runpy
try:
    runpy.run_module("runner", run_name="__main__", alter_sys=True)
finally:
    with open("/proc/self/status") as status:
        peak = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    with open({peak!r}, "w") as file:
        file.write(peak)
"""


def validate(path: Path) -> str:
    """What `runner validate` prints; it has to end within the bounds."""
    output, peak = path.with_suffix(".out"), path.with_suffix(".peak")
    with output.open("wb") as file:
        command = [sys.executable, "-c", WITH_PEAK.format(peak=str(peak)), "validate", str(path)]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert usage.ru_utime + usage.ru_stime < MOST_SECONDS
    assert int(peak.read_text()) * 1024 < MOST_BYTES
    assert process.returncode in (0, 1)
    return output.read_text(encoding="utf-8")


def test_problems_are_told_up_to_a_number() -> None:
    codes = [problem.code for problem in load_text("a: [!x 1, !x 2]\n" * 1_000, "x").diagnostics]
    assert codes.count("too-many-problems") == 1
    assert len(codes) == MAX_PROBLEMS + 1

    text = f"{HEAD}scripts: {{x: {{script: post, devices: A1}}}}\n" + "".join(
        f"key{n}: 1\n" for n in range(MAX_PROBLEMS + 50)
    )
    codes = [problem.code for problem in load_text(text, "x").diagnostics]
    assert codes.count("unknown-key") == MAX_PROBLEMS
    assert codes.count("too-many-problems") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (lambda n: f"a: &a [{'x, ' * (MAX_ALIASED_VALUES // 10 - 2)}]\nb: [{'*a, ' * n}]", "alias-bomb"),
        (lambda n: f"a: [{'x, ' * (MAX_VALUES - 3)}{'x, ' * (n // 11)}]", "too-large"),
    ],
)
def test_bounds_are_where_they_are_said_to_be(text: Callable[[int], str], code: str) -> None:
    assert read(text(9), "x").diagnostics == ()
    assert [problem.code for problem in read(text(11), "x").diagnostics] == [code]
