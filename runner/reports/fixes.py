"""Shows what `runner validate --fix` changed: a unified diff of each file, and a line for each problem."""

import re
from collections.abc import Iterator, Sequence
from difflib import unified_diff

from runner.diagnostics import Diagnostic
from runner.reports.shown import visible

_PAINT = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
# Not `splitlines`: it breaks at characters that are no line ends to YAML or to editors.
_LINE = re.compile(r"([^\r\n]+|(?=[\r\n]))(?:\r\n|\r|\n|\Z)")
_RESET = "\x1b[0m"


def render(
    path: str, before: str, after: str, diagnostics: Sequence[Diagnostic], *, color: bool = False
) -> Iterator[str]:
    """The diff of the fixes, and `path:line:column: fixed: message [code]` for each of them."""
    lines = unified_diff(_LINE.findall(before), _LINE.findall(after), path, path, lineterm="")
    for line in map(visible, lines):
        yield f"{_PAINT[line[0]]}{line}{_RESET}" if color and line[0] in _PAINT else line
    for it in diagnostics:
        yield f"{visible(it.path)}:{it.span.line}:{it.span.column}: fixed: {visible(it.message)} [{it.code}]"
    yield ""
