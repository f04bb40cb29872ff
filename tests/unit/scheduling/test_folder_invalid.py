"""Campaign files that are wrong: what stays in force, and what is written down of them."""

import os
from pathlib import Path

import pytest
from campaign_place import FLOW, NOW, Place, campaign, told

from runner.scheduling.folder import CampaignFolder
from runner.scripts.script import FlowText
from runner.store.campaign_rows import InForce


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


def test_a_wrong_file_that_was_moved_stays_its_campaigns_whatever_name_it_is_given_then(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("other.yaml", campaign("other"))
    place.load()
    file.unlink()
    moved = place.write("moved.yaml", campaign("autumn", at="25:00"))
    place.load()
    for text in (campaign("winter", at="25:00"), "\tno: yaml"):
        moved.write_text(text)
        place.load()
        place.restart()
        place.load()
        assert place.times() == {"autumn": ["09:00"], "other": ["09:00"]}
    moved.write_text(campaign("winter", more="formerly: [autumn]"))

    assert ("winter", None, "renamed") in told(place.load())
    assert place.times() == {"other": ["09:00"], "winter": ["09:00"]}
    assert place.invalid() == []


def test_a_wrong_file_with_another_place_and_name_is_known_by_the_name_that_it_had_formerly(
    place: Place,
) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.write("other.yaml", campaign("other"))
    place.load()
    file.unlink()
    moved = place.write("winter.yaml", campaign("winter", at="25:00", more="formerly: [autumn, other]"))

    assert told(place.load()) == [("autumn", None, "invalid")]
    assert place.times() == {"autumn": ["09:00"], "other": ["09:00"]}
    moved.write_text(campaign("winter", more="formerly: [autumn]"))
    assert ("winter", None, "renamed") in told(place.load())
    assert place.times() == {"other": ["09:00"], "winter": ["09:00"]}


def test_a_pipe_in_the_folder_is_not_waited_for(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    os.mkfifo(place.folder / "pipe.yaml")

    assert told(place.load()) == [("autumn", "greet", "added")]
    assert place.invalid() == []


def test_files_that_never_were_right_do_not_keep_others_from_running(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn"))
    place.write("broken.yaml", campaign("broken", at="25:00"))

    reload = place.load()

    assert told(reload) == [("autumn", "greet", "added"), ("broken", None, "invalid")]
    assert "it never was right" in reload.changes[1].detail
    assert place.times() == {"autumn": ["09:00"]}
    assert [row.name for row in place.ledger.campaigns.all()] == ["autumn"]
    assert [file.campaign for file in place.invalid()] == ["broken"]

    (place.folder / "broken.yaml").unlink()
    reload = place.load()
    assert told(reload) == [("broken", None, "withdrawn")]
    assert "broken.yaml, which was wrong, is not among the files any more" in reload.changes[0].detail
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


def test_a_wrong_flow_leaves_the_good_one_in_force_over_restarts(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn", script="wave"))
    flow = place.write("flows/wave.yaml", FLOW)
    place.load()
    assert place.daemon.campaigns[0].flows == {("autumn", "wave"): FlowText(str(flow), FLOW)}
    flow.write_text(FLOW.replace("launch", "lunch"))

    for _ in range(2):
        reload = place.load()
        assert told(reload) == [("autumn", None, "invalid")]
        assert f"{flow}:8:5: error:" in reload.changes[0].detail
        assert place.times() == {"autumn": ["09:00"]}
        assert place.daemon.campaigns[0].flows["autumn", "wave"].text == FLOW
        place.restart()

    flow.unlink()
    assert told(place.load()) == [("autumn", None, "invalid")]
    flow.write_text(FLOW)
    assert told(place.load()) == [("autumn", None, "mended")]
    assert place.daemon.campaigns[0].flows == {("autumn", "wave"): FlowText(str(flow), FLOW)}


def test_a_flow_that_another_one_uses_is_kept_and_watched_like_it(place: Place) -> None:
    place.write("autumn.yaml", campaign("autumn", script="wave"))
    place.write("flows/wave.yaml", FLOW.replace("launch:", "use: greet"))
    head = FLOW.partition("parameters")[0].replace("wave", "greet")
    used = place.write("flows/greet.yaml", head + "steps:\n  - launch:\n")
    place.load()

    def text() -> str:
        (flow,) = place.daemon.campaigns[0].flows["autumn", "wave"].used
        return flow.text

    assert "launch" in text()
    used.write_text(used.read_text().replace("launch", "stop"))
    assert told(place.load()) != []
    assert "stop" in text()
    used.write_text(used.read_text().replace("stop", "stopp"))
    assert told(place.load()) == [("autumn", None, "invalid")]
    place.restart()
    place.load()
    assert "stop:" in text()


def test_material_that_comes_later_mends_a_campaign(place: Place) -> None:
    text = campaign("autumn").replace("script: follow", "script: post")
    place.write("autumn.yaml", text.replace("target_users: ['@one']", "material_list: [clip.mp4]"))
    assert [problem.code for problem in place.load().problems] == ["missing-file"]
    (place.folder / "clip.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom")

    assert told(place.load()) == [("autumn", "greet", "added"), ("autumn", None, "mended")]


def test_a_text_that_this_version_does_not_understand_is_not_in_force(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    version = place.ledger.campaigns.record("autumn", file, "version: 0\nname: autumn\n", None)
    place.ledger.campaigns.put_in_force(InForce("autumn", str(file), version, None, frozenset(), NOW))
    file.write_text("\t")

    assert told(place.load()) == [("autumn", None, "invalid")]
    assert place.times() == {}


SECRETS = {
    "in a comment": "# the old key: sk-abcdefghijklmnopqrstuvwx\n",
    "as a key": "sk-abcdefghijklmnopqrstuvwx: 1\n",
    "in a line that is not YAML": '    api_key: "hunter2\n',
    "below a line that is not YAML": "    api_key: |\n\thunter2\n",
    "in several lines": "password: '****\n  hunter2\n\n  hunter2'\n",
    "as a list": "client_secret: # ****\n- hunter2\n",
    "under a key that is misspelt": "api_keey: hunter2\n",
}


@pytest.mark.parametrize("more", SECRETS.values(), ids=SECRETS)
def test_a_secret_in_a_wrong_file_is_neither_told_nor_kept(place: Place, more: str) -> None:
    place.write("autumn.yaml", campaign("autumn") + more)

    (change,) = place.load().changes
    (wrong,) = place.invalid()

    assert place.ledger.campaigns.all() == []
    for text in (change.detail, wrong.problem):
        assert "****" in text
        assert "sk-abc" not in text
        assert "hunter2" not in text


@pytest.mark.parametrize("what", ["a file", "a folder", "a flow"])
def test_what_a_link_leads_to_outside_of_the_folders_is_not_quoted(place: Place, what: str) -> None:
    elsewhere = place.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "account.yaml").write_text("machine: desk\nlogin: anna\nsesame\n")
    if what == "a folder":
        (place.folder / "more").symlink_to(elsewhere)
    if what != "a flow":
        (place.folder / "autumn.yaml").symlink_to(elsewhere / "account.yaml")
    else:
        place.write("autumn.yaml", campaign("autumn", script="account"))
        (place.folder / "flows").mkdir()
        (place.folder / "flows" / "account.yaml").symlink_to(elsewhere / "account.yaml")

    changes = place.load().changes
    wrong = place.invalid()

    assert changes
    assert wrong
    for text in [*(change.detail for change in changes), *(one.problem for one in wrong)]:
        assert "lies outside of the campaigns' folders" in text
        assert not any(word in text for word in ("sesame", "anna", "machine", "login"))


def test_a_link_within_the_folders_is_quoted(place: Place) -> None:
    place.write("autumn.txt", campaign("autumn") + "sesame\n")
    (place.folder / "autumn.yaml").symlink_to("autumn.txt")
    (change,) = place.load().changes
    assert "sesame" in change.detail
