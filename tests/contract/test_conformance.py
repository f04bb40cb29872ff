"""Every public call of uiautomator2 and adbutils does on a virtual phone what it does on a phone, or is listed with why
it does not. A version of a library that brings another call fails here until somebody has looked at it."""

import importlib.metadata
from collections.abc import Callable, Iterator
from pathlib import Path

import conformance_adb
import conformance_device
import conformance_elements
import pytest
import uiautomator2 as u2
from conformance import CHECKS, DIFFERENT, GYM, HERE, Desk, page, public_calls, shown

from runner.virtual.process import PhonesProcess
from runner.virtual.testing import VirtualPhone, only_these

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("conformance")]

ROWS = (conformance_adb, conformance_device, conformance_elements)
PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
HEAD = """# What the client libraries find on a virtual phone

A test makes every public call of uiautomator2 and adbutils on a virtual phone, and sees that it has the effect that it
has on a phone. This page lists the calls for which that is not so. The test writes the page, and fails as soon as a
version of a library has a call that nobody has looked at. Versions: {versions}.
"""


@pytest.fixture(scope="module")
def phone() -> Iterator[VirtualPhone]:
    with PhonesProcess(["CONFORM01"], apps=[HERE / "conformance_app.yaml"]) as phones:
        yield VirtualPhone(phones.phones[0])


@pytest.fixture(scope="module")
def connected(phone: VirtualPhone) -> u2.Device:
    return phone.u2()


@pytest.fixture
def desk(phone: VirtualPhone, connected: u2.Device, tmp_path: Path) -> Iterator[Desk]:
    phone.reset()
    phone.open(GYM)
    connected.settings["wait_timeout"] = 5
    with only_these(phone.adb_port, phone.address):
        yield Desk(phone, connected, tmp_path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", CHECKS)
def test_a_call_has_its_effect(name: str, desk: Desk) -> None:
    check, _ = CHECKS[name]
    check(desk)


def test_every_public_call_is_shown_or_listed() -> None:
    known, found = shown() | DIFFERENT.keys(), set(public_calls())
    assert sorted(found - known) == [], "show what these do, or say why they differ"
    assert sorted(known - found) == [], "the libraries have no such calls"
    assert sorted(shown() & DIFFERENT.keys()) == [], "these are shown, and said to differ"


def test_the_page_lists_them(golden: Callable[[Path, str], None]) -> None:
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("uiautomator2", "adbutils")
    )
    golden(PAGE, page(HEAD.format(versions=versions)))
