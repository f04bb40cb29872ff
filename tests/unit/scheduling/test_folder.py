"""What of the campaign files is in force, with real files, real git and a real ledger."""

import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue

import pytest

from runner.clock import ManualClock
from runner.errors import FolderError
from runner.planning.plan import plan
from runner.planning.source import Window
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.reload import ChangeKind, Reload
from runner.store.ledger import Ledger
from runner.store.rows import CampaignRow, InForce, InvalidFile

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def campaign(name: str, *, at: str = "09:00", more: str = "", script: str = "follow") -> str:
    config = "target_users: ['@one']" if script == "follow" else "greeting: hello"
    return f"""\
version: 1
name: {name}
timezone: Europe/Stockholm
{more}
devices:
  studio: [R58M123ABC]
scripts:
  greet:
    script: {script}
    devices: studio
    start_times: ["{at}"]
    config: {{{config}}}
"""


FLOW = """\
version: 1
name: wave
app: tiktok
effects: none
parameters:
  greeting: {type: string}
steps:
  - launch:
"""


class Place:
    """A folder of campaigns, and a daemon that can be started anew."""

    def __init__(self, folder: Path, ledger: Ledger, clock: ManualClock) -> None:
        self.folder, self.ledger, self.clock = folder, ledger, clock
        self.daemon = CampaignFolder([folder], ledger, clock)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def load(self) -> Reload:
        self.clock.advance(60)
        return self.daemon.load()

    def restart(self) -> None:
        self.daemon = CampaignFolder([self.folder], self.ledger, self.clock)

    def row(self, name: str) -> CampaignRow:
        return next(row for row in self.ledger.campaigns_in_force() if row.name == name)

    def invalid(self) -> list[InvalidFile]:
        return self.ledger.invalid_files()

    def times(self) -> dict[str, list[str]]:
        """What is in force: the times of day of each campaign's tasks on the first day."""
        made = plan(self.daemon.sources, Window(NOW, NOW + timedelta(days=1)))
        found: dict[str, list[str]] = {source.campaign.name: [] for source in self.daemon.sources}
        for task in made.tasks():
            found[task.campaign].append(task.nominal[11:16])
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "campaigns").mkdir()
    clock = ManualClock(NOW)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        yield Place(tmp_path / "campaigns", ledger, clock)


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
    answer = subprocess.run(
        ["git", *author, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


def told(reload: Reload) -> list[tuple[str, str | None, str]]:
    return [(change.campaign, change.entry, str(change.what)) for change in reload.changes]


def test_what_is_right_is_in_force_and_written_down(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))

    reload = place.load()

    assert place.times() == {"autumn": ["09:00"]}
    assert told(reload) == [("autumn", "greet", "added")]
    assert reload.sources == place.daemon.sources
    row = place.row("autumn")
    assert (row.path, row.text) == (str(file), file.read_text())
    assert place.invalid() == []
    assert [(one.entry, one.rule, one.gone_utc) for one in place.ledger.schedules("autumn")] == [
        ("greet", "09:00", None)
    ]


def test_nothing_is_said_of_files_that_are_as_they_were(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    before, version = place.daemon.sources, place.row("autumn")

    again = place.load()
    place.restart()
    after_restart = place.load()

    assert (again.changes, after_restart.changes) == ((), ())
    assert again.sources == before and again.sources[0] is before[0]
    assert place.row("autumn") == version


def test_a_changed_file_is_read_again(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.write("winter.yaml", campaign("winter", at="20:00"))
    winter = place.load().sources[1]
    place.write("autumn.yaml", campaign("autumn", at="10:00"))

    reload = place.load()

    assert place.times() == {"autumn": ["10:00"], "winter": ["20:00"]}
    assert [(change.what, change.detail) for change in reload.changes] == [("moved", "09:00 -> 10:00")]
    assert reload.sources[1] is winter
    gone = {one.rule: one.gone_utc for one in place.ledger.schedules("autumn")}
    assert gone == {"09:00": place.clock.now(), "10:00": None}


def test_a_wrong_file_leaves_the_last_good_text_in_force_over_restarts(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    file.write_text(campaign("autumn", at="25:00"))

    reload = place.load()
    since = place.clock.now()

    assert told(reload) == [("autumn", None, "invalid")]
    assert "its last good text stays in force" in reload.changes[0].detail
    assert f"{file}:11:" in reload.changes[0].detail
    assert place.times() == {"autumn": ["09:00"]}
    assert place.load().changes == ()
    assert "09:00" in place.row("autumn").text
    (wrong,) = place.invalid()
    assert (wrong.path, wrong.campaign, wrong.since_utc) == (str(file), "autumn", since)
    assert "25:00" in wrong.problem

    for _ in range(2):
        place.restart()
        assert told(place.load()) == [("autumn", None, "invalid")]
        assert place.times() == {"autumn": ["09:00"]}
    assert place.invalid() == [wrong]


def test_a_file_that_is_right_again_takes_effect(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    file.write_text("version: 1\nname: autumn\n")
    place.load()
    file.write_text(campaign("autumn", at="11:00"))

    reload = place.load()

    assert told(reload) == [("autumn", "greet", "moved"), ("autumn", None, "mended")]
    assert place.times() == {"autumn": ["11:00"]}
    assert place.invalid() == []


@pytest.mark.parametrize("text", ["", "\tno: yaml", "version: 1\nname: caf\udce9\n", "name: [autumn]\n"])
def test_a_file_whose_name_cannot_be_read_is_known_by_its_path(place: Place, text: str) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    file.write_bytes(text.encode(errors="surrogateescape"))

    assert told(place.load()) == [("autumn", None, "invalid")]
    assert place.times() == {"autumn": ["09:00"]}


def test_a_wrong_file_that_was_moved_is_known_by_its_name(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("other.yaml", campaign("other"))
    place.load()
    file.unlink()
    place.write("moved/autumn-2.yaml", campaign("autumn", at="25:00"))

    assert told(place.load()) == [("autumn", None, "invalid")]
    assert place.times() == {"autumn": ["09:00"], "other": ["09:00"]}


def test_a_file_that_was_moved_and_is_no_yaml_is_known_by_the_line_that_names_it(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("other.yaml", campaign("other"))
    place.load()
    file.unlink()
    place.write(
        "autumn-2.yaml", "<<<<<<< HEAD\n" + campaign("autumn", at="10:00") + "=======\n>>>>>>> more\n"
    )

    assert told(place.load()) == [("autumn", None, "invalid")]
    assert place.times() == {"autumn": ["09:00"], "other": ["09:00"]}
    place.restart()
    place.load()
    assert place.times() == {"autumn": ["09:00"], "other": ["09:00"]}


def test_warnings_do_not_block(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn", more="start_times: {unused: '10:00'}"))

    reload = place.load()

    assert [problem.code for problem in reload.problems] == ["unused-definition"]
    assert place.times() == {"autumn": ["09:00"]}


def test_files_that_never_were_right_do_not_keep_others_from_running(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.write("broken.yaml", campaign("broken", at="25:00"))

    reload = place.load()

    assert told(reload) == [("autumn", "greet", "added"), ("broken", None, "invalid")]
    assert "it never was right" in reload.changes[1].detail
    assert place.times() == {"autumn": ["09:00"]}
    assert [row.name for row in place.ledger.campaigns_in_force()] == ["autumn"]
    assert [file.campaign for file in place.invalid()] == ["broken"]

    (place.folder / "broken.yaml").unlink()
    assert place.load().changes == ()
    assert place.invalid() == []


NAMELESS = {"no-yaml": "version: 1\n\tscripts: {", "no-name": campaign("x").replace("name: x\n", "")}


@pytest.mark.parametrize("text", NAMELESS.values(), ids=NAMELESS)
def test_a_new_file_that_names_no_campaign_is_written_down_until_it_is_mended(
    place: Place, text: str
) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    file = place.write("spring.yaml", text)

    assert told(place.load()) == [("autumn", "greet", "added"), ("spring", None, "invalid")]
    (wrong,) = place.invalid()
    assert (wrong.path, wrong.campaign, wrong.commit) == (str(file), None, None)
    assert wrong.since_utc == place.clock.now()
    assert f"{file}:" in wrong.problem

    place.restart()
    place.load()
    assert place.invalid() == [wrong]

    file.write_text("\t" + text)
    place.load()
    (other,) = place.invalid()
    assert other.since_utc == wrong.since_utc
    assert other.problem != wrong.problem

    file.write_text(campaign("spring"))
    assert told(place.load()) == [("spring", "greet", "added"), ("spring", None, "mended")]
    assert place.invalid() == []


def test_a_broken_file_is_forgotten_when_it_is_removed_or_another_folder_is_served(
    place: Place, tmp_path: Path
) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    file = place.write("spring.yaml", "\t")
    place.load()
    file.unlink()
    place.load()
    assert place.invalid() == []

    file.write_text("\t")
    place.load()
    assert len(place.invalid()) == 1
    (tmp_path / "winter.yaml").write_text(campaign("winter"))
    CampaignFolder([tmp_path / "winter.yaml"], place.ledger, place.clock).load()
    assert place.invalid() == []


def test_a_broken_file_that_is_moved_is_broken_since_it_was_first(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    file = place.write("spring.yaml", campaign("spring", at="25:00"))
    place.load()
    since = place.clock.now()
    moved = file.rename(place.folder / "moved.yaml")
    place.load()
    assert [(one.path, one.since_utc) for one in place.invalid()] == [(str(moved), since)]


def test_a_second_file_of_one_name_is_the_newcomer(place: Place) -> None:
    """The copy sorts first, and is right by itself; who was there before stays in force."""
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    copy = place.write("a-copy.yaml", campaign("autumn", at="10:00"))

    for _ in range(2):
        reload = place.load()
        assert [change.what for change in reload.changes] == ["invalid"]
        assert str(copy) in reload.changes[0].detail
        assert "is the campaign of" in reload.changes[0].detail
        assert "newcomer" in reload.changes[0].detail
        assert place.times() == {"autumn": ["09:00"]}
        assert [(file.path, file.campaign) for file in place.invalid()] == [(str(copy), None)]
        place.restart()

    (place.folder / "autumn.yaml").unlink()
    assert ("autumn", "greet", "moved") in told(place.load())
    assert place.times() == {"autumn": ["10:00"]}


def test_a_newcomer_does_not_take_the_name_of_a_campaign_whose_file_is_wrong(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    file.write_text("\t")
    place.write("a-copy.yaml", campaign("autumn", at="10:00"))

    place.load()

    assert place.times() == {"autumn": ["09:00"]}


def test_of_two_new_files_of_one_name_neither_is_in_force(place: Place) -> None:
    place.write("one.yaml", campaign("autumn"))
    place.write("two.yaml", campaign("autumn", at="10:00"))

    reload = place.load()

    assert [problem.code for problem in reload.problems] == ["duplicate-name"] * 2
    assert place.times() == {}

    place.write("two.yaml", campaign("winter", at="10:00"))
    place.load()
    assert place.times() == {"autumn": ["09:00"], "winter": ["10:00"]}


def test_renaming_a_file_changes_nothing(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    schedules = place.ledger.schedules()
    file.rename(place.folder / "renamed.yaml")

    reload = place.load()

    assert reload.changes == ()
    assert place.times() == {"autumn": ["09:00"]}
    assert place.row("autumn").path == str(place.folder / "renamed.yaml")
    assert place.ledger.schedules() == schedules


def test_a_renamed_campaign_carries_its_history(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    first_seen = place.ledger.schedules("autumn")[0].first_seen_utc
    file.write_text(campaign("winter", more="formerly: [autumn]"))

    reload = place.load()

    assert [(change.what, change.detail) for change in reload.changes] == [
        ("renamed", "it was called autumn")
    ]
    assert place.times() == {"winter": ["09:00"]}
    assert [one.first_seen_utc for one in place.ledger.schedules("winter")] == [first_seen]
    assert place.row("autumn").withdrawn_utc is not None
    assert place.load().changes == ()


def test_a_renamed_copy_beside_its_original_waits(place: Place) -> None:
    original = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    place.write("a-winter.yaml", campaign("winter", at="10:00", more="formerly: [autumn]"))

    reload = place.load()

    assert told(reload) == [("winter", None, "invalid")]
    assert "`autumn` belongs to another campaign" in reload.changes[0].detail
    assert place.times() == {"autumn": ["09:00"]}

    original.unlink()
    assert told(place.load()) == [
        ("winter", None, "renamed"),
        ("winter", "greet", "moved"),
        ("winter", None, "mended"),
    ]


def test_the_old_file_of_a_renamed_campaign_is_a_newcomer_when_it_comes_back(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    file.rename(place.folder / "winter.yaml")
    place.write("winter.yaml", campaign("winter", more="formerly: [autumn]"))
    place.load()
    place.write("autumn.yaml", campaign("autumn"))

    reload = place.load()

    assert told(reload) == [("autumn", None, "invalid")]
    assert "carries its history" in reload.changes[0].detail
    assert place.times() == {"winter": ["09:00"]}


def test_a_file_that_disappears_is_withdrawn(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("winter.yaml", campaign("winter"))
    place.load()
    file.unlink()

    reload = place.load()

    assert [(change.campaign, change.what, change.detail) for change in reload.changes] == [
        ("autumn", ChangeKind.WITHDRAWN, f"its file {file} is gone")
    ]
    assert place.times() == {"winter": ["09:00"]}
    assert place.row("autumn").withdrawn_reason == f"its file {file} is gone"

    file.write_text(campaign("autumn"))
    assert told(place.load()) == [("autumn", "greet", "added")]
    assert place.row("autumn").withdrawn_utc is None


def test_a_folder_that_was_emptied_is_no_deletion(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    file.unlink()

    for _ in range(2):
        with pytest.raises(FolderError, match="there are no campaign files") as error:
            place.load()
        assert error.value.hint
        assert place.times() == {"autumn": ["09:00"]}
        assert place.row("autumn").withdrawn_utc is None
        assert "there are no campaign files" in place.invalid()[0].problem
        place.restart()


def test_a_missing_folder_is_no_deletion(place: Place, tmp_path: Path) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    place.folder.rename(tmp_path / "elsewhere")

    for _ in range(2):
        with pytest.raises(FolderError, match="there is no file or folder"):
            place.load()
        assert place.times() == {"autumn": ["09:00"]}
        assert "there is no file or folder" in place.invalid()[0].problem
        place.restart()

    (tmp_path / "elsewhere").rename(place.folder)
    assert told(place.load()) == [("autumn", None, "mended")]
    assert place.invalid() == []


def test_a_missing_folder_does_not_bring_campaigns_of_other_folders_back(
    place: Place, tmp_path: Path
) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.load()

    other = CampaignFolder([tmp_path / "none"], place.ledger, place.clock)

    with pytest.raises(FolderError):
        other.load()
    assert other.sources == ()


def test_campaigns_of_another_daemons_paths_are_withdrawn(place: Place, tmp_path: Path) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    (tmp_path / "winter.yaml").write_text(campaign("winter"))

    reload = CampaignFolder([tmp_path / "winter.yaml"], place.ledger, place.clock).load()

    assert told(reload) == [("autumn", None, "withdrawn"), ("winter", "greet", "added")]
    assert "not among those that the daemon was started with" in reload.changes[0].detail


def test_a_file_that_became_a_folder_or_a_dead_link_stays_in_force(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("winter.yaml", campaign("winter"))
    place.load()
    file.unlink()
    file.mkdir()

    as_folder = place.load()
    file.rmdir()
    file.symlink_to("nowhere.yaml")
    as_link = place.load()

    assert told(as_folder) == told(as_link) == [("autumn", None, "invalid")]
    assert "this is no file any more" in as_folder.changes[0].detail
    assert "the file cannot be read: No such file or directory" in as_link.changes[0].detail
    assert place.times() == {"autumn": ["09:00"], "winter": ["09:00"]}


def test_an_entry_that_was_removed_while_the_daemon_was_down_is_told(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    place.write("autumn.yaml", campaign("autumn").replace("greet:", "welcome:"))
    place.restart()

    assert told(place.load()) == [("autumn", "welcome", "added"), ("autumn", "greet", "removed")]


def test_a_changed_flow_is_a_change_of_its_campaign(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn", script="wave"))
    flow = place.write("flows/wave.yaml", FLOW)
    assert place.load().problems == ()
    flow.write_text(FLOW + "  - press: back\n")

    reload = place.load()

    assert [(change.entry, change.what, change.detail) for change in reload.changes] == [
        ("greet", "changed", "flow")
    ]
    assert place.row("autumn").flows == {"wave": flow.read_text()}


def test_a_wrong_flow_leaves_the_good_one_in_force_over_restarts(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn", script="wave"))
    flow = place.write("flows/wave.yaml", FLOW)
    place.load()
    assert place.daemon.sources[0].campaign.flows == {("autumn", "wave"): (str(flow), FLOW)}
    flow.write_text(FLOW.replace("launch", "lunch"))

    for _ in range(2):
        reload = place.load()
        assert told(reload) == [("autumn", None, "invalid")]
        assert f"{flow}:8:5: error:" in reload.changes[0].detail
        assert place.times() == {"autumn": ["09:00"]}
        assert place.daemon.sources[0].campaign.flows["autumn", "wave"].text == FLOW
        place.restart()

    flow.unlink()
    assert told(place.load()) == [("autumn", None, "invalid")]
    flow.write_text(FLOW)
    assert told(place.load()) == [("autumn", None, "mended")]
    assert place.daemon.sources[0].campaign.flows == {("autumn", "wave"): (str(flow), FLOW)}


def test_material_that_comes_later_mends_a_campaign(place: Place) -> None:
    text = campaign("autumn").replace("script: follow", "script: post")
    place.write("autumn.yaml", text.replace("target_users: ['@one']", "material_list: [clip.mp4]"))
    assert [problem.code for problem in place.load().problems] == ["missing-file"]
    (place.folder / "clip.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom")

    assert told(place.load()) == [("autumn", "greet", "added"), ("autumn", None, "mended")]


def test_every_change_says_its_commit(place: Place) -> None:
    repository = place.folder.parent
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("winter.yaml", campaign("winter"))
    git(repository, "init", "--quiet")
    git(repository, "add", "campaigns")
    git(repository, "commit", "--quiet", "--message", "First")
    first = git(repository, "rev-parse", "HEAD")

    assert {change.commit for change in place.load().changes} == {first[:12]}
    assert {source.commit for source in place.daemon.sources} == {first}

    file.write_text(campaign("autumn", at="10:00"))
    assert [change.commit for change in place.load().changes] == [f"{first[:12]}-dirty"]

    git(repository, "commit", "--quiet", "--all", "--message", "Second")
    second = git(repository, "rev-parse", "HEAD")
    assert place.load().changes == ()
    assert {source.commit for source in place.daemon.sources} == {second}
    assert place.row("autumn").commit == place.row("winter").commit == second

    file.write_text("\t")
    git(repository, "commit", "--quiet", "--all", "--message", "Third")
    third = git(repository, "rev-parse", "HEAD")
    (reload,) = place.load().changes
    assert (reload.what, reload.commit) == ("invalid", third[:12])
    assert f"its last good text ({second[:12]}) stays in force" in reload.detail
    assert [wrong.commit for wrong in place.invalid()] == [third]
    assert place.daemon.sources[0].commit == second

    git(repository, "rm", "--quiet", "campaigns/autumn.yaml")
    assert [change.commit for change in place.load().changes] == [f"{third[:12]}-dirty"]


def test_a_flow_that_is_not_committed_makes_its_campaign_dirty(place: Place) -> None:
    repository = place.folder.parent
    place.write("autumn.yaml", campaign("autumn", script="wave"))
    git(repository, "init", "--quiet")
    git(repository, "add", "campaigns")
    git(repository, "commit", "--quiet", "--message", "First")
    place.write("flows/wave.yaml", FLOW)

    place.load()

    assert place.daemon.sources[0].commit == f"{git(repository, 'rev-parse', 'HEAD')}-dirty"


def test_a_text_that_this_version_does_not_understand_is_not_in_force(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    version = place.ledger.record_campaign("autumn", file, "version: 0\nname: autumn\n", None)
    place.ledger.put_in_force(InForce("autumn", str(file), version, None, frozenset(), NOW))
    file.write_text("\t")

    assert told(place.load()) == [("autumn", None, "invalid")]
    assert place.times() == {}


def test_checks_are_repeated_when_days_have_passed(place: Place) -> None:
    """The warnings of files that stay as they are would otherwise be about days of the past."""
    place.write("autumn.yaml", campaign("autumn", at="2026-11-24T09:00"))
    assert place.load().problems == ()
    place.clock.advance(5 * 86400)

    assert [problem.code for problem in place.load().problems] == ["in-the-past"]


def test_a_file_that_is_gone_in_the_middle_of_a_checkout_is_waited_for(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("winter.yaml", campaign("winter"))
    place.load()
    git(place.folder, "init", "--quiet")
    lock = place.folder / ".git" / "index.lock"
    lock.touch()
    file.unlink()
    reloads: Queue[Reload] = Queue()
    loading = threading.Thread(target=lambda: reloads.put(place.load()))
    loading.start()
    with pytest.raises(Empty):
        reloads.get(timeout=0.5)
    file.write_text(campaign("autumn", at="10:00"))
    lock.unlink()

    assert told(reloads.get(timeout=20)) == [("autumn", "greet", "moved")]
    loading.join()


SECRETS = {
    "in a comment": "# the old key: sk-abcdefghijklmnopqrstuvwx\n",
    "as a key": "sk-abcdefghijklmnopqrstuvwx: 1\n",
    "in a line that is not YAML": '    api_key: "hunter2\n',
    "below a line that is not YAML": "    api_key: |\n\thunter2\n",
}


@pytest.mark.parametrize("more", SECRETS.values(), ids=SECRETS)
def test_a_secret_in_a_wrong_file_is_neither_told_nor_kept(place: Place, more: str) -> None:
    place.write("autumn.yaml", campaign("autumn") + more)

    (change,) = place.load().changes
    (wrong,) = place.invalid()

    assert place.ledger.campaigns_in_force() == []
    for told in (change.detail, wrong.problem):
        assert "****" in told
        assert "sk-abc" not in told
        assert "hunter2" not in told
