"""The wall: what each phone does now and next, how much it has done today, and what needs a person."""

from typing import Any

from question_desk import DONE, Desk, Gate, campaign

from runner.errors import HeldBack
from runner.journals import Journal, StopSignal
from runner.queries.advice import AcceptRestore, EndPause, MendFile, ReleaseHold, Resolve
from runner.queries.attention import NeedKind
from runner.queries.phones import PhoneLine
from runner.queries.roster import Roster
from runner.queries.wall import headline, tiles, wall
from runner.queries.wall_tiles import Around, Headline, TaskProgress, Tile, TileState
from runner.reasons import ReasonKind
from runner.store.request_rows import PauseScope
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task, TaskState


def roster(desk: Desk) -> Roster:
    return Roster(desk.files.load().campaigns)


def on_the_wall(desk: Desk, **around: Any) -> dict[str, Tile]:
    made = wall(desk.ledger, roster(desk), desk.situation(), Around(**around))
    return {tile.lane: tile for tile in made.tiles}


def above(desk: Desk, **around: Any) -> Headline:
    return headline(desk.ledger, roster(desk), desk.situation(), Around(**around))


def kinds(desk: Desk, **around: Any) -> list[NeedKind]:
    return [need.kind for need in above(desk, **around).needs.named]


def begin(desk: Desk, text: str) -> None:
    desk.write(text)
    desk.start()


GROUPS = """\
version: 1
name: demo
timezone: Europe/Stockholm
limits: {min_gap: 0s, per_device: {per_day: {follow: 4}}}
accounts:
  north: {app: tiktok, username: "@North", device: A1}
devices:
  studio: [A1, B2]
  brand: {accounts: [north]}
scripts:
  greet:
    script: follow
    devices: [studio]
    config: {target_users: ["@x", "@y"]}
    start_times: ["09:00"]
    spread: 10m
"""


def test_a_phone_that_has_nothing_to_do_tells_what_comes(desk: Desk) -> None:
    begin(desk, campaign("09:00", devices=["A1", "B2"], more="spread: 10m"))
    on_wall = on_the_wall(desk)
    assert [tile.state for tile in on_wall.values()] == [TileState.IDLE] * 2
    first, second = (tile.following for tile in on_wall.values())
    assert first is not None and second is not None
    assert (first.title, first.campaign, first.entry) == ("follow @north", "demo", "greet")
    assert (first.at_utc, second.at_utc) == (
        desk.instant("2026-11-21T09:00"),
        desk.instant("2026-11-21T09:05"),
    )
    start = above(desk).totals.next_start
    assert start is not None and start.instant_utc == first.at_utc


def test_what_comes_is_looked_up_anew_once_it_has_come(desk: Desk) -> None:
    begin(desk, campaign("09:00", "18:00"))
    known = roster(desk)
    assert known.ahead(desk.clock.now())["A1"].due_utc == desk.instant("2026-11-21T09:00")
    desk.clock.advance(2 * 3600)
    assert known.ahead(desk.clock.now())["A1"].due_utc == desk.instant("2026-11-21T18:00")
    desk.clock.step(-2 * 3600)
    assert known.ahead(desk.clock.now())["A1"].due_utc == desk.instant("2026-11-21T09:00")


def test_a_running_task_tells_its_step_and_how_far_it_is(desk: Desk) -> None:
    gate = desk.backend.behaviour = Gate()
    begin(desk, campaign("09:00", users=["@north", "@south"]))
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    tile = on_the_wall(desk, progress={desk.key(): TaskProgress(3, 8, "Tap Follow")})["A1"]
    assert tile.state is TileState.RUNNING and tile.running is not None
    assert (tile.running.row.task.title, tile.running.row.attempts) == ("follow @north", 1)
    assert tile.running.progress == (3, 8, "Tap Follow") and tile.running.part == 0.25
    assert tile.following is not None and tile.following.title == "follow @south"
    assert (tile.pending, tile.waiting) == (1, None)
    assert above(desk).totals.running == 1
    gate.opened.set()
    desk.settle()


