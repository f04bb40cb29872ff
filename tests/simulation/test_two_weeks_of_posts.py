"""Two weeks of posts, 14 videos, three accounts on six phones: what is executed is what the plan showed, and no account
gets a video twice."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runner.backends.backend import Problem
from runner.backends.device import inputs
from runner.clock import ManualClock
from runner.events import ignore
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import Journal, Listener, StopSignal
from runner.planning.attention import attention
from runner.planning.content import texts
from runner.planning.limits import effective_limits
from runner.planning.plan import Plan, plan
from runner.planning.source import Window
from runner.queries.material import material_of
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.timetable import Timetable
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, Task

START = datetime(2026, 11, 30, 5, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
PHONES = [f"R58M{number:03}ABC" for number in range(1, 7)]
ACCOUNTS = ("brand_se", "brand_no", "brand_fi")

CAMPAIGN = """\
version: 1
name: advent
timezone: Europe/Stockholm
active: {from: 2026-11-30, until: 2026-12-13}
limits: {min_gap: 0s}
devices:
  brand: {accounts: [brand_se, brand_no, brand_fi]}
scripts:
  publish:
    script: post
    devices: brand
    config:
      material_source: localFolder
      material_path: media
      captions: "{New|Fresh|Bright} {drop|clip}! #advent"
    start_times: "09:00"
    spread: 30m
"""

Behaviour = Callable[[Task], EffectState]


class Shelf:
    """A backend that posts on six phones, each of which remembers what it did. `behave` says what becomes of a post."""

    def __init__(self, behave: Behaviour) -> None:
        self.posted: dict[str, tuple[str, str, str]] = {}
        self.by_account: dict[str, list[str]] = defaultdict(list)
        self.phones: set[str | None] = set()
        self._behave = behave
        self._lock = threading.Lock()

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        return []

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        known, state = inputs(task), self._behave(task)
        effect = journal.committing("post", None, task.username, {})
        if state is not EffectState.REFUTED:
            with self._lock:
                name = Path(known["file"]).name
                self.posted[task.key] = (name, known["caption"], task.doer)
                self.by_account[task.doer].append(name)
                self.phones.add(task.device)
        journal.settle(effect, state, {})
        if state is EffectState.COMMITTED:
            return Outcome(AttemptOutcome.COMPLETED)
        if state is EffectState.UNCERTAIN:
            return Outcome(AttemptOutcome.UNCERTAIN, "nobody can tell")
        return Outcome(AttemptOutcome.FAILED, "the button did nothing", again=Again.NEVER)

    def close(self) -> None: ...


class Desk:
    """A daemon over the files of a folder, on a clock that a test moves."""

    def __init__(self, folder: Path, behave: Behaviour) -> None:
        self.folder = folder
        self.clock = ManualClock(START)
        self.ledger = Ledger.open("sqlite://", self.clock)
        self.shelf = Shelf(behave)
        self.executor = Executor(
            ledger=self.ledger,
            artifacts=Artifacts(folder / "artifacts"),
            backends={"device": self.shelf},
            limiter=Limiter(self.ledger.effects, lambda name: effective_limits({}), UTC, self.clock),
            clock=self.clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        self.files = CampaignFolder([folder / "advent.yaml"], self.ledger, self.clock)
        self.timetable = Timetable(self.ledger, self.clock, self.executor.submit, ignore)
        self.timetable.begin(self.files.load().campaigns)
        self.executor.start()

    def reload(self) -> None:
        self.timetable.replace(self.files.load().campaigns)

    def live(self, length: timedelta) -> None:
        end = self.clock.now() + length
        while (now := self.clock.now()) < end:
            self.clock.advance(min(end - now, timedelta(minutes=10)).total_seconds())
            self.timetable.beat()
            assert self.executor.wait_until_idle(60)

    def plan(self, length: timedelta) -> Plan:
        """What `runner plan` makes now of the time ahead."""
        now = self.clock.now()
        window = Window(now, now + length)
        campaigns = self.files.load().campaigns
        return plan(campaigns, window, material_of(campaigns, window, self.ledger, now))

    def close(self) -> None:
        self.executor.close()
        self.ledger.close()


def shown(made: Plan) -> dict[str, tuple[str, str, str]]:
    """What a plan shows of each task: the file, the caption and the account."""
    return {
        task.key: (Path(task.options.files[0].path).name, texts(task)["caption"], task.doer)
        for task in made.tasks()
    }


def put_accounts(folder: Path, phones: list[str]) -> None:
    accounts = "".join(
        f"  {name}: {{app: tiktok, device: {phone}}}\n" for name, phone in zip(ACCOUNTS, phones, strict=True)
    )
    (folder / "accounts.yaml").write_text(f"version: 1\naccounts:\n{accounts}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    for number in range(1, 15):
        (tmp_path / "media" / f"{number:02}.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes([number]))
    (tmp_path / "advent.yaml").write_text(CAMPAIGN)
    put_accounts(tmp_path, PHONES[:3])
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[Callable[[Behaviour], Desk]]:
    made: list[Desk] = []

    def make(behave: Behaviour) -> Desk:
        made.append(Desk(folder, behave))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_what_the_plan_shows_for_two_weeks_is_what_is_done(desk: Callable[[Behaviour], Desk]) -> None:
    here = desk(lambda task: EffectState.COMMITTED)
    promised = here.plan(2 * WEEK)
    notes = [note.code for note in attention(promised, UTC)]
    here.live(WEEK)
    put_accounts(here.folder, PHONES[3:])  # people carry the accounts over to other phones
    here.reload()
    here.live(WEEK)

    assert here.shelf.posted == shown(promised)
    assert len(here.shelf.posted) == 42 and here.shelf.phones == set(PHONES)
    assert {Counter(files).most_common(1)[0][1] for files in here.shelf.by_account.values()} == {1}
    assert len(here.shelf.by_account) == 3
    assert notes == ["files-forecast"]


def test_posts_that_fail_change_the_plan_and_no_account_gets_a_video_twice(
    desk: Callable[[Behaviour], Desk],
) -> None:
    fates = [EffectState.COMMITTED, EffectState.REFUTED, EffectState.COMMITTED, EffectState.UNCERTAIN]

    def behave(task: Task) -> EffectState:
        return fates[sum(task.key.encode()) % len(fates)]

    here, promises = desk(behave), dict[str, tuple[str, str, str]]()
    for _ in range(14):
        promises |= shown(here.plan(DAY))
        here.live(DAY)

    assert here.shelf.posted.items() <= promises.items()
    failed = promises.keys() - here.shelf.posted.keys()
    assert failed
    for files in here.shelf.by_account.values():
        assert len(set(files)) == len(files)
    # What failed has not been skipped: the next post of that account had its file.
    for key in failed:
        file, _, account = promises[key]
        later = sorted(other for other, (_, _, whose) in promises.items() if whose == account and other > key)
        assert not later or promises[later[0]][0] == file


def test_the_plan_says_when_the_videos_run_out(desk: Callable[[Behaviour], Desk]) -> None:
    here = desk(lambda task: EffectState.COMMITTED)
    for number in range(11, 15):
        (here.folder / "media" / f"{number:02}.mp4").unlink()
    here.live(2 * DAY)
    (note,) = [note for note in attention(here.plan(2 * WEEK), UTC) if note.code == "files-run-out"]

    assert note.nominal is not None and note.nominal.startswith("2026-12-10T09:00")
    assert "its files run out on @brand_se, @brand_no and 1 more, first at 2026-12-10 09:00" in note.message
