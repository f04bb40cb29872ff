"""The timeline: what was and will be, through a timetable, an executor and a ledger; and its columns as JSON."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from question_desk import OFFLINE, ZONE, Desk, campaign

from runner.errors import UsageError
from runner.planning.source import Window
from runner.queries import timeline as module
from runner.queries.timeline import OPEN, STATES, RowKind, Timeline, TimelineRow, timeline
from runner.queries.timeline_bands import BandKind
from runner.queries.timeline_lanes import By
from runner.queries.timeline_table import TimelineFilter, timeline_table
from runner.queries.timeline_why import why_at
from runner.queries.why_answer import WhyAnswer, WhyVerdict
from runner.reports.timeline_json import timeline_data
from runner.store.last_good import resolved_in_force
from runner.store.request_rows import PauseScope
from runner.tasks import AttemptOutcome, Outcome

DAY = timedelta(days=1)


def window(first: str = "2026-11-21T00:00", last: str = "2026-11-22T00:00") -> Window:
    return Window(Desk.instant(first), Desk.instant(last))


def look(
    desk: Desk, by: By = By.PHONE, chosen: Window | None = None, since: datetime | None = None
) -> Timeline:
    campaigns, now = resolved_in_force(desk.ledger), desk.clock.now()
    return timeline(desk.ledger, campaigns, chosen or window(), by, now, ZONE, since)


def told(view: Timeline, rows: list[TimelineRow] | None = None) -> list[str]:
    """`A1 completed 09:00-09:00 follow @north`, with what was due earlier than it began."""
    return [_told(view, row) for row in sorted(view.rows if rows is None else rows, key=lambda it: it.start)]


def _told(view: Timeline, row: TimelineRow) -> str:
    end = "" if row.end == OPEN else clock(row.end)
    due = "" if row.due == row.start else f" (due {clock(row.due)})"
    lane, title = view.lanes[row.lane].label, view.titles[row.title]
    return f"{lane} {STATES[row.state]} {clock(row.start)}-{end} {title}{due}"


def clock(ms: int) -> str:
    local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZONE)
    return f"{local:%H:%M:%S}".removesuffix(":00")


def bands(view: Timeline, kind: BandKind) -> list[tuple[str, str, tuple[str, ...] | None]]:
    return [
        (
            _local(band.from_utc),
            _local(band.until_utc) if band.until_utc else "",
            None if band.lanes is None else tuple(view.lanes[lane].label for lane in band.lanes),
        )
        for band in view.bands
        if band.kind is kind
    ]


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(ZONE):%d %H:%M}"


# What was, is and will be


def test_past_present_and_future_are_in_one_picture(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00", devices=["A1", "B2"], users=["@north", "@south"]))
    desk.backend.away = {"B2"}
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    key = desk.key(lane="A1", user="@south")
    desk.await_task(key, lambda row: row.state.is_final)
    desk.await_task(desk.key(lane="B2"), lambda row: row.reason)
    view = look(desk)
    assert [line.label for line in view.lanes] == ["A1", "B2"]
    assert told(view)[:4] == [
        "A1 completed 09:00-09:00 follow @north",
        "A1 completed 09:00-09:00 follow @south",
        "B2 pending 09:00-09:00:15 follow @north",  # when it is looked at again
        "B2 pending 09:00- follow @south",
    ]
    waiting = {view.reasons[row.reason] for row in view.rows if STATES[row.state] == "pending"}
    assert any(OFFLINE.format("B2") in reason for reason in waiting)
    assert "" not in waiting
    # A lane does one after the other, so the second has its turn when the first is expected to have ended.
    for lane in (0, 1):
        first, second = [row for row in view.rows if row.kind == RowKind.PLANNED and row.lane == lane]
        assert [clock(row.due) for row in (first, second)] == ["18:00", "18:00"]
        assert first.start == first.due
        assert second.start == first.end > first.start


def test_what_did_not_run_stands_at_its_instant_with_its_reason(desk: Desk) -> None:
    desk.write(campaign("09:00", "10:00", devices=["A1", "B2"], more="on_missed: skip"))
    desk.start()
    desk.stop()
    desk.move_to("2026-11-21T11:00")
    desk.start()
    view = look(desk)
    missed = [row for row in view.rows if row.kind == RowKind.OCCURRENCE]
    assert Counter((view.lanes[row.lane].label, clock(row.start)) for row in missed) == {
        ("A1", "09:00"): 1,
        ("B2", "09:00"): 1,
        ("A1", "10:00"): 1,
        ("B2", "10:00"): 1,
    }
    assert {STATES[row.state] for row in missed} == {"missed"}
    assert all("daemon" in view.reasons[row.reason] for row in missed)
    assert bands(view, BandKind.DOWN)[-1] == ("21 08:00", "21 11:00", None)


def test_a_task_that_ran_long_after_it_was_due_is_where_it_ran(desk: Desk) -> None:
    desk.write(campaign("09:00", more="grace: 40h"))
    desk.backend.away = {"A1"}
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    desk.await_task(desk.key(), lambda row: row.reason)
    desk.move_to("2026-11-22T08:00", settle=False)
    # It still waits: the executor has looked at it again, and will do so a moment later.
    desk.await_task(desk.key(), lambda row: row.not_before is not None and row.not_before > desk.clock.now())
    tomorrow = window("2026-11-22T07:00", "2026-11-22T08:30")
    assert told(look(desk, chosen=tomorrow)) == ["A1 pending 09:00-08:00:30 follow @north"]
    desk.backend.away = set()
    desk.executor.wake()  # type: ignore[union-attr]
    desk.move_to("2026-11-22T08:10", settle=False)
    desk.await_task(desk.key(), lambda row: row.state.is_final)
    ran = [line for line in told(look(desk, chosen=tomorrow)) if "completed" in line]
    assert ran == ["A1 completed 08:10-08:10 follow @north (due 09:00)"]
    assert told(look(desk, chosen=window("2026-11-21T10:00", "2026-11-21T12:00"))) == []


def test_the_window_cuts_off_what_was_before_and_after(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    assert told(look(desk, chosen=window("2026-11-21T09:30", "2026-11-21T18:00"))) == []
    assert len(look(desk, chosen=window("2026-11-21T18:00", "2026-11-21T18:01")).rows) == 1
    for first, last in (("2026-11-21T09:00", "2026-11-21T09:00"), ("2026-01-01T00:00", "2026-11-21T09:00")):
        with pytest.raises(UsageError, match="at most 92 days"):
            look(desk, chosen=window(first, last))


def test_a_tail_has_what_was_not_over_and_no_plan(desk: Desk) -> None:
    desk.write(campaign("09:00", "10:00", "18:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    desk.move_to("2026-11-21T10:00")
    tail = look(desk, since=desk.instant("2026-11-21T09:30"))
    assert told(tail) == ["A1 completed 10:00-10:00 follow @north"]


def test_spread_and_jitter_are_exactly_those_of_the_plan(desk: Desk) -> None:
    desk.write(campaign("18:00", devices=["A1", "B2"], more="spread: 20m\n    jitter: 3m"))
    desk.start()
    view = look(desk)
    from runner.planning.plan import plan

    planned = list(plan(list(resolved_in_force(desk.ledger).values()), window()).tasks())
    assert {(view.lanes[row.lane].name, row.due) for row in view.rows} == {
        (task.lane, int(task.due_utc.timestamp() * 1000)) for task in planned
    }
    (spread,) = bands(view, BandKind.SPREAD)
    assert spread == ("21 18:00", "21 18:13", ("A1", "B2"))


def test_what_was_run_before_its_time_is_not_planned_again(desk: Desk) -> None:
    desk.write(campaign("18:00"))
    desk.start()
    (one,) = resolved_in_force(desk.ledger).values()
    from runner.planning.plan import plan

    (occurrence,) = plan([one], window()).occurrences()
    tasks = list(plan([one], window()).tasks())
    version = desk.ledger.campaigns.record("demo", "demo.yaml", "version: 1\n", None)
    desk.ledger.occurrences.add(version, [occurrence], tasks)
    assert [row.kind for row in look(desk).rows] == [RowKind.TASK]


def test_a_day_of_25_hours_has_all_its_occurrences(desk: Desk) -> None:
    desk.clock.step((desk.instant("2026-10-24T12:00") - desk.clock.now()).total_seconds())
    desk.write(campaign("00:30", "02:30", "23:30"))
    desk.start()
    view = look(desk, chosen=window("2026-10-25T00:00", "2026-10-26T00:00"))
    assert view.window.length == timedelta(hours=25)
    assert [clock(row.due) for row in view.rows] == ["00:30", "02:30", "23:30"]
    assert view.rows[2].due - view.rows[1].due == 22 * 3600 * 1000


# Lanes


def test_lanes_by_account_and_by_campaign(desk: Desk) -> None:
    desk.write(campaign("09:00", devices=["A1", "B2"]))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    by_campaign = look(desk, By.CAMPAIGN)
    assert [(it.name, it.label, it.detail, it.group) for it in by_campaign.lanes] == [
        ("demo/greet", "greet", "follow", "demo")
    ]
    assert len(by_campaign.rows) == 2
    by_account = look(desk, By.ACCOUNT)
    assert [(it.label, it.detail) for it in by_account.lanes] == [
        ("A1", "no account declared"),
        ("B2", "no account declared"),
    ]


def test_declared_accounts_are_lanes_with_their_phone(desk: Desk) -> None:
    desk.write(
        """\
