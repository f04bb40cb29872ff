"""Start times of groups in several time zones: each zone has occurrences of its own, and a life of its own."""

from daemons import Life, campaign, local

from runner.campaign.resolve import ResolvedCampaign

WORLD = """
devices: {us: {serials: [US1], timezone: America/New_York}}
"""


def world(*times: str, more: str = "") -> ResolvedCampaign:
    return campaign(*times, head=WORLD, devices=("SE1", "us"), more=more)


def test_each_zone_has_its_own_occurrence(life: Life):
    life.start(world('"10:00"'))
    life.go_on(8 * 3600, every=60)
    assert [row.occurrence.nominal for row in life.rows()] == [
        "2026-11-21T10:00[Europe/Stockholm]",
        "2026-11-21T10:00[America/New_York]",
    ]
    assert [(task.device, task.due_utc) for task in life.submitted] == [
        ("SE1", local("21 10:00")),
        ("US1", local("21 16:00")),
    ]


def test_an_instant_reaches_the_phones_of_all_zones(life: Life):
    life.start(world("2026-11-21T10:00:00+01:00"))
    life.go_on(2 * 3600, every=60)
    assert sorted(task.device for task in life.submitted) == ["SE1", "US1"]
    assert {row.occurrence.nominal for row in life.rows()} == {
        "2026-11-21T09:00:00Z",
        "2026-11-21T09:00:00Z[America/New_York]",
    }


def test_the_newest_is_made_up_for_in_each_zone(life: Life):
    life.start(world('"10:00"', more="on_missed: run_once; grace: 12h"))
    life.go_on(60)
    life.timetable.end("test")
    life.clock.advance(9 * 3600)
    life.start(world('"10:00"', more="on_missed: run_once; grace: 12h"))
    assert sorted(task.device for task in life.submitted) == ["SE1", "US1"]


def test_what_still_runs_in_one_zone_skips_nothing_in_another(life: Life):
    life.start(world('"10:00"', '"10:30"', more="overlap: skip"))
    life.go_on(9 * 3600, every=60)
    assert [(row.occurrence.nominal[11:], row.state) for row in life.rows()] == [
        ("10:00[Europe/Stockholm]", "started"),
        ("10:30[Europe/Stockholm]", "skipped"),
        ("10:00[America/New_York]", "started"),
        ("10:30[America/New_York]", "skipped"),
    ]


def test_a_zone_that_a_group_is_given_makes_up_for_nothing(life: Life):
    """What came under the campaign's clocks has been done: the group's own begin with the change."""
    life.start(campaign('"10:00"', devices=("SE1", "US1")))
    life.go_on(2 * 3600, every=60)
    before = len(life.submitted)
    life.reload(world('"10:00"'))
    life.go_on(10 * 3600, every=60)
    assert [task.device for task in life.submitted[before:]] == ["US1"]
    assert life.submitted[-1].nominal == "2026-11-21T10:00[America/New_York]"
