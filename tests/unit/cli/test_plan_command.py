import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from asked_ledger import asked_ledger
from click.testing import CliRunner, Result

from runner.cli.plan import plan
from runner.errors import UsageError
from runner.tasks import EffectState, TaskState

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "campaigns" / "plan"
NOW = ("--now", "2026-11-21T18:00:00+01:00")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside of any repository, with the golden campaigns and their media."""
    shutil.copytree(GOLDEN, tmp_path / "campaigns")
    monkeypatch.chdir(tmp_path / "campaigns")
    monkeypatch.setenv("RUNNER_TIMEZONE", "Europe/Stockholm")
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    return tmp_path / "campaigns"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(plan, arguments, catch_exceptions=False)


def written_window(text: str) -> list[str]:
    """`--now T` and the like, as the first line of a golden campaign says."""
    return text.partition("\n")[0].removeprefix("#").split()


@pytest.mark.parametrize(
    ("campaign", "form", "answer"),
    [
        *((path.name, "table", f"{path.stem}.out") for path in sorted(GOLDEN.glob("*.yaml"))),
        *(
            (f"{stem}.yaml", "json", f"{stem}.json")
            for stem in ("attention", "clocks-forward", "day", "nothing-due")
        ),
        *((f"{stem}.yaml", "ics", f"{stem}.ics") for stem in ("nothing-due", "rules")),
    ],
)
def test_a_plan_is_as_written_down(
    campaign: str, form: str, answer: str, folder: Path, golden: Callable[[Path, str], None]
) -> None:
    window = written_window((folder / campaign).read_text(encoding="utf-8"))
    result = run(campaign, *window, "--format", form)

    assert result.exit_code == 0
    golden(GOLDEN / answer, result.stdout.replace("\r\n", "\n"))


def test_the_json_says_the_same_as_the_table() -> None:
    table = run("day.yaml", *NOW).stdout
    answer = json.loads(run("day.yaml", *NOW, "--format", "json").stdout)

    assert list(answer) == ["tasks", "occurrences", "notes"]
    assert list(answer["tasks"][0]) == [
        *("key", "campaign", "entry", "script", "backend", "device", "username", "target"),
        *("nominal", "due_utc", "due_local", "timezone", "commit", "files", "texts", "forecast"),
    ]
    assert f"{len(answer['tasks'])} tasks" in table
    assert {task["device"] for task in answer["tasks"]} == {"R58M123ABC", "R58M456DEF", "R58M789GHI"}
    assert len({task["key"] for task in answer["tasks"]}) == len(answer["tasks"])


def test_several_campaigns_are_shown_together_in_order_of_time() -> None:
    shown = run("day.yaml", "many-phones.yaml", *NOW).stdout
    dues = re.findall(r"^  \S+ \S+ \S+  (\S+ \S+Z)  (autumn|shelf)", shown, re.MULTILINE)

    assert "autumn: Europe/Stockholm" in shown
    assert "shelf: Asia/Kolkata" in shown
    assert "22 tasks" in shown
    assert dues == sorted(dues, key=lambda due: due[0])
    assert {campaign for _, campaign in dues} == {"autumn", "shelf"}


@pytest.mark.parametrize(
    "campaigns", [("many-phones.yaml", "day.yaml"), ("attention.yaml",), ("local-api.yaml",)]
)
def test_a_table_fits_a_hundred_columns(campaigns: tuple[str, ...]) -> None:
    assert max(map(len, run(*campaigns, *NOW).stdout.splitlines())) <= 100


def test_a_window_has_a_beginning_and_an_end() -> None:
    made = json.loads(
        run(
            "day.yaml", "--from", "2026-12-01T00:00Z", "--until", "2026-12-03T00:00Z", "--format", "json"
        ).stdout
    )

    assert [it["nominal"][:16] for it in made["occurrences"]] == [
        *("2026-12-01T09:00", "2026-12-01T09:00", "2026-12-01T18:30"),
        *("2026-12-02T09:00", "2026-12-02T09:00", "2026-12-02T18:30"),
    ]


def test_windows_that_meet_have_the_tasks_of_the_whole() -> None:
    marks = ["2026-11-01T00:00Z", "2026-11-01T08:04Z", "2026-11-02T17:37Z", "2026-11-04T00:00Z"]

    def keys(start: str, end: str) -> list[str]:
        answer = run("rules.yaml", "--from", start, "--until", end, "--format", "json").stdout
        return [task["key"] for task in json.loads(answer)["tasks"]]

    parts = [key for start, end in pairwise(marks) for key in keys(start, end)]

    assert parts == keys(marks[0], marks[-1])
    assert len(parts) == 20


def test_the_end_may_be_a_length() -> None:
    lengths = [
        run("day.yaml", *NOW, "--until", length).stdout.count("publish") for length in ("2h", "1d", "7d")
    ]

    assert lengths == sorted(lengths)
    assert run("day.yaml", *NOW).stdout == run("day.yaml", *NOW, "--until", "24h").stdout


def test_a_longer_window_has_no_picture() -> None:
    assert "20 minutes a character" in run("day.yaml", *NOW).stdout
    assert "20 minutes a character" not in run("day.yaml", *NOW, "--until", "25h").stdout


def test_a_year_is_counted_by_day() -> None:
    shown = run("day.yaml", *NOW, "--until", "365d").stdout

    assert "2027-11-21 8" in shown
    assert f"{365 * 10} tasks" in shown


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    result = run("day.yaml", "--from", "2026-12-02T00:00Z", "--until", "2026-12-01T00:00Z")

    assert result.exit_code == 2
    assert "before it begins" in result.stderr


def test_problems_stop_the_plan_and_are_shown(folder: Path) -> None:
    (folder / "day.yaml").write_text("version: 1\nname: autumn\nscript: {}\n")
    result = run("day.yaml", *NOW)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "day.yaml:3:1: error:" in result.stderr


def test_warnings_do_not_stop_the_plan() -> None:
    result = run("nothing-due.yaml", "--now", "2027-01-01T00:00:00Z", "--format", "json")

    assert result.exit_code == 0
    assert "[in-the-past]" in result.stderr
    assert [note["code"] for note in json.loads(result.stdout)["notes"]] == ["nothing-due"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2026-11-21T18:00", "has no offset from UTC"),
        ("tomorrow", "is no ISO 8601 instant"),
        ("9999-12-31T23:59:59-12:00", "is not between the years"),
    ],
)
def test_an_instant_that_is_none_is_refused(written: str, message: str) -> None:
    result = run("day.yaml", "--now", written)

    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize("option", ["--from", "--until"])
@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("tomorrow", "is no time"),
        ("2026-12-01T18:00[Mars/Base]", "names no time zone"),
        ("9999-12-31T23:59:59-12:00", "is not between the years"),
    ],
)
def test_a_time_that_is_none_is_refused(option: str, written: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run("day.yaml", *NOW, option, written)


WORLD = """\
version: 1
name: {name}
timezone: {zone}
devices: {{here: [A1], us: {{serials: [A2], timezone: America/New_York}}}}
scripts:
  greet: {{script: follow, devices: [here, us], config: {{target_users: [a]}}, start_times: "18:30"}}
