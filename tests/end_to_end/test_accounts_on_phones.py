"""Several accounts on one phone: what each of them has posted stands in the phone's memory."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from phone_shelf import APP, Notes, Shelf
from runner_command import RunnerCommand

from runner.backends.device import DeviceBackend
from runner.errors import HeldBack, Stopped
from runner.scripts.script import ProfileText
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, StepRecord, TaskOptions

pytestmark = pytest.mark.phones

PICTURES = "com.instagram.android"

SWITCHER = """
version: 1
app: tiktok
elements:
  account_menu: {class: Button, region: [0.1, 0.18, 0.9, 0.27], below: {desc: Profile menu}}
  account_row: {text_matches: "(?i)${handle}", below: {text: Switch account}}
"""
"""What a person writes who has looked at the app: the virtual one has a switcher of its own making."""


@dataclass
class AccountNotes(Notes):
    """Notes that know the accounts; a stop is asked for as soon as a step has the title `stop_after`."""

    claimed: list[tuple[str, str]] = field(default_factory=list)
    stop_after: str = ""
    busy: bool = False

    def works_as(self, app: str, account: str) -> None:
        if self.busy:
            raise HeldBack(f"account {account} is busy on VIRTUAL02", not_before=datetime.now(UTC))
        self.claimed.append((app, account))

    def step_finished(self, record: StepRecord) -> None:
        super().step_finished(record)
        if self.stop_after and record.title == self.stop_after:
            self.stop.set()


class AccountShelf(Shelf):
    """A virtual phone with two accounts, @first and @second, of which the first is shown."""

    notes: AccountNotes

    def __init__(self, phones: Any, tmp_path: Path) -> None:
        super().__init__(phones, tmp_path)
        self.profiles: dict[str, ProfileText] = {}
        self.backend = DeviceBackend(self.settings, profiles=lambda campaign: self.profiles)
        self.notes = AccountNotes()

    def posts(self) -> list[tuple[str, str]]:
        return [(post["account"], post["caption"]) for post in self.memory()["posts"]]

    def post_as(self, account: str | None, caption: str) -> Outcome:
        config = {"captions": caption, "material_list": [str(self.video)]}
        return self.perform(replace(self.task("post", None, config), username=account))

    def follow_as(self, account: str | None, user: str, app: str = "tiktok") -> Outcome:
        task = self.task("follow", f"@{user}", {"target_users": [f"@{user}"]})
        return self.perform(replace(task, username=account, options=TaskOptions(app=app)))


@pytest.fixture
def shelf(started, tmp_path) -> Iterator[AccountShelf]:
    shelf = AccountShelf(started, tmp_path)
    shelf.phone.calm()
    shelf.app("clear")
    memory = shelf.memory()
    for name in {"first", "second"} - {memory["account"], *memory["others"]}:
        shelf.app("add_account", account=name)
    if memory["account"] != "first":
        shelf.app("switch_account", account="first")
    shelf.app("set_upload_seconds", seconds=0.3)
    yield shelf
    shelf.backend.close()


@pytest.fixture
def recorded(shelf: AccountShelf) -> None:
    """Somebody has recorded the switcher of the app."""
    shelf.profiles["tiktok"] = ProfileText("apps/tiktok.yaml", SWITCHER)


def test_each_account_posts_as_itself(shelf: AccountShelf, recorded: None) -> None:
    before = shelf.posts()
    for account, caption in (("@second", "from the second"), ("@first", "from the first")):
        shelf.notes = AccountNotes()
        outcome = shelf.post_as(account, caption)
        assert outcome.outcome is AttemptOutcome.COMPLETED, outcome
        assert shelf.notes.rows[0].account == account
    assert shelf.posts()[len(before) :] == [("second", "from the second"), ("first", "from the first")]
    assert shelf.memory()["account"] == "first"


def test_an_account_that_is_shown_needs_no_switch(shelf: AccountShelf) -> None:
    outcome = shelf.follow_as("@First", "demo_shown")
    assert outcome.outcome is AttemptOutcome.COMPLETED, outcome
    assert shelf.notes.claimed[0] == ("tiktok", "@first")


def test_nothing_is_made_as_another_account(shelf: AccountShelf) -> None:
    before = shelf.memory()["follows"]
    outcome = shelf.follow_as("@second", "demo_wrong")
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.again is Again.NEVER
    assert "@first" in outcome.message and "@second" in outcome.message
    assert not outcome.needs_person
    assert shelf.notes.rows == [] and shelf.memory()["follows"] == before


def test_an_account_that_is_not_on_the_phone(shelf: AccountShelf, recorded: None) -> None:
    before = shelf.posts()
    outcome = shelf.post_as("@third", "from nobody")
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.again is Again.NEVER
    assert "the phone has no account @third" in outcome.message
    assert shelf.posts() == before


def test_what_is_interrupted_after_the_switch_begins_anew_and_posts_once(
    shelf: AccountShelf, recorded: None
) -> None:
    before = shelf.posts()
    shelf.notes.stop_after = "tap account row"
    outcome = shelf.post_as("@second", "once")
    assert outcome.outcome is AttemptOutcome.STOPPED
    assert shelf.memory()["account"] == "second" and shelf.notes.rows == []
    shelf.notes = AccountNotes()
    outcome = shelf.post_as("@second", "once")
    assert outcome.outcome is AttemptOutcome.COMPLETED, outcome
    assert shelf.posts()[len(before) :] == [("second", "once")]


def test_somebody_switches_while_the_flow_is_under_way(shelf: AccountShelf, recorded: None) -> None:
    """The flow reads the account again before its effect."""
    before = shelf.posts()
    kept = shelf.notes.step_finished

    def switch_back(record: StepRecord) -> None:
        kept(record)
        if record.source.startswith("library/tiktok/account.yaml") and record.kind == "remember":
            shelf.app("switch_account", account="second")

    shelf.notes.step_finished = switch_back  # type: ignore[method-assign]
    outcome = shelf.post_as("@first", "from the wrong one")
    assert outcome.outcome is AttemptOutcome.FAILED
    assert "@second" in outcome.message and "somebody has switched meanwhile" in outcome.message
    assert shelf.posts() == before


def test_an_account_that_is_busy_elsewhere_is_not_even_switched_to(
    shelf: AccountShelf, recorded: None
) -> None:
    shelf.notes.busy = True
    outcome = shelf.post_as("@second", "later")
    assert outcome.outcome is AttemptOutcome.HELD_BACK
    assert shelf.memory()["account"] == "first"


def test_a_doubt_is_looked_up_as_its_own_account(shelf: AccountShelf, recorded: None) -> None:
    """The proof of a follow finds another account, switches, and tells what happened."""

    class Interrupted(Notes):
        def settle(
            self, effect_id: int, state: EffectState, evidence: Mapping[str, str], *, at_end: bool = False
        ) -> None:
            super().settle(effect_id, state, evidence, at_end=at_end)
            if state is EffectState.MADE:
                raise Stopped

    shelf.notes = Interrupted()
    assert shelf.follow_as("@second", "demo_doubt").outcome is AttemptOutcome.STOPPED
    shelf.app("switch_account", account="first")
    rows = shelf.notes.rows
    shelf.notes = AccountNotes(rows=rows)
    outcome = shelf.follow_as("@second", "demo_doubt")
    assert outcome.outcome is AttemptOutcome.COMPLETED, outcome
    assert [row.state for row in shelf.notes.rows] == [EffectState.COMMITTED]
    follows = [(one["as"], one["user"]) for one in shelf.memory()["follows"]]
    assert follows.count(("second", "demo_doubt")) == 1 and ("first", "demo_doubt") not in follows


def test_instagram_is_looked_at_and_never_switched(shelf: AccountShelf) -> None:
    arguments = {"account": "photos"}
    shelf.phone.app(PICTURES, "set_account", **arguments)
    wrong = shelf.follow_as("@brand_se", "demo_wrong", "instagram")
    assert wrong.outcome is AttemptOutcome.FAILED and wrong.again is Again.NEVER
    assert "@photos" in wrong.message and "how to switch in instagram" in wrong.message
    right = shelf.follow_as("@photos", "demo_right", "instagram")
    assert right.outcome is AttemptOutcome.COMPLETED, right
    assert [one["user"] for one in shelf.phone.memory(PICTURES)["follows"]] == ["demo_right"]


CAMPAIGN = """
version: 1
name: brand
limits: {min_gap: 0s}
accounts:
  first: {app: tiktok, device: TWOFOLD}
  second: {app: tiktok, device: TWOFOLD, username: "@Second.One"}
