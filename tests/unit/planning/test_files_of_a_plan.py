"""Which files a plan shows: the rotation, simulated from what the ledger remembers."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from resolved_campaigns import at, resolved

from runner.planning.attention import attention
from runner.planning.material import Material
from runner.planning.plan import Plan, plan
from runner.planning.source import Window
from runner.tasks import SeenFile

FILES = tuple(SeenFile(f"/m/{name}.mp4", f"print-{name}", f"print-{name}") for name in "abcd")
START = at("2026-11-22T00:00")
DAYS = timedelta(days=1)


def entry(name: str = "publish", at: str = "09:00", devices: str = "[S1, S2]", more: str = "") -> str:
    return (
        f"{name}: {{script: post, devices: {devices}, config: {{material_list: [a.mp4, b.mp4, c.mp4, d.mp4]}}, "
        f"start_times: '{at}'{more and ', ' + more}}}"
    )


def made(
    *entries: str,
    start: datetime = START,
    days: int = 1,
    names: tuple[str, ...] = ("publish",),
    **known: object,
) -> Plan:
    files = {("demo", name): FILES for name in names}
    window = Window(start, start + days * DAYS)
    return plan([resolved("\n".join(entries))], window, Material(files, **known))  # type: ignore[arg-type]


def posts(planned: Plan) -> list[str]:
    return [f"{task.device}:{task.options.files[0].path[3]}" for task in planned.tasks()]


def notes(planned: Plan) -> dict[str, str]:
    return {note.code: note.message for note in attention(planned, ZoneInfo("UTC"))}


def test_each_day_shows_the_next_file_of_each_device() -> None:
    assert posts(made(entry(), days=3)) == ["S1:a", "S2:b", "S1:b", "S2:c", "S1:c", "S2:d"]


def test_what_the_ledger_remembers_has_been_had() -> None:
    used = {"tiktok:S1": ["print-a", "print-b"], "tiktok:S2": ["print-b"]}
    assert posts(made(entry(), used=used, at_utc=START)) == ["S1:c", "S2:c"]


def test_a_window_that_lies_ahead_comes_after_what_happens_until_then() -> None:
    assert posts(made(entry(), start=START + 2 * DAYS, at_utc=START)) == ["S1:c", "S2:d"]
    assert posts(made(entry(), start=START + 2 * DAYS)) == [
        "S1:a",
        "S2:b",
    ]  # without a ledger it begins there


def test_tasks_that_the_ledger_has_keep_their_files_and_are_no_forecast() -> None:
    (first, second) = made(entry()).tasks()
    planned = made(
        entry(),
        days=2,
        recorded={first.key: (FILES[3],)},
        used={"tiktok:S1": ["print-d"]},
        at_utc=START + timedelta(hours=12),
    )
    tasks = list(planned.tasks())

    # The other task of that day was missed, and has no file.
    assert [task.options.files[0].path[3] if task.options.files else "" for task in tasks] == [
        "d",
        "",
        "a",
        "b",
    ]
    assert [planned.material.is_forecast(task) for task in tasks] == [False, True, True, True]
    assert second.key == tasks[1].key


def test_entries_that_share_files_and_devices_take_turns_in_the_order_in_which_their_rows_are_made() -> None:
    # The rows of the first entry are made at 09:00 already, though its second device is due after the other entry.
    both = made(
        entry("one", more="spread: 2h"),
        entry("two", "09:30", "[S2]"),
        names=("one", "two"),
    )
    assert posts(both) == ["S1:a", "S2:a", "S2:b"]
    assert [task.entry for task in both.tasks()] == ["one", "two", "one"]


def test_notes_tell_what_runs_out_what_comes_again_and_what_is_only_expected() -> None:
    assert notes(made(entry(), days=4)).keys() == {"files-forecast"}
    told = notes(made(entry(), days=6))
    assert told["files-run-out"].startswith("its files run out on S1, S2, first at 2026-11-26 09:00 (08:00Z)")
    assert "4 tasks would post files again" in told["files-run-out"]
    again = notes(made(entry(more="order: random"), days=9))
    assert (
        "files-run-out" not in again and " would post a file that S1, S2 had before, " in again["file-again"]
    )
    assert not notes(made(entry(more="order: same"), days=9)).keys() & {"file-again", "files-run-out"}


def test_a_file_that_another_entry_has_posted_comes_again() -> None:
    used = {"tiktok:S1": ["print-a", "print-b", "print-c", "print-d"]}
    told = notes(made(entry(devices="S1"), used=used, at_utc=START))
    assert "first at 2026-11-22 09:00" in told["files-run-out"]


def test_the_same_inputs_make_the_same_plan() -> None:
    planned = made(entry(more="jitter: 10m, order: random"), days=5)
    assert list(planned.tasks()) == list(planned.tasks())
    assert [one.tasks for one in planned.made()] == [one.tasks for one in planned.made()]
