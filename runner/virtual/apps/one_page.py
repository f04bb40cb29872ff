"""An app of one page that remembers nothing."""

from collections.abc import Mapping
from typing import Any

from runner.virtual.apps.app import Intent


class OnePage:
    """The parts of `App` that such apps share; they add `label`, `activities`, `windows` and what is their own."""

    package: str
    version = "1.0.0"
    locale = ""

    def start(self) -> None:
        """It is always as it was."""

    def accepts(self, intent: Intent) -> bool:
        return intent.component.startswith(f"{self.package}/")

    def open(self, intent: Intent) -> None:
        """It has one page."""

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Everything fits on the screen."""

    def kill(self) -> None:
        """It keeps nothing."""

    def memory(self) -> dict[str, Any]:
        return {}

    def restore(self, memory: Mapping[str, Any]) -> None:
        """It keeps nothing."""

    def control(self, action: str, arguments: Mapping[str, Any]) -> None:
        raise ValueError(f"no control action {action!r}; {self.package} has none")
