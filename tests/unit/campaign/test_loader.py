"""Files found, files read, their structure checked."""

import os
from pathlib import Path

import pytest

from runner.campaign.loader import discover, load, load_limits, load_text
from runner.errors import UsageError

CAMPAIGN = """\
version: 1
name: autumn
timezone: Europe/Stockholm
devices:
  studio: [A1, A2]
configs:
  clip: {captions: hi, material_list: [media/a.mp4, /srv/b.mp4]}
start_times:
  morning: "09:00"
scripts:
  publish: {script: post, config: clip, devices: [A2, studio, C3], start_times: [12:15, morning]}
  greet: {script: follow, config: {target_user: "@a"}, devices: studio, start_times: morning}
"""


def test_a_sound_file_has_no_diagnostics() -> None:
    loaded = load_text(CAMPAIGN, "x.yaml")
    assert loaded.diagnostics == ()
    assert not loaded.has_errors


def test_problems_of_text_and_structure_come_together() -> None:
    loaded = load_text(CAMPAIGN + "extra: 1\nname: twice\n", "x.yaml")
    assert loaded.has_errors
    assert [diagnostic.code for diagnostic in loaded.diagnostics] == ["unknown-key", "duplicate-key"]


def test_a_config_is_held_against_every_script_that_uses_it() -> None:
    text = CAMPAIGN.replace('config: {target_user: "@a"}', "config: clip")
    first, second = load_text(text, "x.yaml").diagnostics
    assert (first.message, second.message) == ("unknown key `captions`", "unknown key `material_list`")
    assert (first.span.line, second.span.line) == (7, 7)
    assert [related.message for related in first.related] == ["entry `greet` uses this config"]


def test_an_unused_config_is_not_held_against_any_script() -> None:
    text = CAMPAIGN.replace("configs:\n", "configs:\n  odd: {whatever: 1, captions: [2]}\n")
    assert load_text(text, "x.yaml").diagnostics == ()


def test_a_script_whose_config_has_required_keys_needs_a_config() -> None:
    text = CAMPAIGN + "  say: {script: comment, devices: studio}\n"
    (missing,) = load_text(text, "x.yaml").diagnostics
    assert (missing.code, missing.message) == ("missing-key", "`config` is missing in `say`")
    assert missing.hint == "the script `comment` needs `comment_content`"


def test_a_file_that_cannot_be_read_is_a_diagnostic(tmp_path: Path) -> None:
    (diagnostic,) = load(tmp_path / "gone.yaml").diagnostics
    assert diagnostic.code == "unreadable-file"
    assert "No such file" in diagnostic.message


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert [diagnostic.code for diagnostic in load(path).diagnostics] == ["too-large"]


def test_folders_are_searched_for_campaigns_only(tmp_path: Path) -> None:
    names = ["b.yaml", "a.yml", "note.txt", ".hidden.yaml", "sub/c.yaml"]
    others = ["media/m.yaml", "sub/flows/f.yaml", "apps/x.yaml", ".git/g.yaml"]
    for name in names + others:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = discover([tmp_path, tmp_path / "b.yaml", tmp_path / "note.txt"])
    assert [str(path.relative_to(tmp_path)) for path in found] == [
        "a.yml",
        "b.yaml",
        "sub/c.yaml",
        "note.txt",
    ]


def test_what_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file or folder nowhere"):
        discover([Path("nowhere")])
    with pytest.raises(UsageError, match="no campaign files"):
        discover([tmp_path])
    with pytest.raises(UsageError, match="cannot be read: File name too long"):
        discover([tmp_path / ("x" * 300)])


@pytest.mark.parametrize("name", ["007", "12", "+5", "a/b", "~1"])
def test_problems_stand_where_they_belong_whatever_the_key(name: str) -> None:
    text = (
        f'version: 1\nname: a\nscripts:\n  ok: {{script: post, devices: A1}}\n  "{name}": {{script: post}}\n'
    )
    found = load_text(text, "x.yaml").diagnostics
    assert ("missing-key", 5) in {(problem.code, problem.span.line) for problem in found}


def test_limits_alone_are_read_like_a_campaigns(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("min_gap: 0s\nper_device: {per_day: {post: 3}}\n")
    loaded = load_limits(file)
    assert not loaded.has_errors
    assert loaded.document.data["limits"] == {"min_gap": "0s", "per_device": {"per_day": {"post": 3}}}
    file.write_text("min_gap: 0s\nlimits: {}\n")
    (problem,) = load_limits(file).diagnostics
    assert (problem.code, problem.span.line, problem.span.column) == ("unknown-key", 2, 1)
    for text, code in [("", "wrong-type"), ("- 1", "wrong-type"), ("min_gap: [", "yaml-syntax")]:
        file.write_text(text)
        assert {problem.code for problem in load_limits(file).diagnostics} == {code}
    assert [problem.code for problem in load_limits(tmp_path / "none").diagnostics] == ["unreadable-file"]


def found_in(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in discover([folder])]


def test_a_linked_folder_is_searched_once(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "campaigns", tmp_path / "elsewhere"
    for path in (folder / "own", elsewhere / "below"):
        path.mkdir(parents=True)
        (path / "a.yaml").touch()
    (elsewhere / "b.yaml").touch()
    (folder / "a-link-to-own").symlink_to(folder / "own")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "twice").symlink_to(elsewhere / "below")
    assert found_in(folder) == ["own/a.yaml", "linked/b.yaml", "linked/below/a.yaml"]


@pytest.mark.parametrize("target", [".", "..", "../..", "deep"])
def test_a_link_that_leads_back_is_told_and_ends_nothing(tmp_path: Path, target: str) -> None:
    folder = tmp_path / "campaigns"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.yaml").touch()
    (folder / "deep" / "loop").symlink_to(folder / "deep" / target)
    if target == "deep":
        (folder / "deep" / "deep").symlink_to("loop")  # neither leads anywhere
        assert found_in(folder) == ["deep/a.yaml"]
        return
    assert found_in(folder) == ["deep/a.yaml", "deep/loop"]
    (told,) = load(folder / "deep" / "loop").diagnostics
    assert (
        told.code == "unreadable-file" and "leads back to" in told.message and told.hint == "remove the link"
    )


def test_two_folders_that_link_to_each_other_are_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "campaigns"
    for name, other in (("one", "two"), ("two", "one")):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.yaml").touch()
        (folder / name / "link").symlink_to(f"../{other}")
    assert found_in(folder) == ["one/a.yaml", "two/a.yaml"]


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "a.yaml").touch()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # nothing is shut to root
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert found_in(tmp_path) == ["a.yaml", "shut"]
    (told,) = load(tmp_path / "shut").diagnostics
    assert told.message == "the folder may not be read, so campaigns in it are not"


def test_a_file_whose_name_is_no_utf8_is_a_diagnostic(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.yaml")
    path.write_text(CAMPAIGN)
    assert discover([tmp_path]) == [path]
    (told,) = load(path).diagnostics
    assert (told.code, told.hint) == ("unreadable-file", "rename it")