scripts:
  greet: {script: follow, config: {target_users: ["@demo_north"]}, devices: [first, second]}
"""


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[RunnerCommand]:
    settings = {"RUNNER_STATE_DIR": str(tmp_path / "state"), "RUNNER_TIMEZONE": "UTC"}
    runner = RunnerCommand(lambda: os.environ | settings)
    yield runner
    runner.close()


def test_a_rehearsal_of_two_accounts_on_one_phone(tmp_path: Path, runner: RunnerCommand) -> None:
    """The whole way, from the file to the phone's memory, with the profile of a person who has looked at the app."""
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "tiktok.yaml").write_text(SWITCHER, encoding="utf-8")
    (tmp_path / "brand.yaml").write_text(CAMPAIGN, encoding="utf-8")
    done = runner("run", tmp_path / "brand.yaml", "--virtual", "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    (memory,) = (tmp_path / "state").rglob("TWOFOLD.json")
    follows = json.loads(memory.read_text(encoding="utf-8"))["apps"][APP]["follows"]
    assert [(one["as"], one["user"]) for one in follows] == [
        ("first", "demo_north"),
        ("second.one", "demo_north"),
    ]


def test_one_account_on_two_phones_is_refused_before_anything_runs(
    tmp_path: Path, runner: RunnerCommand
) -> None:
    text = CAMPAIGN.replace('device: TWOFOLD, username: "@Second.One"', 'device: OTHER, username: "@FIRST"')
    (tmp_path / "brand.yaml").write_text(text, encoding="utf-8")
    done = runner("run", tmp_path / "brand.yaml", "--virtual")
    assert done.returncode == 1
    assert "@first in tiktok is declared twice" in done.stderr
    assert not list((tmp_path / "state").rglob("*.json"))
