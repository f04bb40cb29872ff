"""YAML text to data with a mark for every key and value."""

from dataclasses import dataclass
from typing import Any

from runner.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Document:
    path: str
    text: str
    data: Any
    marks: Any
    diagnostics: tuple[Diagnostic, ...]
