"""Every campaign file at a glance: what is wrong comes first, and how it went lately."""

from datetime import date

from question_desk import ZONE, Desk, campaign

from runner.queries.campaign_list import MOST_LISTED, CampaignList, Standing, campaign_list
from runner.store.request_rows import PauseScope
from runner.tasks import AttemptOutcome, Outcome, TaskState


def listed(desk: Desk, wanted: str = "", offset: int = 0) -> CampaignList:
    in_force = {one.name: one for one in desk.files.campaigns}
    return campaign_list(desk.ledger, in_force, desk.clock.now(), ZONE, wanted=wanted, offset=offset)


def named(name: str, *times: str) -> str:
    return campaign(*times or ("09:00",)).replace("name: demo", f"name: {name}")


def test_what_is_invalid_stands_first_and_what_is_withdrawn_last(desk: Desk) -> None:
    desk.write(named("aspen"), "aspen.yaml")
    desk.write(named("birch"), "birch.yaml")
    desk.write(named("cedar"), "cedar.yaml")
    desk.start()
    desk.write(named("cedar").replace("follow", "folow"), "cedar.yaml")
    (desk.folder / "aspen.yaml").unlink()
    desk.write("version: 1\nnmae: [", "never.yaml")
    desk.reload()
    found = listed(desk)
    assert [(one.title, one.standing.value, one.is_in_force) for one in found.items] == [
        ("cedar", "invalid", True),
        ("never.yaml", "invalid", False),
        ("birch", "in force", True),
        ("aspen", "withdrawn", False),
    ]
    wrong = found.items[0]
    assert "there is no script `folow`" in (wrong.problem or "")
    assert (wrong.entries, wrong.coming and wrong.coming.nominal) == (
        1,
        "2026-11-21T09:00[Europe/Stockholm]",
    )
    assert "is gone" in (found.items[-1].reason or "")
    assert found.counts == {Standing.INVALID: 2, Standing.IN_FORCE: 1, Standing.WITHDRAWN: 1}


def test_how_the_last_days_went_on_the_readers_clocks(desk: Desk) -> None:
    desk.write(campaign("00:30", "09:00"))
    desk.start()
    desk.move_to("2026-11-21T10:00")
    desk.backend.behaviour = lambda task, journal, stop: Outcome(AttemptOutcome.FAILED, "no")
    desk.move_to("2026-11-22T01:00")
    (one,) = listed(desk).items
    assert [(day.day, dict(day.counts)) for day in one.days[-2:]] == [
        (date(2026, 11, 21), {TaskState.COMPLETED: 1}),
        (date(2026, 11, 22), {TaskState.FAILED: 1}),
    ]
    assert len(one.days) == 14
    assert sum(day.total for day in one.days) == 2


def test_a_pause_is_told_of_its_own_campaign_alone(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.write(named("birch"), "birch.yaml")
    desk.start()
    desk.ledger.pauses.begin(PauseScope.CAMPAIGN, "demo", "ann")
    assert {one.name: one.pause and one.pause.by for one in listed(desk).items} == {
        "demo": "ann",
        "birch": None,
    }


def test_names_and_paths_are_looked_for(desk: Desk) -> None:
    for name in ("aspen", "birch"):
        desk.write(named(name), f"{name}.yaml")
    desk.start()
    assert [one.name for one in listed(desk, "BIRCH").items] == ["birch"]
    assert [one.name for one in listed(desk, "aspen.yaml").items] == ["aspen"]
    found = listed(desk, offset=1)
    assert ([one.name for one in found.items], found.total) == (["birch"], 2)
    assert listed(desk, offset=MOST_LISTED).items == ()
