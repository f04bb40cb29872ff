"""`runner app record` of virtual phones: what of a screen is kept, and which phones may be looked at."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NEVER, Daemons, campaign_text
from PIL import Image
from runner_command import RunnerCommand

from runner.clock import SystemClock
from runner.flows.cases import cases
from runner.store.ledger import Ledger

pytestmark = pytest.mark.phones

PACKAGE = "org.example.notes"
PERSONAL = ["Anna", "anna.berg", "mail.example", "70 123", "lisa_b", "Meet"]
PROFILE = """\
version: 1
app: notes
packages: [org.example.notes]
elements:
  new_note: {desc: Add a note, region: [0.6, 0.8, 1, 1]}
  search: {hint_matches: Search notes}
  save: {text: Save}
"""


@pytest.fixture
def runner(started: Any, daemons: Daemons) -> Iterator[RunnerCommand]:
    """A phone that shows two notes, one of which is full of what is somebody's own, and a profile of the app."""
    daemons.adb_port = started.adb_port
    (daemons.campaigns / "apps").mkdir()
    (daemons.campaigns / "apps" / "notes.yaml").write_text(PROFILE, encoding="utf-8")
    phone = started["VIRTUAL01"]
    phone.app(PACKAGE, "forget_notes")
    text = {
        "title": "Call Anna: anna.berg@mail.example, +46 70 123 45 67",
        "text": "Meet @lisa_b and @lisa_b",
    }
    phone.app(PACKAGE, "add_note", **text)
    started.device("VIRTUAL01").shell(f"monkey -p {PACKAGE} 1")
    command = RunnerCommand(lambda: daemons.environment)
    yield command
    command.close()


def record(runner: RunnerCommand, daemons: Daemons, *words: str) -> Any:
    place = ("--serial", "VIRTUAL01", "--campaigns", daemons.campaigns)
    done = runner("app", "record", *words, *place, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_case_has_nothing_that_is_somebodys_own(runner, daemons) -> None:
    told = record(runner, daemons, "list", "--expect", "new_note")
    xml, expected, picture = (Path(file).read_bytes() for file in told["files"])
    for word in PERSONAL:
        assert word.encode() not in xml + expected, word
        assert word in str(told["replaced"]), "the person who records it is told"
    assert b'content-desc="New note"' in xml and xml.count(b"@person2") == 2
    assert (told["found"], told["missing"], told["lost"]) == (["search"], ["new_note"], [])
    assert Image.open(io.BytesIO(picture)).size[0] > 100
    (case,) = cases(daemons.campaigns)
    assert case.problems() == ["it lacks new_note"]


def test_the_picture_is_blurred_where_words_were_replaced(runner, daemons) -> None:
    with_it = record(runner, daemons, "list")
    picture = Image.open(with_it["files"][2]).convert("L")
    width, height = picture.size
    row = picture.crop((width // 18, height * 280 // 1600, width * 9 // 10, height * 320 // 1600))
    title = picture.crop((width // 18, height * 70 // 1600, width // 3, height * 130 // 1600))
    assert row.getextrema()[0] > 60 > title.getextrema()[0], "letters are dark, and blocks are not"


def test_texts_of_the_app_are_kept_on_demand_and_pictures_may_be_left_out(runner, daemons) -> None:
    told = record(runner, daemons, "list", "--no-screenshot", "--keep", "Meet", "and")
    assert [Path(file).suffix for file in told["files"]] == [".xml", ".yaml"]
    there = runner("app", "record", "list", "--serial", "VIRTUAL01", "--campaigns", daemons.campaigns)
    assert there.returncode == 2 and "--replace writes over it" in there.stderr
    again = record(runner, daemons, "list", "--replace")
    assert len(again["files"]) == 3


def test_what_is_suggested_for_it_is_found_on_the_phone(runner, daemons) -> None:
    record(runner, daemons, "list", "--expect", "new_note")
    place = ("--campaigns", daemons.campaigns)
    assert runner("app", "suggest", "notes", "list", "--write", *place).returncode == 0
    assert runner("app", "check", "notes", *place).returncode == 0
    live = runner("app", "check", "notes", "--serial", "VIRTUAL01", "--expect", "new_note", *place)
    assert live.returncode == 0, live.stdout


def test_an_app_that_no_profile_knows(runner, daemons) -> None:
    (daemons.campaigns / "apps" / "notes.yaml").unlink()
    place = ("--serial", "VIRTUAL01", "--campaigns", daemons.campaigns)
    refused = runner("app", "record", "list", *place)
    assert refused.returncode == 2 and f"no app profile knows what is shown: {PACKAGE}" in refused.stderr
    told = record(runner, daemons, "list", "--app", PACKAGE)
    assert told["app"] == PACKAGE and told["found"] == []


def test_beside_a_daemon_a_phone_is_looked_at_only_while_it_is_paused(runner, daemons) -> None:
    daemons.write(campaign_text("VIRTUAL01", at=NEVER))
    daemons.start().ready()
    looks = ("app", "screen", "--serial", "VIRTUAL01")
    assert "runner pause VIRTUAL01" in runner(*looks).stderr
    assert runner("pause", "VIRTUAL01").returncode == 0
    shown = runner(*looks)
    assert shown.returncode == 0 and "{desc: New note}" in shown.stdout


def test_a_phone_that_waits_for_a_person_may_be_looked_at(runner, daemons) -> None:
    with Ledger.open(daemons.store_url, SystemClock()) as ledger:
        ledger.holds.place("VIRTUAL01", "the app asks for a login")
    assert record(runner, daemons, "list", "--no-screenshot")["found"] == ["search"]


def test_a_phone_that_is_not_there(runner, daemons) -> None:
    done = runner("app", "record", "list", "--serial", "GONE", "--campaigns", daemons.campaigns)
    assert done.returncode == 1 and "GONE: no connected phone has this serial" in done.stderr
    assert not (daemons.campaigns / "apps" / "cases").exists()
