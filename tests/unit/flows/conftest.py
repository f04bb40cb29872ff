"""A small app with its profile and flow, and a journal that remembers the order of things."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from fake_phone import APP, FakePhone

from runner.campaign.reader import read
from runner.campaign.structure import check_flow
from runner.clock import ManualClock
from runner.errors import HeldBack, LeaseLost
from runner.flows.app_view import AppView
from runner.flows.draws import Draws
from runner.flows.engine import carry_out
from runner.flows.flow import Flow
from runner.flows.flow_run import FlowRun
from runner.flows.language import read_flow
from runner.flows.profile import Profile, read_profile
from runner.flows.steps import ACTIONS
from runner.tasks import Effect, EffectState, Outcome, StepRecord

PROFILE = """
version: 1
app: small
language: en
packages: [com.example.app]
launch_activity: .Main
share_activity: .Share
links: {user: "https://example.com/@${user}"}
elements:
  follow_button: {text: Follow}
  followed: {text_matches: Following|Requested}
  field: {text: Search}
  name: {text_starts: "@"}
  row: {text_starts: row}
stops:
  login: {when: {text: Log in}, message: the app asks for a login}
dismiss:
  not_now: {when: {text: Not now}, tap: {text: Not now}}
  sheet: {when: {text: A sheet}}
"""

FOLLOW = """
version: 1
name: follow
app: small
steps:
  - launch:
  - remember: {name: button, words: follow_button}
  - commit: {effect: follow, tap: follow_button, evidence: {button: "${button}"}}
  - verify:
  - press: back
verify:
  steps:
    - open_link: user
  happened: followed
  not_happened: follow_button
"""


@pytest.fixture
def profile() -> Profile:
    found, diagnostics = read_profile(PROFILE, "small.yaml")
    assert not diagnostics
    assert found is not None
    return found


@pytest.fixture
def flow_of(profile: Profile) -> Callable[[str], Flow]:
    """A flow from the text of its steps."""

    def make(text: str) -> Flow:
        full = text if "version:" in text else f"version: 1\nname: follow\napp: small\nsteps:\n{text}"
        flow, diagnostics = read_flow(
            full, "small.yaml", {"wait": {"type": "integer"}}, ACTIONS, lambda app: profile
        )
        assert not diagnostics, diagnostics
        assert flow is not None
        assert check_flow(read(full, "small.yaml")) == []  # editors and `runner validate` go by the schema
        return flow

    return make


@pytest.fixture
def problems(profile: Profile) -> Callable[[str], list[str]]:
    """The mistakes in the text of a flow without its head, each with its place, its words and its code."""

    def find(text: str) -> list[str]:
        full = f"version: 1\nname: follow\napp: small\n{text}"
        config = {"wait": {"type": "integer"}}
        _, diagnostics = read_flow(full, "small.yaml", config, ACTIONS, lambda app: profile)
        return [f"{d.span.line}:{d.span.column}: {d.message} [{d.code}]" for d in diagnostics]

    return find


@dataclass
class World:
    """One phone with the small app, and everything that an attempt needs. `state` is the text of the button."""

    flow: Flow
    profile: Profile
    state: str = "Follow"
    above: list[str] = field(default_factory=list)
    rows: list[Effect] = field(default_factory=list)
    records: list[StepRecord] = field(default_factory=list)
    held_back: HeldBack | None = None
    busy: HeldBack | None = None
    lost: LeaseLost | None = None
    clock: ManualClock = field(default_factory=lambda: ManualClock(datetime(2026, 11, 21, tzinfo=UTC)))
    stop: threading.Event = field(default_factory=threading.Event)
    deadline: float = 600.0
    worked: float = 0.0
    draws: Draws | None = None
    attempt: FlowRun | None = None
    as_account: str | None = None

    def __post_init__(self) -> None:
        self.phone = FakePhone(show=lambda: [*self.above, "@demo", self.state], on_tap=self.tapped)

    def tapped(self, text: str) -> None:
        if text == "Follow":
            self.state = "Following"
        if text in self.above:
            self.above.remove(text)

    # the journal

    def effects(self) -> list[Effect]:
        return list(self.rows)

    def committing(
        self, kind: str, target: str | None, account: str | None, evidence: Mapping[str, str]
    ) -> int:
        if self.held_back is not None:
            raise self.held_back
        self.phone.events.append(("committing", kind))
        self.rows.append(Effect(len(self.rows), "key", 0, kind, target, EffectState.COMMITTING, evidence))
        return len(self.rows) - 1

    def worked_s(self) -> float:
        return self.worked

    def works_as(self, app: str, account: str) -> None:
        self.phone.events.append(("works_as", app, account))
        if self.busy is not None:
            raise self.busy

    def be_sure(self) -> None:
        if self.lost is not None:
            raise self.lost

    def settle(
        self, effect_id: int, state: EffectState, evidence: Mapping[str, str], *, at_end: bool = False
    ) -> None:
        self.phone.events.append(("settle", state.value))
        self.rows[effect_id] = replace(self.rows[effect_id], state=state)

    def earlier(self, state: EffectState) -> None:
        """An earlier attempt left an effect behind."""
        self.rows.append(Effect(len(self.rows), "key", 0, "follow", "@demo", state, {"button": "Follow"}))

    # the listener

    def step_started(self, ordinal: int, total: int, title: str) -> None:
        assert 1 <= ordinal <= total

    def step_finished(self, record: StepRecord) -> None:
        self.records.append(record)

    def run(self) -> Outcome:
        variables = {"target": "@demo", "user": "demo", "account": "", "caption": "Hi", "file": "/x/clip.mp4"}
        variables |= {"device": "FAKE1", "config.wait": "5"}
        self.attempt = FlowRun(
            self.flow,
            AppView(self.profile, APP, variables),
            self.phone,
            variables=variables,
            journal=self,
            listener=self,
            stop=self.stop,
            clock=self.clock,
            deadline=self.deadline,
            works_as=self.as_account,
            draws=self.draws,
        )
        return carry_out(self.attempt, self.effects())

    @property
    def states(self) -> list[str]:
        return [row.state.value for row in self.rows]

    @property
    def taps(self) -> int:
        return len(self.phone.done("tap_once"))


@pytest.fixture
def world(flow_of: Callable[[str], Flow], profile: Profile) -> World:
    return World(flow_of(FOLLOW), profile)
