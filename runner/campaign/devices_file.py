"""The phones that the campaigns of a folder share, with names and tags: `devices.yaml` beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from runner.campaign.beside import FilesBeside, beside
from runner.campaign.document import Document
from runner.campaign.reader import read
from runner.campaign.structure import check_devices
from runner.diagnostics import Diagnostic, Related, Severity, tidy

FILE = "devices.yaml"
"""The file that campaigns of one folder share. It is no campaign itself."""


class DeclaredDevice(NamedTuple):
    """A phone as declared: `name` is what campaigns call it, `host` the address of the adb server that lists it, None
    if that does not matter."""

    name: str
    serial: str
    tags: frozenset[str] = frozenset()
    host: str | None = None


@dataclass(frozen=True)
class DevicesFile:
    """A file of phones as read, with its problems; `devices` are empty if it has errors."""

    document: Document
    diagnostics: tuple[Diagnostic, ...]

    @cached_property
    def devices(self) -> Mapping[str, DeclaredDevice]:
        """The phones by name, in declared order."""
        if self.diagnostics:
            return {}
        return {one.name: one for one in declared_devices(self.document.data["devices"])}


def devices_beside(path: str) -> DevicesFile | None:
    """The file of phones beside a campaign; None if there is none."""
    return DEVICES_FILES.find(beside(path, FILE))


def read_devices_file(text: str | bytes, path: str) -> DevicesFile:
    """The phones in the text of a file; `path` names it."""
    return _of(read(text, path))


def declared_devices(written: Mapping[str, Any]) -> Iterator[DeclaredDevice]:
    """The phones of a file whose structure is valid."""
    for name, values in written.items():
        yield DeclaredDevice(name, values["serial"], frozenset(values.get("tags", ())), values.get("host"))


def _of(document: Document) -> DevicesFile:
    problems = list(document.diagnostics)
    if document.data is not None or not problems:
        problems += check_devices(document)
    if not problems:
        problems += _contradictions(document)
    return DevicesFile(document, tuple(tidy(problems)))


DEVICES_FILES = FilesBeside(_of)


def _contradictions(document: Document) -> Iterator[Diagnostic]:
    """A phone under two names, and a name that is another phone's serial."""
    devices = list(declared_devices(document.data["devices"]))
    by_serial: dict[str, DeclaredDevice] = {}
    for one in devices:
        first = by_serial.setdefault(one.serial, one)
        if first is not one:
            message = f"the phone {one.serial} is declared twice, as `{first.name}` and `{one.name}`"
            yield _problem(document, one, first, message, "give each phone one name")
    for one in devices:
        other = by_serial.get(one.name, one)
        if other is not one:
            message = f"`{one.name}` is also the serial of the phone `{other.name}`"
            yield _problem(document, one, other, message, "give it another name")


def _problem(
    document: Document, here: DeclaredDevice, other: DeclaredDevice, message: str, hint: str
) -> Diagnostic:
    span, first = (document.span(("devices", one.name), key=True) for one in (here, other))
    related = (Related(document.path, first, "declared here"),)
    return Diagnostic(document.path, span, Severity.ERROR, "bad-device", message, hint, related)
