"""Working hours and days of limits mean one thing, whoever is asked: validate, plan, why and the daemon."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runner.campaign.loader import load_text
from runner.campaign.resolve import resolve_campaign
from runner.checks import check_campaigns
from runner.clock import ManualClock
from runner.execution.limiter import Limiter
from runner.planning.attention import attention
from runner.planning.limits import NotBefore
from runner.planning.plan import plan
from runner.planning.source import Window
from runner.queries.situation import Situation
from runner.queries.why_answer import WhyAnswer, WhyVerdict
from runner.queries.why_entry import explain_entry
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.registry import Registry
from runner.store.ledger import Ledger
from runner.tasks import Task

UTC_FLEET, STOCKHOLM = ZoneInfo("UTC"), ZoneInfo("Europe/Stockholm")
MORNING = datetime(2026, 11, 21, 5, tzinfo=UTC)


def campaign(
    time: str, *, zone: str = "timezone: Europe/Stockholm", devices: str = "[A1]", more: str = ""
) -> str:
    return f"""\
version: 1
name: demo
{zone}
limits: {{working_hours: "08:00-21:00"}}
devices: {{all: {devices}}}
scripts:
  greet: {{script: follow, devices: all, config: {{target_users: ["@north"]}}, start_times: ["{time}"], {more}}}
"""


class Asked:
    """One campaign, held against its limits by everybody who may be asked, on a machine with a zone of its own."""

    def __init__(self, text: str, fleet: ZoneInfo, ledger: Ledger, clock: ManualClock, path: str) -> None:
        self._fleet, self._ledger, self._clock = fleet, ledger, clock
        self._loaded = load_text(text, path)
        self._source = resolve_campaign(self._loaded)
        self._day = Window(clock.now(), clock.now() + timedelta(days=1))

    def validate(self) -> list[str]:
        return [
            one.message for one in check_campaigns([self._loaded], self._clock.now(), self._fleet).diagnostics
        ]

    def plan(self) -> list[str]:
        return [note.message for note in attention(plan([self._source], self._day), self._fleet)]

    def why(self) -> WhyAnswer:
        situation = Situation.read(self._ledger, self._clock.now(), self._fleet, None)
        return explain_entry(self._ledger, "demo", "greet", None, situation)[-1]

    def daemon(self) -> NotBefore | None:
        """What the limiter says of the first task when it is due."""
        task = self.task()
        self._clock.advance((task.due_utc - self._clock.now()).total_seconds())
        registry = Registry(self._ledger)
        registry.replace([self._source])
        return Limiter(self._ledger.effects, registry.limits, self._fleet, self._clock).before(task)

    def task(self) -> Task:
        return next(plan([self._source], self._day).tasks())


@contextmanager
def asked(text: str, fleet: ZoneInfo, tmp_path: Path) -> Iterator[Asked]:
    clock = ManualClock(MORNING)
    path = tmp_path / "demo.yaml"
    path.write_text(text)
    with Ledger.open("sqlite://", clock) as ledger:
        CampaignFolder([path], ledger, clock).load()
        yield Asked(text, fleet, ledger, clock, str(path))


@pytest.mark.parametrize("fleet", [UTC_FLEET, STOCKHOLM, ZoneInfo("Asia/Tokyo")])
def test_a_start_within_the_hours_of_the_campaign_is_held_back_by_nobody(
    fleet: ZoneInfo, tmp_path: Path
) -> None:
    with asked(campaign("08:30"), fleet, tmp_path) as one:
        assert (one.validate(), one.plan()) == ([], [])
        assert one.why().verdict is WhyVerdict.WILL_RUN
        assert one.daemon() is None


@pytest.mark.parametrize("fleet", [UTC_FLEET, STOCKHOLM, ZoneInfo("Asia/Tokyo")])
def test_a_start_outside_of_them_is_held_back_by_all_and_the_zone_is_named(
    fleet: ZoneInfo, tmp_path: Path
) -> None:
    with asked(campaign("07:50"), fleet, tmp_path) as one:
        reason = (
            "outside of the working hours 08:00-21:00 in Europe/Stockholm; "
            "next at 2026-11-21 08:00:00+01:00 (limits.working_hours)"
        )
        assert one.validate() == ["07:50 is outside the working hours 08:00-21:00 in Europe/Stockholm"]
        assert one.plan() == [f"1 task on A1 would wait until 2026-11-21 08:00 (07:00Z): {reason}"]
        assert (one.why().verdict, reason in " ".join(one.why().sentences)) == (WhyVerdict.WILL_WAIT, True)
        held = one.daemon()
        assert held is not None
        assert held.reason == reason


def test_a_campaign_without_a_zone_has_those_of_the_fleet(tmp_path: Path) -> None:
    text = campaign("2026-11-21T07:30:00+00:00", zone="")
    with asked(text, STOCKHOLM, tmp_path) as one:
        assert (one.validate(), one.plan(), one.daemon()) == ([], [], None)
    with asked(text, UTC_FLEET, tmp_path) as one:
        assert one.validate()[0].endswith("outside the working hours 08:00-21:00 in UTC")
        assert "in UTC; next at 2026-11-21 08:00:00+00:00" in one.plan()[0]
        assert one.why().verdict is WhyVerdict.WILL_WAIT
        held = one.daemon()
        assert held is not None
        assert "in UTC" in held.reason


@pytest.mark.parametrize("fleet", [UTC_FLEET, ZoneInfo("Asia/Tokyo")])
def test_a_group_with_a_zone_has_working_hours_on_its_clocks(fleet: ZoneInfo, tmp_path: Path) -> None:
    devices = "{serials: [A1], timezone: America/New_York}"
    with asked(campaign("08:30", devices=devices), fleet, tmp_path) as one:
        assert one.task().due_utc == datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
        assert (one.validate(), one.plan(), one.daemon()) == ([], [], None)
    with asked(campaign("07:50", devices=devices), fleet, tmp_path) as one:
        assert one.validate() == ["07:50 is outside the working hours 08:00-21:00 in America/New_York"]
        assert "in America/New_York; next at 2026-11-21 08:00:00-05:00" in one.plan()[0]
        assert one.why().verdict is WhyVerdict.WILL_WAIT
        held = one.daemon()
        assert held is not None
        assert held.instant_utc == datetime(2026, 11, 21, 13, tzinfo=UTC)


def test_what_would_be_missed_is_not_said_to_run(tmp_path: Path) -> None:
    with asked(campaign("22:00", more="grace: 30m"), UTC_FLEET, tmp_path) as one:
        answer = one.why()
        assert answer.verdict is WhyVerdict.WILL_BE_MISSED
        assert answer.sentences[0] == "It comes at 21:00, and would be missed: 1 task on A1."
        assert list(answer.facts["until_utc"].values()) == [None]


def test_what_lies_further_ahead_is_foreseen_too(tmp_path: Path) -> None:
    with asked(campaign("2026-12-24T22:00", more="grace: 30m"), UTC_FLEET, tmp_path) as one:
        assert one.why().verdict is WhyVerdict.WILL_BE_MISSED


def test_many_notes_about_others_take_nothing_from_the_answer(tmp_path: Path) -> None:
    others = (
        '  often: {script: follow, devices: all, config: {target_users: ["@south"]}, grace: 1m, '
        'start_times: [{every: 1m, between: "18:00-21:30"}]}\n'
    )
    with asked(campaign("22:00", more="grace: 30m") + others, UTC_FLEET, tmp_path) as one:
        answer = one.why()
        assert answer.verdict is WhyVerdict.WILL_BE_MISSED
        assert "outside of the working hours" in " ".join(answer.sentences)
