"""What of the campaign files is in force, with real files, real git and a real ledger."""

import os
import re
import threading
from pathlib import Path
from queue import Empty, Queue

import pytest
from campaign_place import FLOW, Place, campaign, git, told

from runner.errors import FolderError
from runner.scheduling import campaign_files
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.reload import ChangeKind, Reload


def test_what_is_right_is_in_force_and_written_down(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))

    reload = place.load()

    assert place.times() == {"autumn": ["09:00"]}
    assert told(reload) == [("autumn", "greet", "added")]
    assert reload.campaigns == place.daemon.campaigns
    row = place.row("autumn")
    assert (row.path, row.text) == (str(file), file.read_text())
    assert place.invalid() == []
    assert [(one.entry, one.rule, one.gone_utc) for one in place.ledger.campaigns.schedules("autumn")] == [
        ("greet", "09:00", None)
    ]


def test_nothing_is_said_of_files_that_are_as_they_were(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    before, version = place.daemon.campaigns, place.row("autumn")

    again = place.load()
    place.restart()
    after_restart = place.load()

    assert (again.changes, after_restart.changes) == ((), ())
    assert again.campaigns == before and again.campaigns[0] is before[0]
    assert place.row("autumn") == version


def test_a_changed_file_is_read_again(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.write("winter.yaml", campaign("winter", at="20:00"))
    winter = place.load().campaigns[1]
    place.write("autumn.yaml", campaign("autumn", at="10:00"))

    reload = place.load()

    assert place.times() == {"autumn": ["10:00"], "winter": ["20:00"]}
    assert [(change.what, change.detail) for change in reload.changes] == [("moved", "09:00 -> 10:00")]
    assert reload.campaigns[1] is winter
    gone = {one.rule: one.gone_utc for one in place.ledger.campaigns.schedules("autumn")}
    assert gone == {"09:00": place.clock.now(), "10:00": None}


def test_warnings_do_not_block(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn", more="start_times: {unused: '10:00'}"))

    reload = place.load()

    assert [problem.code for problem in reload.problems] == ["unused-definition"]
    assert place.times() == {"autumn": ["09:00"]}


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
    assert other.campaigns == ()


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


PROFILE = "version: 1\napp: tiktok\nelements: {post_button: {text: Share}}\n"


def test_an_app_profile_beside_a_campaign_is_kept_with_it(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    profile = place.write("apps/tiktok.yaml", PROFILE)

    reload = place.load()

    assert [(change.entry, change.what, change.detail) for change in reload.changes] == [
        (None, "changed", "app profiles")
    ]
    assert place.row("autumn").flows == {"apps/tiktok": PROFILE}
    assert place.daemon.campaigns[0].profiles == {"tiktok": (str(profile), PROFILE)}

    profile.write_text(PROFILE.replace("Share", "Publish"))
    assert len(place.load().changes) == 1 and place.load().changes == ()
    profile.unlink()
    assert len(place.load().changes) == 1 and place.row("autumn").flows == {}


def test_a_profile_that_is_wrong_does_no_harm_to_what_is_in_force(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    profile = place.write("apps/tiktok.yaml", PROFILE)
    place.load()
    profile.write_text(PROFILE.replace("text:", "txet:"))

    (change,) = place.load().changes
    place.restart()
    place.load()

    assert change.what == "invalid" and "unknown key `txet`" in change.detail
    assert place.daemon.campaigns[0].profiles["tiktok"].text == PROFILE


def test_every_change_says_its_commit(place: Place) -> None:
    repository = place.folder.parent
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("winter.yaml", campaign("winter"))
    git(repository, "init", "--quiet")
    git(repository, "add", "campaigns")
    git(repository, "commit", "--quiet", "--message", "First")
    first = git(repository, "rev-parse", "HEAD")

    assert {change.commit for change in place.load().changes} == {first[:12]}
    assert {resolved.commit for resolved in place.daemon.campaigns} == {first}

    file.write_text(campaign("autumn", at="10:00"))
    assert [change.commit for change in place.load().changes] == [f"{first[:12]}-dirty"]

    git(repository, "commit", "--quiet", "--all", "--message", "Second")
    second = git(repository, "rev-parse", "HEAD")
    assert place.load().changes == ()
    assert {resolved.commit for resolved in place.daemon.campaigns} == {second}
    assert place.row("autumn").commit == place.row("winter").commit == second

    file.write_text("\t")
    git(repository, "commit", "--quiet", "--all", "--message", "Third")
    third = git(repository, "rev-parse", "HEAD")
    (reload,) = place.load().changes
    assert (reload.what, reload.commit) == ("invalid", third[:12])
    assert f"its last good text ({second[:12]}) stays in force" in reload.detail
    assert [wrong.commit for wrong in place.invalid()] == [third]
    assert place.daemon.campaigns[0].commit == second

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

    assert place.daemon.campaigns[0].commit == f"{git(repository, 'rev-parse', 'HEAD')}-dirty"


def test_checks_are_repeated_when_days_have_passed(place: Place) -> None:
    """The warnings of files that stay as they are would otherwise be about days of the past."""
    place.write("autumn.yaml", campaign("autumn", at="2026-11-24T09:00"))
    assert place.load().problems == ()
    place.clock.advance(5 * 86400)

    assert [problem.code for problem in place.load().problems] == ["in-the-past"]


def test_a_file_that_is_gone_in_the_middle_of_a_checkout_is_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.scheduling.folder.PATIENCE_S", 60.0)  # git takes its time on a busy machine
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

    assert told(reloads.get(timeout=60)) == [("autumn", "greet", "moved")]
    loading.join()


def test_a_name_that_is_no_utf8_is_the_trouble_of_its_file(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    (place.folder / os.fsdecode(b"caf\xe9.yaml")).write_text(campaign("winter"))

    for _ in range(2):
        place.load()
        assert place.times() == {"autumn": ["09:00"]}
        (invalid,) = place.invalid()
        assert invalid.path.endswith("caf\\xe9.yaml") and "is no UTF-8" in invalid.problem
        place.restart()


def test_material_with_a_name_that_is_no_utf8_is_left_out(place: Place) -> None:
    (place.folder / "media").mkdir()
    for name in (b"a.mp4", b"caf\xe9.mp4"):
        (place.folder / "media" / os.fsdecode(name)).write_bytes(b"\0\0\0\x18ftypisom")
    config = "{material_source: localFolder, material_path: media}"
    text = campaign("autumn").replace("script: follow", "script: post")
    place.write("autumn.yaml", re.sub(r"config: .*", f"config: {config}", text))

    reload = place.load()

    assert place.times() == {"autumn": ["09:00"]}
    assert [problem.code for problem in reload.problems] == ["files-run-out", "unreadable-media"]


def test_a_linked_folder_is_in_force_and_a_loop_is_told(place: Place, tmp_path: Path) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "winter.yaml").write_text(campaign("winter"))
    (place.folder / "more").symlink_to(tmp_path / "elsewhere")
    (place.folder / "loop").symlink_to(place.folder)

    place.load()

    assert sorted(place.times()) == ["autumn", "winter"]
    assert [("leads back to" in invalid.problem) for invalid in place.invalid()] == [True]


def test_a_change_that_keeps_size_and_time_of_modification_is_read(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    before = file.stat()
    file.write_text(campaign("autumn", at="09:30"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    place.load()

    assert place.times() == {"autumn": ["09:30"]}


def test_anew_everything_is_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on file systems that know no ctime."""
    monkeypatch.setattr(campaign_files, "_stat", lambda path: (0,))
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    place.write("autumn.yaml", campaign("autumn", at="09:30"))
    place.load()
    assert place.times() == {"autumn": ["09:00"]}

    place.daemon.load(anew=True)

    assert place.times() == {"autumn": ["09:30"]}
