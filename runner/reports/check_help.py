"""What each code means: the sections of docs/checks.md, which is in the installed package too."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import runner

_SECTION = re.compile(r"^### `([a-z0-9-]+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r".*?\.(?=\s|$)")


@dataclass(frozen=True, slots=True)
class CheckHelp:
    """A code's section of the page, in Markdown, with an input and the output for it."""

    section: str

    @property
    def paragraph(self) -> str:
        """The first paragraph, on one line."""
        return " ".join(self.section.partition("\n\n")[0].split())

    @property
    def first_sentence(self) -> str:
        found = _SENTENCE.match(self.paragraph)
        return found[0] if found else self.paragraph


@cache
def check_help() -> dict[str, CheckHelp]:
    """The explanation of every code that a diagnostic can have."""
    text = _page().read_text(encoding="utf-8")
    return {code: CheckHelp(section.strip()) for code, section in _SECTION.findall(text)}


def _page() -> Path:
    """The page within an installed package, beside the package in a checkout."""
    package = Path(runner.__file__).parent
    pages = (package / "reports" / "checks.md", package.parent / "docs" / "checks.md")
    return next(page for page in pages if page.is_file())