version: 1
name: demo
timezone: Europe/Stockholm
accounts:
  se: {app: tiktok, username: "@Brand_SE", device: A1}
  no: {app: instagram, username: "@brand_no", device: A1}
devices: {both: {accounts: [se, no]}}
scripts:
  greet: {script: follow, devices: both, config: {target_users: ["@north"]}, start_times: ["09:00", "18:00"]}
"""
    )
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    view = look(desk, By.ACCOUNT)
    assert [(it.name, it.label, it.detail) for it in view.lanes] == [
        ("tiktok:@brand_se", "@brand_se", "on A1"),
        ("instagram:@brand_no", "@brand_no", "instagram on A1"),
    ]
    assert Counter(view.lanes[row.lane].label for row in view.rows) == {"@brand_se": 2, "@brand_no": 2}
    (phone,) = look(desk, By.PHONE).lanes
    assert (phone.label, phone.detail) == ("A1", "@brand_se, @brand_no")


# Bands


def test_pauses_and_holds_are_bands_of_their_lanes(desk: Desk) -> None:
    desk.write(campaign("18:00", devices=["A1", "B2"]))
    desk.start()
    desk.ledger.pauses.begin(PauseScope.ALL, None, "Ann")
    desk.ledger.pauses.begin(PauseScope.DEVICE, "B2", "Ann")
    desk.ledger.holds.place("A1", "a captcha is shown")
    desk.move_to("2026-11-21T09:00")
    desk.ledger.pauses.end()
    desk.ledger.holds.release("A1")
    desk.ledger.holds.place("B2", "the log-in has expired")
    desk.move_to("2026-11-21T10:00")
    view = look(desk)
    assert bands(view, BandKind.PAUSE) == [
        ("21 08:00", "21 09:00", None),
        ("21 08:00", "21 09:00", ("B2",)),
    ]
    assert bands(view, BandKind.HOLD) == [("21 08:00", "21 09:00", ("A1",)), ("21 09:00", "", ("B2",))]
    assert "A1 was on hold: a captcha is shown" in {band.reason for band in view.bands}
    assert bands(look(desk, chosen=window("2026-11-21T09:30", "2026-11-21T10:00")), BandKind.PAUSE) == []


def test_working_hours_leave_closed_times_on_the_lanes_clocks(desk: Desk) -> None:
    hours = 'limits: {min_gap: 0s, working_hours: "08:00-22:00"}'
    desk.write(campaign("18:00", devices=["A1", "B2"], head=hours))
    desk.start()
    assert bands(look(desk), BandKind.CLOSED) == [
        ("21 00:00", "21 08:00", ("A1", "B2")),
        ("21 22:00", "22 00:00", ("A1", "B2")),
    ]


def test_a_lane_of_two_campaigns_is_closed_when_both_are(desk: Desk) -> None:
    first = campaign("18:00", head='limits: {min_gap: 0s, working_hours: "08:00-12:00"}')
    second = campaign("18:00", head='limits: {min_gap: 0s, working_hours: "14:00-22:00"}')
    desk.write(first)
    desk.write(second.replace("name: demo", "name: other"), "other.yaml")
    desk.limits = {"min_gap": "0s"}
    desk.start()
    assert [(start, end) for start, end, _ in bands(look(desk), BandKind.CLOSED)] == [
        ("21 00:00", "21 08:00"),
        ("21 12:00", "21 14:00"),
        ("21 22:00", "22 00:00"),
    ]


def test_before_the_first_daemon_nobody_was_there(desk: Desk) -> None:
    desk.write(campaign("18:00"))
    desk.start()
    bands = look(desk).bands
    assert all(band.kind is not BandKind.DOWN for band in bands), "none was missing"
    (down,) = [band for band in bands if band.kind is BandKind.BEFORE]
    assert down.reason == "no daemon had run on this ledger yet"
    assert down.until_utc == desk.instant("2026-11-21T08:00")


# Bounds


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "MOST_TASKS", 5)
    monkeypatch.setattr(module, "MOST_PLANNED", 6)
    yield


def test_too_many_tasks_are_counted_by_stretches_of_time(desk: Desk, few: None) -> None:
    times = ["09:00", "09:05", "09:10", "12:00"]
    desk.write(campaign(*times, devices=["A1", "B2"]))
    desk.start()
    for time in times:
        desk.move_to(f"2026-11-21T{time}")
    view = look(desk)
    totals = [row for row in view.rows if row.kind == RowKind.TOTAL]
    assert sum(row.tasks for row in totals) == 8
    assert view.stretch_s is not None
    assert {row.end - row.start for row in totals} == {view.stretch_s * 1000}
    assert "More than 5 tasks" in view.notes[0]
    assert timeline_data(view)["rows"]["tasks"] == [
        row.tasks for row in sorted(totals, key=lambda it: it.start)
    ]


def test_a_long_plan_is_cut_and_that_is_said(desk: Desk, few: None) -> None:
    desk.write(campaign("09:00", "12:00", "15:00", "18:00", devices=["A1", "B2"]))
    desk.start()
    view = look(desk)
    assert len(view.rows) == 6
    assert view.notes == ("Of what is planned the first 6 tasks are shown, until 2026-11-21 17:00+00:00.",)


# As JSON, and as a table


def decoded(data: dict[str, object]) -> list[tuple[int, ...]]:
    """What the page makes of the columns: start, end and due of each row, in milliseconds since 1970."""
    rows, start = data["rows"], data["from"]
    assert isinstance(rows, dict)
    assert isinstance(start, int)
    found = []
    for distance, end, due in zip(rows["start"], rows["end"], rows["due"], strict=True):
        start += distance
        found.append((start, OPEN if end == OPEN else start + end, start - due))
    return found


def test_the_columns_hold_what_the_rows_do(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00", devices=["A1", "B2"]))
    desk.start()
    desk.ledger.holds.place("A1", "a captcha is shown")
    desk.move_to("2026-11-21T08:30")
    desk.ledger.holds.release("A1")
    desk.move_to("2026-11-21T09:00")
    view = look(desk)
    data = json.loads(json.dumps(timeline_data(view)))
    assert decoded(data) == [
        (row.start, row.end, row.due) for row in sorted(view.rows, key=lambda it: it.start)
    ]
    assert "tasks" not in data["rows"]  # each row is one
    assert data["lanes"]["label"] == ["A1", "B2"]
    kinds, first = data["bands"]["kind"], data["from"]
    hold = kinds.index("hold")
    assert first + data["bands"]["from"][hold] == desk.instant("2026-11-21T08:00").timestamp() * 1000
    assert data["bands"]["sets"][data["bands"]["lanes"][hold]] == [0]
    assert data["bands"]["lanes"][kinds.index("before")] == -1


def test_nothing_is_a_timeline_too(desk: Desk) -> None:
    view = look(desk)
    assert timeline_data(view)["rows"]["start"] == []
    assert timeline_table(view, TimelineFilter()).total == 0


def test_the_text_does_not_depend_on_the_present(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    before = timeline_data(look(desk))
    desk.clock.advance(5)
    assert timeline_data(look(desk)) == before


def test_the_table_has_the_same_rows_filtered_in_the_same_way(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00", devices=["A1", "B2"], users=["@north", "@south"]))
    desk.backend.behaviour = lambda task, journal, stop: (
        Outcome(AttemptOutcome.FAILED, "no button")
        if task.target == "@south"
        else Outcome(AttemptOutcome.COMPLETED)
    )
    desk.start()
    desk.move_to("2026-11-21T09:00")
    view = look(desk)
    whole = timeline_table(view, TimelineFilter())
    assert whole.total == len(view.rows) == 8
    assert [row.task_id is None for row in whole.rows] == [False] * 4 + [True] * 4
    failed = timeline_table(view, TimelineFilter(states={"failed"}))
    assert [(row.lane, row.title, row.reason) for row in failed.rows] == [
        ("A1", "follow @south", "no button"),
        ("B2", "follow @south", "no button"),
    ]
    assert timeline_table(view, TimelineFilter(text="NORTH")).total == 4
    assert timeline_table(view, TimelineFilter(text="b2", states={"planned"})).total == 2
    assert timeline_table(view, TimelineFilter(campaign="other")).total == 0
    assert timeline_table(view, TimelineFilter(), page=9).page == 1


# Why


def test_a_gap_answers_in_the_words_of_why(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.move_to("2026-11-21T10:00")
    (answer,) = answers(desk, "2026-11-21T09:30")
    assert answer.verdict is WhyVerdict.NO_START_TIME
    assert answer == desk.why(at="2026-11-21T08:30:00Z")[0]
    (coming,) = answers(desk, "2026-11-21T18:00")
    assert coming.verdict is WhyVerdict.WILL_RUN


def test_a_gap_without_a_daemon_says_so_first(desk: Desk) -> None:
    desk.write(campaign("09:00", more="on_missed: skip"))
    desk.start()
    desk.stop()
    desk.move_to("2026-11-21T11:00")
    desk.start()
    down, occurrence = answers(desk, "2026-11-21T09:00")
    assert down.verdict is WhyVerdict.DAEMON_WAS_DOWN
    assert down.sentences == ("From 08:00 until 11:00 the daemon was down (it stopped: terminated).",)
    assert occurrence == desk.why(at="09:00")[0]


def test_a_hold_and_a_pause_are_told_with_what_ends_them(desk: Desk) -> None:
    desk.write(campaign("18:00"))
    desk.start()
    desk.ledger.holds.place("A1", "a captcha is shown")
    desk.ledger.pauses.begin(PauseScope.CAMPAIGN, "demo", "Ann")
    desk.move_to("2026-11-21T09:00")
    pause, hold, _ = answers(desk, "2026-11-21T08:30")
    assert pause.sentences == ("From 08:00 demo was paused by Ann.",)
    assert hold.sentences == ("From 08:00 A1 was on hold: a captcha is shown.",)
    assert [len(one.advice) for one in (pause, hold)] == [1, 1]
    assert answers(desk, "2026-11-21T08:30", lane="Z9") == []  # nobody works there


def answers(desk: Desk, at: str, lane: str = "A1", by: By = By.PHONE) -> list[WhyAnswer]:
    campaigns = resolved_in_force(desk.ledger)
    return why_at(desk.ledger, campaigns, by, lane, desk.instant(at), desk.situation())
