"""What every store promises of the ledger itself and of campaigns."""

from dataclasses import replace
from pathlib import Path

from ledgers import DAY, HOUR, NOON

from runner.clock import ManualClock
from runner.store.campaign_rows import InForce, InvalidFile
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseScope

# The ledger


def test_a_ledger_keeps_its_id(store_url: str, clock: ManualClock) -> None:
    with Ledger.open(store_url, clock) as ledger, Ledger.open(store_url, clock) as again:
        assert len(ledger.id) == 36
        assert (again.id == ledger.id) is (store_url != "sqlite://")


def test_a_change_is_noticed_once(ledger: Ledger) -> None:
    assert not ledger.changed()
    ledger.holds.place("A1", "captcha")
    assert ledger.changed()
    assert not ledger.changed()


def test_what_another_process_writes_is_a_change(tmp_path: Path, clock: ManualClock) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with Ledger.open(url, clock) as one, Ledger.open(url, clock) as other:
        assert not one.changed()
        other.pauses.begin(PauseScope.ALL, None, "Ann")
        assert one.changed()
        other.pauses.current()
        assert not one.changed()


def test_writes_are_timed(ledger: Ledger) -> None:
    times: list[float] = []
    ledger.on_write(times.append)
    ledger.holds.place("A1", "captcha")
    assert len(times) == 1
    assert times[0] > 0


# Campaigns in force

RULES = frozenset({("publish", "09:00"), ("publish", "18:00"), ("follow", "every 2h")})


def in_force(ledger: Ledger, text: str = "version: 1\n", name: str = "autumn", **changes: object) -> InForce:
    version = ledger.campaigns.record(name, f"/srv/{name}.yaml", text, "c0ffee")
    made = InForce(name, f"/srv/{name}.yaml", version, "c0ffee", RULES, NOON)
    return replace(made, **changes)


def test_a_campaign_in_force_tells_its_text_and_its_schedules(ledger: Ledger) -> None:
    ledger.campaigns.put_in_force(in_force(ledger))
    (row,) = ledger.campaigns.all()
    assert (row.name, row.path, row.text) == ("autumn", "/srv/autumn.yaml", "version: 1\n")
    assert (row.commit, row.since_utc, row.withdrawn_utc) == ("c0ffee", NOON, None)
    assert {(one.entry, one.rule) for one in ledger.campaigns.schedules("autumn")} == RULES
    assert all((one.first_seen_utc, one.gone_utc) == (NOON, None) for one in ledger.campaigns.schedules())
    assert [one.rule for one in ledger.campaigns.schedules("autumn", "follow")] == ["every 2h"]
    assert ledger.campaigns.schedules("winter") == []


def test_a_start_time_that_stays_was_seen_when_it_came(ledger: Ledger) -> None:
    ledger.campaigns.put_in_force(in_force(ledger))
    later = frozenset({("publish", "09:00"), ("publish", "20:00")})
    ledger.campaigns.put_in_force(in_force(ledger, "version: 1\n#\n", rules=later, since_utc=NOON + HOUR))
    seen = {(one.rule, one.first_seen_utc, one.gone_utc) for one in ledger.campaigns.schedules("autumn")}
    assert seen == {
        ("09:00", NOON, None),
        ("20:00", NOON + HOUR, None),
        ("18:00", NOON, NOON + HOUR),
        ("every 2h", NOON, NOON + HOUR),
    }
    ledger.campaigns.put_in_force(
        in_force(ledger, since_utc=NOON + DAY)
    )  # what comes back is first seen then
    again = [one.first_seen_utc for one in ledger.campaigns.schedules("autumn") if one.rule == "18:00"]
    assert again == [NOON, NOON + DAY]


def test_a_version_is_in_force_since_it_came(ledger: Ledger) -> None:
    ledger.campaigns.put_in_force(in_force(ledger))
    ledger.campaigns.put_in_force(in_force(ledger, since_utc=NOON + HOUR))
    assert ledger.campaigns.all()[0].since_utc == NOON
    ledger.campaigns.put_in_force(in_force(ledger, "version: 1\n#\n", since_utc=NOON + HOUR))
    assert ledger.campaigns.all()[0].since_utc == NOON + HOUR


def test_invalid_files_are_those_that_were_written_last(ledger: Ledger) -> None:
    assert ledger.campaigns.invalid_files() == []
    autumn = InvalidFile("/srv/autumn.yaml", "autumn", "unknown key", "bad1", NOON)
    nameless = InvalidFile("/srv/a.yaml", None, "no YAML\nand more", None, NOON + HOUR)
    ledger.campaigns.replace_invalid_files([autumn, nameless])
    assert ledger.campaigns.invalid_files() == [nameless, autumn]
    ledger.campaigns.replace_invalid_files([autumn])
    assert ledger.campaigns.invalid_files() == [autumn]
    ledger.campaigns.replace_invalid_files([])
    assert ledger.campaigns.invalid_files() == []


def test_a_withdrawn_campaign_has_no_schedules_and_may_come_back(ledger: Ledger, clock: ManualClock) -> None:
    ledger.campaigns.put_in_force(in_force(ledger))
    clock.advance(60)
    ledger.campaigns.withdraw("autumn", "its file is gone")
    (row,) = ledger.campaigns.all()
    assert (row.withdrawn_utc, row.withdrawn_reason) == (clock.now(), "its file is gone")
    assert {one.gone_utc for one in ledger.campaigns.schedules("autumn")} == {clock.now()}
    ledger.campaigns.put_in_force(in_force(ledger, since_utc=NOON + HOUR))
    (row,) = ledger.campaigns.all()
    assert (row.withdrawn_utc, row.since_utc) == (None, NOON + HOUR)


def test_a_renamed_campaign_takes_its_schedules_along(ledger: Ledger) -> None:
    ledger.campaigns.put_in_force(in_force(ledger))
    ledger.campaigns.rename("autumn", "winter", NOON + HOUR)
    ledger.campaigns.put_in_force(in_force(ledger, name="winter", since_utc=NOON + HOUR))
    assert {one.first_seen_utc for one in ledger.campaigns.schedules("winter")} == {NOON}
    assert ledger.campaigns.schedules("autumn") == []
    old, new = ledger.campaigns.all()
    assert (old.name, old.withdrawn_reason, new.name) == ("autumn", "renamed to winter", "winter")


def test_a_campaign_that_is_paused_stays_so_when_it_is_renamed(ledger: Ledger) -> None:
    ledger.pauses.begin(PauseScope.CAMPAIGN, "autumn", "me")
    ledger.campaigns.rename("autumn", "winter", NOON + HOUR)
    ledger.campaigns.rename("autumn", "winter", NOON + HOUR)
    assert [(pause.subject, pause.by) for pause in ledger.pauses.current()] == [
        ("autumn", "me"),
        ("winter", "me"),
    ]
    ledger.pauses.end(PauseScope.CAMPAIGN, "winter")
    assert [pause.subject for pause in ledger.pauses.current()] == ["autumn"]


def test_the_newest_version_is_the_one_that_was_read_last(ledger: Ledger, clock: ManualClock) -> None:
    ledger.campaigns.record("autumn", "/srv/autumn.yaml", "a", None)
    clock.advance(1)
    ledger.campaigns.record("autumn", "/srv/autumn.yaml", "b", None)
    clock.advance(1)
    ledger.campaigns.record("autumn", "/srv/autumn.yaml", "a", None)
    version = ledger.campaigns.newest_version("autumn")
    assert version is not None
    assert version.text == "a"
    assert ledger.campaigns.newest_version("winter") is None