"""


def world(folder: Path, name: str = "world", zone: str = "Europe/Stockholm") -> str:
    (folder / f"{name}.yaml").write_text(WORLD.format(name=name, zone=zone), encoding="utf-8")
    return f"{name}.yaml"


@pytest.mark.parametrize(
    ("start", "instant"),
    [
        ("2026-12-01", "2026-11-30 23:00Z"),
        ("2026-12-01T09:00", "2026-12-01 08:00Z"),
        ("09:00", "2026-11-21 08:00Z"),
        ("2026-12-01T09:00[Asia/Tokyo]", "2026-12-01 00:00Z"),
        ("2026-12-01T09:00Z", "2026-12-01 09:00Z"),
    ],
)
def test_times_of_the_window_are_on_the_clocks_of_the_campaign(
    start: str, instant: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_TIMEZONE", "America/Los_Angeles")
    assert f"from {instant} to" in run(world(folder), *NOW, "--from", start, "--until", "1d").stdout
    assert f"to {instant}" in run(world(folder), "--now", "2026-11-21T00:00Z", "--until", start).stdout


def test_a_time_that_is_another_one_for_each_campaign_is_refused(folder: Path) -> None:
    both = world(folder), world(folder, "tokyo", "Asia/Tokyo")
    with pytest.raises(UsageError, match="another instant for each campaign") as error:
        run(*both, *NOW, "--from", "2026-12-01")
    assert "2026-12-01[Asia/Tokyo]" in (error.value.hint or "")
    assert "from 2026-11-30 15:00Z" in run(*both, *NOW, "--from", "2026-12-01[Asia/Tokyo]").stdout


def test_groups_in_zones_of_their_own_are_shown_on_their_clocks(folder: Path) -> None:
    shown = run(world(folder), "--from", "2026-12-01", *NOW).stdout.splitlines()

    assert shown[:4] == [
        "world: Europe/Stockholm and America/New_York, backend device",
        "  DUE                   UTC                ZONE              ENTRY  SCRIPT  DEVICE  TARGET",
        "  Mon 2026-11-30 18:30  2026-11-30 23:30Z  America/New_York  greet  follow  A2      @a",
        "  Tue 2026-12-01 18:30  2026-12-01 17:30Z  Europe/Stockholm  greet  follow  A1      @a",
    ]
    window = ("--from", "2026-12-01T12:00Z", "--until", "1d", *NOW)
    answer = json.loads(run(world(folder), *window, "--format", "json").stdout)
    assert [(task["due_local"], task["timezone"]) for task in answer["tasks"]] == [
        ("2026-12-01T18:30:00+01:00", "Europe/Stockholm"),
        ("2026-12-01T18:30:00-05:00", "America/New_York"),
    ]
    assert [one["timezone"] for one in answer["occurrences"]] == ["Europe/Stockholm", "America/New_York"]
    events = run(world(folder), *window, "--format", "ics").stdout.replace("\r\n ", "").replace("\n ", "")
    assert "DTSTART:20261201T173000Z" in events
    assert "DTSTART:20261201T233000Z" in events
    assert "occurrence: 2026-12-01T18:30[America/New_York]" in events
    markdown = run(world(folder), *window, "--format", "markdown").stdout
    assert "| Tue 2026-12-01 | 18:30 | `greet`" in markdown
    assert "| Tue 2026-12-01 | 18:30 in America/New_York | `greet`" in markdown


def test_a_path_that_is_not_there_is_refused() -> None:
    with pytest.raises(Exception, match=r"there is no file or folder gone\.yaml"):
        run("gone.yaml")


def test_the_documented_plan_is_real(folder: Path) -> None:
    text = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
    [campaign, *_] = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    [command, shown], *_ = re.findall(
        r"^```console\n\$ runner plan ([^\n]*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE
    )
    (folder / "autumn.yaml").write_text(campaign, encoding="utf-8")
    (folder / "media" / "clip.mp4").rename(folder / "media" / "launch.mp4")

    assert run(*command.split()).stdout == shown


def test_limits_count_what_the_ledger_holds_and_no_ledger_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "version: 1\nname: demo\ntimezone: UTC\nlimits: {min_gap: 0s, per_device: {per_hour: {follow: 2}}}\n"
        'scripts:\n  greet: {script: follow, devices: [VIRTUAL01], config: {target_users: ["@a"]}, '
        'start_times: {every: 1m, between: "00:00-24:00"}}\n'
    )
    (tmp_path / "demo.yaml").write_text(text)
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("RUNNER_STATE_DIR", str(own / "state"))

    def planned(*more: str) -> list[tuple[str, str]]:
        answer = json.loads(
            run(str(tmp_path / "demo.yaml"), "--until", "2m", "--format", "json", *more).stdout
        )
        return [(note["code"], note["message"]) for note in answer["notes"]]

    assert planned() == []
    assert not (own / "state").exists()

    with asked_ledger(own) as asked:
        for run_id in ("1", "2"):
            key = asked.run_by_hand(run_id)[0]
            asked.attempt(key, TaskState.COMPLETED, effect=EffectState.COMMITTED)
    used, held, *_ = planned()
    ledger = own / "state" / "ledger.db"
    assert used == ("ledger-usage", f"limits count what the ledger {ledger} holds: 2 follow")
    assert held[0] == "limit-reached"
    assert planned("--store", f"sqlite:///{ledger}")[0] == used
    assert planned("--now", "2026-01-01T00:00Z") == []

    ledger.write_bytes(b"no ledger")
    (told,) = planned()
    assert told[0] == "ledger-usage" and told[1].startswith("what was done before does not count: ")
    with pytest.raises(UsageError, match="there is no ledger"):
        planned("--store", f"sqlite:///{tmp_path / 'none.db'}")
