"""Loading: files found, files read, names resolved."""

from pathlib import Path

import pytest

from runner.campaign.loader import discover, load, load_text, resolve
from runner.errors import UsageError
from runner.scripts.follow import FollowConfig
from runner.scripts.post import PostConfig

CAMPAIGN = """\
version: 1
name: autumn
timezone: Europe/Stockholm
devices:
  studio: [A1, A2]
  lab: [B1]
configs:
  clip: {captions: hi, material_list: [media/a.mp4, /srv/b.mp4]}
start_times:
  morning: "09:00"
scripts:
  publish: {script: post, config: clip, devices: [lab, A2, studio, C3], start_times: [12:15, morning]}
  greet: {script: follow, config: {target_user: "@a"}, devices: studio, start_times: morning}
  folder: {script: post, config: {material_source: localFolder, material_path: media}, devices: lab}
"""


def test_names_are_resolved_in_declared_order() -> None:
    publish, greet, folder = resolve(load_text(CAMPAIGN, "/campaigns/autumn.yaml"))
    assert (publish.name, publish.script) == ("publish", "post")
    assert publish.devices == ("B1", "A2", "A1", "C3")
    assert publish.start_times == ("12:15", "09:00")
    assert greet.devices == ("A1", "A2")
    assert greet.start_times == ("09:00",)
    assert folder.start_times == ()


def test_configs_are_complete_and_their_paths_absolute() -> None:
    publish, greet, folder = resolve(load_text(CAMPAIGN, "/campaigns/autumn.yaml"))
    assert publish.config == PostConfig(captions="hi", material_list=["/campaigns/media/a.mp4", "/srv/b.mp4"])
    assert greet.config == FollowConfig(target_user="@a")
    assert folder.config == PostConfig(material_source="localFolder", material_path="/campaigns/media")


def test_relative_campaigns_have_absolute_paths_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    publish, *_ = resolve(load_text(CAMPAIGN, "sub/autumn.yaml"))
    assert publish.config.model_dump()["material_list"][0] == str(tmp_path / "sub/media/a.mp4")


def test_a_campaign_with_errors_is_not_built() -> None:
    loaded = load_text(CAMPAIGN + "extra: 1\n", "x.yaml")
    assert loaded.campaign is None
    assert [diagnostic.code for diagnostic in loaded.diagnostics] == ["unknown-key"]


def test_a_config_is_held_against_every_script_that_uses_it() -> None:
    text = CAMPAIGN.replace('config: {target_user: "@a"}', "config: clip")
    first, second = load_text(text, "x.yaml").diagnostics
    assert (first.message, second.message) == ("unknown key `captions`", "unknown key `material_list`")
    assert (first.span.line, second.span.line) == (8, 8)
    assert [related.message for related in first.related] == ["entry `greet` uses this config"]


def test_an_unused_config_is_not_held_against_any_script() -> None:
    assert (
        load_text(CAMPAIGN.replace("configs:\n", "configs:\n  odd: {whatever: 1}\n"), "x.yaml").diagnostics
        == ()
    )


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
