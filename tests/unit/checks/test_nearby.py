"""Files that are not where a campaign says, and what is there instead."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.campaign.loader import load
from runner.checks import check_campaigns
from runner.diagnostics import Diagnostic

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VIDEO = b"\0\0\0\x18ftypmp42"


def missing(folder: Path, written: str, backend: str = "device") -> Diagnostic:
    for name in (
        "media/launch.mp4",
        "media/Caf\u00e9.mp4",
        "media/deep/er/clip-1.mp4",
        "media/deep/er/clip-2.mp4",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(VIDEO)
    campaign = folder / "a.yaml"
    entry = f"scripts: {{p: {{script: post, devices: A1, config: {{material_list: [{written}]}}}}}}\n"
    campaign.write_text(f"version: 1\nname: a\nbackend: {backend}\n{entry}", encoding="utf-8")
    (found,) = check_campaigns([load(campaign)], NOW).diagnostics
    assert found.code == "missing-file"
    return found


@pytest.mark.parametrize(
    ("written", "hint", "fixed"),
    [
        ("media/lunch.mp4", "did you mean `media/launch.mp4`?", None),
        ("media/launch.mov", "did you mean `media/launch.mp4`?", None),
        ("Media/launch.mp4", "did you mean `media/launch.mp4`?", "media/launch.mp4"),
        (
            "'MEDIA/deep/ER/Clip-1.mp4'",
            "did you mean `media/deep/er/clip-1.mp4`?",
            "'media/deep/er/clip-1.mp4'",
        ),
        ("media/LAUNCH.MP4", "did you mean `media/launch.mp4`?", "media/launch.mp4"),
        ("media/cafe\u0301.mp4", "did you mean `media/Caf\u00e9.mp4`?", "media/Caf\u00e9.mp4"),
        ("media\\launch.mp4", "did you mean `media/launch.mp4`?", "media/launch.mp4"),
        ("media\\lunch.mp4", "did you mean `media/launch.mp4`?", None),
        ("'Media\\Launch.mp4'", "did you mean `media/launch.mp4`?", "'media/launch.mp4'"),
        ("media\\x\\y.mp4", "parts of a path are set apart by /, not by \\", None),
        ('"media\\new.mp4"', "within double quotes a backslash begins another character", None),
        ("~/x.mp4", "~ stands for nothing here: write the whole path", None),
        ("C:/clips/a.mp4", "this is a path of Windows", None),
        ("'D:\\clips\\a.mp4'", "this is a path of Windows", None),
        ("nowhere/at/all.mp4", "paths are relative to the campaign file", None),
        ("media/deep/er/clip-3.mp4", "did you mean `media/deep/er/clip-", None),
    ],
)
def test_what_is_there_is_offered(written: str, hint: str, fixed: str | None, tmp_path: Path) -> None:
    found = missing(tmp_path, written)
    assert hint in str(found.hint)
    assert (found.fix.text if found.fix else None) == fixed


def test_an_absolute_path_is_offered_as_one(tmp_path: Path) -> None:
    found = missing(tmp_path, f"{tmp_path}/media/lunch.mp4")
    assert found.hint == f"did you mean `{tmp_path}/media/launch.mp4`?"


def test_a_campaign_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert missing(Path(), "Medias/launch.mp4").hint == "did you mean `media/launch.mp4`?"


def test_it_may_be_otherwise_on_another_machine(tmp_path: Path) -> None:
    found = missing(tmp_path, "media/lunch.mp4", backend="local_api")
    assert found.hint == "did you mean `media/launch.mp4`? It may be otherwise on the Local API's machine"


def test_names_that_are_no_text_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "launc\udce9.mp4").write_bytes(VIDEO)
    assert missing(tmp_path, "media/lunch.mp4").hint == "did you mean `media/launch.mp4`?"