def test_done_and_failed_tasks_are_counted_on_the_day_on_which_they_fell_due(desk: Desk) -> None:
    def only_north(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        return DONE if task.target == "@north" else Outcome(AttemptOutcome.FAILED, "no such user")

    desk.backend.behaviour = only_north
    begin(desk, campaign("09:00", users=["@north", "@south"], more="retry: {max: 0}"))
    desk.move_to("2026-11-21T09:00")
    assert on_the_wall(desk)["A1"].counts == {TaskState.COMPLETED: 1, TaskState.FAILED: 1}
    assert above(desk).totals.counts == {TaskState.COMPLETED: 1, TaskState.FAILED: 1}
    desk.move_to("2026-11-22T00:00")
    assert on_the_wall(desk)["A1"].counts == {}


def test_a_task_that_is_held_back_says_why_and_the_phone_waits(desk: Desk) -> None:
    def refuse(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        raise HeldBack("20 of 20 follows on A1 today", not_before=later, kind=ReasonKind.LIMIT)

    later = desk.instant("2026-11-21T09:30")
    desk.backend.behaviour = refuse
    begin(desk, campaign("09:00"))
    desk.move_to("2026-11-21T09:00")
    tile = on_the_wall(desk)["A1"]
    assert tile.state is TileState.WAITING and tile.waiting is not None
    assert "20 of 20 follows on A1 today" in tile.waiting.answer.sentences[0]
    assert above(desk).totals.waiting == 1


def test_a_phone_on_hold_stands_first_with_its_release(desk: Desk) -> None:
    def ask(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        return Outcome(AttemptOutcome.FAILED, "the app asks to log in", needs_person=True)

    desk.backend.behaviour = ask
    begin(desk, campaign("09:00"))
    desk.move_to("2026-11-21T09:00")
    tile = on_the_wall(desk)["A1"]
    assert tile.state is TileState.HOLD and tile.hold is not None
    (need,) = above(desk).needs.named
    assert (need.kind, need.subject, need.said) == (NeedKind.HOLD, "A1", "the app asks to log in")
    assert need.action == ReleaseHold("A1")


def test_an_uncertain_task_waits_for_a_word(desk: Desk) -> None:
    def lose(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        effect = journal.committing("follow", task.target, "@own", {})
        journal.settle(effect, EffectState.UNCERTAIN, {})
        return Outcome(AttemptOutcome.UNCERTAIN, "the connection was lost after the tap")

    desk.backend.behaviour = lose
    begin(desk, campaign("09:00"))
    desk.move_to("2026-11-21T09:00")
    (need,) = above(desk).needs.named
    assert need.row is not None and need.action == Resolve(need.row.id, "A1")
    assert need.kind is NeedKind.UNCERTAIN and "the connection was lost" in need.said


def test_more_than_a_few_of_a_kind_are_counted(desk: Desk) -> None:
    begin(desk, campaign("09:00", devices=[f"A{number}" for number in range(12)]))
    for number in range(12):
        desk.ledger.holds.place(f"A{number}", "look at it")
    found = above(desk).needs
    assert (len(found.named), found.left_out, found.count) == (10, {NeedKind.HOLD: 2}, 12)


def test_pauses_invalid_files_and_phones_that_are_away_need_a_person_too(desk: Desk) -> None:
    begin(desk, campaign("09:00", devices=["A1", "B2"]))
    desk.write("version: 1\nname: [", "broken.yaml")
    desk.reload()
    desk.ledger.pauses.begin(PauseScope.ALL, None, "ann")
    phones = [PhoneLine("A1", "device"), PhoneLine("B2", "unauthorized")]
    found = above(desk, phones=phones, outdated="the ledger is older").needs.named
    assert [need.kind for need in found] == [
        NeedKind.OUTDATED,
        NeedKind.INVALID_FILE,
        NeedKind.AWAY,
        NeedKind.PAUSE,
    ]
    assert found[0].action == AcceptRestore("the ledger is older")
    assert isinstance(found[1].action, MendFile) and found[1].subject.endswith("broken.yaml")
    assert (found[2].subject, found[2].said, found[2].action) == ("B2", "unauthorized", None)
    assert (found[3].said, found[3].action) == ("ann", EndPause(None))


def test_a_phone_is_paused_if_all_that_it_could_do_is(desk: Desk) -> None:
    begin(desk, campaign("09:00", devices=["A1", "B2"]))
    desk.ledger.pauses.begin(PauseScope.DEVICE, "A1", "ann")
    assert [tile.state for tile in on_the_wall(desk).values()] == [TileState.PAUSED, TileState.IDLE]
    desk.ledger.pauses.begin(PauseScope.CAMPAIGN, "demo", "ann")
    assert {tile.state for tile in on_the_wall(desk).values()} == {TileState.PAUSED}


def test_adbs_word_makes_a_phone_away_unless_it_is_at_work(desk: Desk) -> None:
    gate = desk.backend.behaviour = Gate()
    begin(desk, campaign("09:00", devices=["A1"]))
    gone = [PhoneLine("A1", "offline")]
    assert on_the_wall(desk, phones=gone)["A1"].state is TileState.AWAY
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    assert on_the_wall(desk, phones=gone)["A1"].state is TileState.RUNNING
    assert NeedKind.AWAY not in kinds(desk, phones=gone)
    gate.opened.set()
    desk.settle()


def test_what_is_about_to_be_made_needs_nobody_until_its_attempt_has_ended(desk: Desk) -> None:
    gate = Gate()

    def hang(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        journal.committing("follow", task.target, "@own", {})
        gate.entered.set()
        assert gate.opened.wait(60)
        return Outcome(AttemptOutcome.UNCERTAIN, "nobody knows")

    desk.backend.behaviour = hang
    begin(desk, campaign("09:00"))
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    assert desk.ledger.effects.doubts() and kinds(desk) == []
    gate.opened.set()
    desk.settle()


def test_groups_accounts_and_campaigns_stand_on_the_tile(desk: Desk) -> None:
    begin(desk, GROUPS)
    tile = on_the_wall(desk)["A1"]
    assert (tile.groups, tile.accounts, tile.campaigns) == (("studio", "brand"), ("@north",), ("demo",))


def test_limits_of_today_are_counted_on_the_clocks_on_which_they_hold(desk: Desk) -> None:
    begin(
        desk,
        GROUPS.replace("devices: [studio]", "devices: [brand]").replace("Europe/Stockholm", "Asia/Tokyo"),
    )
    desk.move_to("2026-11-22T01:05")  # 09:05 in Tokyo
    meters = {meter.scope: meter for meter in on_the_wall(desk)["A1"].meters}
    device, account = meters["device"], meters["account"]
    assert (device.name, device.made, device.at_most, device.zone) == ("A1", 2, 4, "Asia/Tokyo")
    assert (account.name, account.app, account.made, account.at_most) == ("@north", "tiktok", 0, 40)
    assert account.zone == "Europe/Stockholm"  # built in: on the fleet's clocks
    assert on_the_wall(desk)["A1"].fullest == device


def test_chosen_tiles_are_those_of_the_whole_wall(desk: Desk) -> None:
    begin(desk, GROUPS)
    desk.ledger.holds.place("B2", "look at it")
    known, situation = roster(desk), desk.situation()
    everything = {tile.lane: tile for tile in wall(desk.ledger, known, situation, Around()).tiles}
    assert tiles(desk.ledger, known, situation, Around(), ["B2"]) == [everything["B2"]]


def test_a_phone_that_no_campaign_names_is_there_while_it_has_work_or_a_hold(desk: Desk) -> None:
    begin(desk, campaign("09:00"))
    assert list(on_the_wall(desk)) == ["A1"]
    desk.ledger.holds.place("Z9", "look at it")
    assert sorted(on_the_wall(desk)) == ["A1", "Z9"]
