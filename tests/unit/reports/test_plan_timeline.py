import pytest
from plans import make_plan, post

from runner.planning.plan import Plan
from runner.reports.plan_timeline import Timeline


def picture(made: Plan, room: int = 120) -> list[str]:
    timeline = Timeline(made, room)
    for task in made.tasks():
        timeline.add(task)
    return list(timeline.lines())


def test_a_day_is_72_characters_a_device() -> None:
    assert picture(make_plan(post("publish", "'09:00'", "'23:59'"))) == [
        "          00       03       06       09       12       15       18       21",
        "  PHONE1  :........:........:........p........:........:........:........:.......p",
        "          p publish, UTC, 20 minutes a character",
    ]


def test_a_task_is_as_long_as_it_is_expected_to_take() -> None:
    long = post("publish", "'03:00'", more=", config: {upload_wait_time: 3500}")
    [_, row, _] = picture(make_plan(long))

    assert row.partition("  PHONE1  ")[2][:16] == ":........pppp..."


def test_tasks_of_one_device_follow_each_other() -> None:
    follow = (
        "greet: {script: follow, devices: [PHONE1], start_times: ['03:00'], "
        f"config: {{target_users: [{', '.join(f'u{number}' for number in range(50))}]}}}}"
    )
    [_, row, _] = picture(make_plan(follow))

    assert row.partition("  PHONE1  ")[2][9:14] == "ggg.."


def test_entries_have_letters_of_their_own_and_share_a_mark_where_they_meet() -> None:
    made = make_plan(post("publish", "'03:00'"), post("post", "'03:05'", "'06:00'"), post("p", "'09:00'"))
    [_, row, legend] = picture(made)

    assert row.partition("  PHONE1  ")[2][9:28] == "#........o........a"
    assert legend.strip() == "p publish, o post, a p, # several, UTC, 20 minutes a character"


def test_hours_are_those_of_the_zone_over_a_change_of_the_clocks() -> None:
    made = make_plan(post("publish", "'06:00'"), start="2026-10-24T22:07", zone="Europe/Stockholm")
    [hours, row, _] = picture(made)

    assert hours.split() == ["00", "03", "06", "09", "12", "15", "18", "21"]
    assert row[hours.index("06")] == "p"
    assert hours.index("03") - hours.index("00") == 12
    assert hours.index("06") - hours.index("03") == 9


def test_only_devices_with_tasks_are_drawn_and_long_names_are_cut() -> None:
    made = make_plan(post("publish", "'06:00'", devices="X" * 60), post("greet", devices="IDLE"))
    [_, row, _] = picture(made)

    assert row.startswith("  " + "X" * 11 + "…" + "X" * 11 + "  ")
    assert len(row) <= 100


@pytest.mark.parametrize(("room", "minutes"), [(85, 20), (84, 30), (60, 60)])
def test_a_narrow_terminal_has_coarser_characters(room: int, minutes: int) -> None:
    hours, row, legend = picture(make_plan(post("publish", "'09:00'", devices="VIRTUAL01")), room)
    assert max(len(hours), len(row)) <= room
    assert row[hours.index("09")] == "p"
    assert f"{minutes} minutes a character" in legend


def test_names_that_are_cut_stay_apart() -> None:
    phones = ["adb-R58M123ABC-Z3uXXq._adb-tls-connect._tcp", "adb-R58M123ABD-Z3uXXq._adb-tls-connect._tcp"]
    lines = picture(make_plan(post("publish", "'06:00'", devices=", ".join(phones))), 60)
    rows = [line for line in lines if line.startswith("  adb")]
    assert len({row.split()[0] for row in rows}) == len(phones)


def test_nothing_due_is_no_picture() -> None:
    assert picture(make_plan(post("publish", "2027-01-01T09:00Z"))) == []


def test_a_shorter_window_is_a_shorter_line() -> None:
    [_, row, _] = picture(make_plan(post("publish", "'00:30'"), length="0.125"))

    assert row == "  PHONE1  :p......."
