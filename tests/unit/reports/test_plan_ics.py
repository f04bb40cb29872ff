from plans import make_plan, notes_of, post

from runner.planning.plan import Plan
from runner.reports.plan_ics import render


def lines(made: Plan) -> list[str]:
    return list(render(made, notes_of(made)))


def unfolded(made: Plan) -> list[str]:
    """The content lines, put together again as RFC 5545 says (3.1)."""
    text = "".join(f"{line}\n" for line in lines(made))
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def values(made: Plan, name: str) -> list[str]:
    return [line.partition(":")[2] for line in unfolded(made) if line.startswith(f"{name}:")]


def test_an_occurrence_is_one_event_with_its_beginning_and_its_end() -> None:
    made = make_plan(post("publish", "'09:00'", devices="PHONE1, PHONE2", more=", spread: 20m"))

    assert values(made, "DTSTART") == ["19700101T000000", "20261122T090000Z"]
    assert values(made, "DTEND") == ["20261122T091230Z"]
    assert values(made, "SUMMARY") == [r"demo/publish: post\, 2 tasks"]
    assert values(made, "DESCRIPTION") == [
        r"start time: 09:00\noccurrence: 2026-11-22T09:00[UTC]\ndevices: PHONE1\, PHONE2\ncommit: f40866b"
    ]


def test_an_occurrence_keeps_its_uid_and_shares_it_with_no_other() -> None:
    day = make_plan(post("publish", "'09:00'", "'10:00'"), post("greet", "'09:00'"))
    week = make_plan(
        post("publish", "'09:00'", "'10:00'", more=", jitter: 3m"), post("greet", "'09:00'"), length="7"
    )

    assert len(set(values(week, "UID"))) == len(values(week, "UID")) == 21
    assert set(values(day, "UID")) < set(values(week, "UID"))


def test_every_line_ends_as_it_must_and_is_no_longer_than_75_octets() -> None:
    devices = ", ".join(f"PHÖNE-É-{number}-☎" for number in range(40))
    text = "".join(f"{line}\n" for line in lines(make_plan(post("publish", "'09:00'", devices=devices))))

    assert text.count("\n") == text.count("\r\n")
    assert max(len(line.encode()) for line in text.split("\r\n")) == 75
    assert "and 20 more" in text.replace("\r\n ", "")


def test_text_is_escaped() -> None:
    made = make_plan(post("publish", "'09:00'", devices=r"'A;B,C\D'"))

    assert r"devices: A\;B\,C\\D" in values(made, "DESCRIPTION")[0]


def test_components_are_nested_and_closed() -> None:
    opened: list[str] = []
    for line in unfolded(make_plan(post("publish", "'09:00'", "'10:00'"))):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            opened.append(value)
        elif name == "END":
            assert opened.pop() == value
    assert not opened


def test_a_calendar_of_nothing_has_a_component_too() -> None:
    shown = unfolded(make_plan(post("publish", "2027-01-01T09:00Z")))

    assert shown[0] == "BEGIN:VCALENDAR"
    assert "BEGIN:VTIMEZONE" in shown
    assert "BEGIN:VEVENT" not in shown
