"""A campaign that was renamed while no daemon ran is the same campaign: what it did by its former name is done."""

from daemons import NINE, Life, campaign, local


def renamed(life: Life) -> None:
    """A daemon reads the campaign `demo` by its new name, `autumn`, after another one died."""
    life.clock.advance(5)
    life.ledger.campaigns.rename("demo", "autumn", life.clock.now())
    life.start(campaign(NINE, name="autumn", head="formerly: [demo]"))
    life.go_on(60)


def test_what_was_decided_by_a_former_name_before_a_kill_is_not_done_again(life: Life):
    life.start(campaign(NINE))
    life.go_on(55, every=55)
    life.go_on(6)
    assert life.ledger.spans.last().seen_utc < local("21 09:00")  # so the next daemon looks back behind it
    assert len(life.submitted) == 2
    renamed(life)
    assert life.states() == [("2026-11-21T09:00", "started")]
    assert life.states(campaign="autumn") == []
    assert len(life.submitted) == len(life.tasks()) == 2


def test_what_nobody_had_decided_before_a_kill_is_done_by_the_new_name(life: Life):
    life.start(campaign(NINE))
    life.go_on(55)
    life.clock.advance(10)
    renamed(life)
    assert life.states() == []
    assert life.states(campaign="autumn") == [("2026-11-21T09:00", "started")]
    assert len(life.submitted) == 2
