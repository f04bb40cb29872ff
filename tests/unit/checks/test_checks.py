"""What the golden files do not show of the checks."""

import os
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import runner.checks
from runner.campaign.loader import load, load_text
from runner.checks import ON_CAMPAIGN, ON_MEANING, ON_OUTLOOK, check_campaigns, check_files
from runner.diagnostics import Diagnostic

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FOLDER = Path(runner.checks.__file__).parent
PARTS = (
    "apps compact_campaign calendar entry_reader files files_ahead material members nearby offsets outlook places "
    "processes prospects sound view written"
)
FLEETS = (ZoneInfo("Europe/Stockholm"), ZoneInfo("UTC"))
NO_CHECKS = {"__init__", *PARTS.split()}
VIDEO = b"\0\0\0\x18ftypmp42"

HEAD = "version: 1\nname: a\ndevices: {studio: [A1]}\n"
GREET = (
    HEAD
    + "scripts:\n  greet: {script: follow, config: {target_users: [x]}, devices: studio, start_times: [%s]}\n"
)


def check(*texts: str, now: datetime = NOW) -> list[Diagnostic]:
    loaded = [load_text(text, f"{number}.yaml") for number, text in enumerate(texts)]
    return list(check_campaigns(loaded, now).diagnostics)


def codes(found: Iterable[Diagnostic]) -> list[str]:
    return [diagnostic.code for diagnostic in found]


def posting(config: str, backend: str = "device") -> str:
    entry = f"scripts: {{p: {{script: post, devices: A1, config: {config}}}}}"
    return f"version: 1\nname: a\nbackend: {backend}\n{entry}\n"


def test_every_check_is_a_file_with_the_code_of_its_name() -> None:
    checks = (*ON_MEANING, *ON_CAMPAIGN, *ON_OUTLOOK)
    modules = {check.__module__.rpartition(".")[2] for check in checks}
    assert modules == {path.stem for path in FOLDER.glob("*.py")} - NO_CHECKS
    for name in modules:
        assert name.replace("_", "-") == getattr(runner.checks, name).CODE


@pytest.mark.parametrize(
    "data", ["[]", "text", "{}", "scripts: 1", "scripts: {a: 1}", "scripts: {a: {script: [post]}}"]
)
def test_checks_bear_any_structure(data: str) -> None:
    assert set(codes(check(data))) <= {"wrong-type", "missing-key"}


@pytest.mark.parametrize(
    "mistake",
    [
        "timezone: 5",
        "backend: my phones",
        "configs: {c: {target_users: 1}}",
        "start_times: {t: {at: 9}}",
        "start_times: {t: {every: 2h, between: 9-17}}",
        "devices: [A1]",
        "active: {from: tomorrow}",
        "limits: {working_hours: always, per_device: {per_day: {follow: 0}}}",
        "defaults: {timeout: 1s, grace: long}",
    ],
)
def test_a_wrong_value_is_reported_once(mistake: str) -> None:
    lines = GREET % "t" + 'start_times: {t: "09:00"}\ntimezone: UTC\n'
    key = mistake.partition(":")[0]
    kept = "".join(line for line in lines.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    text = kept.replace("config: {target_users: [x]}", "config: c") if key == "configs" else kept
    found = [
        diagnostic for diagnostic in check(text + mistake + "\n") if diagnostic.code != "unknown-reference"
    ]
    assert len(found) == 1, found


@pytest.mark.parametrize("serial", ["R58M123ABC", "emulator-5554", "10.0.0.5:5555"])
def test_what_has_a_digit_and_is_like_no_group_is_a_serial(serial: str) -> None:
    groups = "devices: {studio-1: [A1], emulator: [A2]}"
    text = (GREET % "").replace("devices: {studio: [A1]}", groups).replace("devices: studio", "devices: [%s]")
    unused = ["unused-definition"] * 2
    assert codes(check(text % serial)) == unused
    assert codes(check(text % "studio1")) == ["unused-definition", "unknown-reference"]
    assert codes(check(text % "studio")) == ["unused-definition", "unknown-reference"]


def test_a_time_zone_is_asked_for_once() -> None:
    (found,) = check(GREET % "09:00, 10:00, 2026-12-01T18:00")
    assert (found.code, found.span.line) == ("bad-time-zone", 5)


def test_active_days_need_a_time_zone() -> None:
    assert codes(check(GREET % "" + "active: {from: 2026-12-01}")) == ["bad-time-zone"]


def test_working_hours_without_one_are_on_the_clocks_of_the_fleet() -> None:
    text = GREET % "2026-12-01T07:30Z" + 'limits: {working_hours: "08:00-21:00"}'
    stockholm, utc = (check_campaigns([load_text(text, "a.yaml")], NOW, zone) for zone in FLEETS)

    assert not stockholm.diagnostics
    assert [one.message for one in utc.diagnostics] == [
        "2026-12-01T07:30Z comes at 07:30, outside the working hours 08:00-21:00 in UTC"
    ]


def test_instants_need_no_time_zone() -> None:
    assert check(GREET % "2026-12-01T18:00Z") == []


@pytest.mark.parametrize(
    "zone", ["Europe", "../etc/passwd", "/etc/localtime", "Europe/", "", "UTC\\0", "Ü/B", "localtime"]
)
def test_odd_time_zones(zone: str) -> None:
    assert codes(check(GREET % "" + f'timezone: "{zone}"\n')) == ["bad-time-zone"]


def test_what_one_answer_has_is_fixed() -> None:
    text = (GREET % "morning").replace("devices: studio", "devices: studoi")
    found = check(text + 'timezone: UTC\nstart_times: {mornng: "09:00"}\n')
    assert [(diagnostic.code, diagnostic.fix and diagnostic.fix.text) for diagnostic in found] == [
        ("unknown-reference", "studio"),
        ("unknown-reference", "mornng"),
    ]


@pytest.mark.parametrize(
    "config",
    ["{material_list: [%s]}", "{material_source: localFolder, material_path: %s}"],
)
def test_a_path_that_cannot_be_looked_at_is_missing(config: str) -> None:
    (found,) = check(posting(config % ("x" * 300)))
    assert (found.code, found.message[-18:]) == ("missing-file", "File name too long")


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("a.mp4", VIDEO, None),
        ("a.mov", b"\0\0\0\x14ftypqt  ", None),
        ("a.mov", b"\0\0\0\x08wide\0\0\0\0", None),
        ("a.webm", b"\x1a\x45\xdf\xa3\x01", None),
        ("a.avi", b"RIFF\0\0\0\0AVI LIST", None),
        ("a.mp4", b"", "is empty"),
        ("a.mp4", b"<html>", "is neither a video nor an image"),
        ("a.mp4", b"RIFF\0\0\0\0WAVE", "is neither a video nor an image"),
        ("a.mp4", b"\xff\xd8\xff\xe0", "is an image, and a video is asked for"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "is an image, and a video is asked for"),
        ("a.webp", b"RIFF\0\0\0\0WEBP", "is an image, and a video is asked for"),
        ("a.heic", b"\0\0\0\x18ftypheic", "is an image, and a video is asked for"),
    ],
)
def test_what_files_start_like(
    name: str, head: bytes, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(head)
    found = check(posting(f"{{material_list: [{name}]}}"))
    assert [diagnostic.message for diagnostic in found] == ([f"{name} {said}"] if said else [])


def test_the_files_of_a_folder_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m").mkdir()
    for name, content in {"a.mp4": VIDEO, "b.mov": b"no", "c.txt": b"no", ".d.mp4": b"no"}.items():
        Path("m", name).write_bytes(content)
    config = "{material_source: localFolder, material_path: m}"
    (found,) = check(posting(config))
    assert (found.code, found.message) == ("unreadable-media", "m/b.mov is neither a video nor an image")
    (found,) = check(posting(config.replace("path: m", "path: m/a.mp4")))
    assert (found.code, found.message) == ("missing-file", "m/a.mp4 is a file, not a folder")


def test_what_is_left_out_of_a_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m").mkdir()
    left_out = {"b.mp4.part": VIDEO, os.fsdecode(b"c\xff.mp4"): VIDEO, "notes": b"no", "d.png": b"no"}
    for name, content in {"a": VIDEO, "A.MP4": VIDEO, "a.3gp": VIDEO, **left_out}.items():
        Path("m", name).write_bytes(content)
    found = check(posting("{material_source: localFolder, material_path: m}"))
    assert [(one.severity, one.message) for one in found] == [
        ("warning", "m/b.mp4.part is a video, and is not posted: its name has an unknown ending"),
        ("warning", "m/c\\xff.mp4 is a video, and is not posted: its name is no UTF-8"),
    ]


def test_files_of_a_local_api_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.mp4").touch()
    found = check(posting("{material_list: [a.mp4, b.mp4]}", backend="local_api"))
    assert [(diagnostic.code, diagnostic.severity) for diagnostic in found] == [
        ("unreadable-media", "warning"),
        ("missing-file", "warning"),
    ]


def test_the_past_is_a_matter_of_the_zone() -> None:
    text = GREET % "2026-11-21T12:30" + "timezone: %s\n"
    assert codes(check(text % "Asia/Tokyo")) == ["in-the-past"]
    assert check(text % "America/New_York") == []


def test_secrets_are_not_shown() -> None:
    key = "sk-abcdefghijklmnopqrstuvwx"
    warm = f'{{generate_by_chatgpt: true, chatgpt_settings: {{api_key: "{key}"}}}}'
    entry = f"{{script: account_warmup, devices: A1, config: {warm}}}"
    text = f"version: 1\nname: a\nbackend: local_api\nscripts: {{w: {entry}}}\n"
    report = check_campaigns([load_text(text, "a.yaml")], NOW)
    assert codes(report.diagnostics) == ["secret-in-file"]
    assert report.texts["a.yaml"] == text.replace(key, "*" * len(key))
    assert key not in str(report.diagnostics)


def test_a_word_with_a_key_in_it_is_no_key() -> None:
    assert check(GREET % "" + "# task-abcdefghijklmnopqrstuvwx\n") == []


def test_a_name_belongs_to_the_first_file_that_has_it() -> None:
    texts = [load_text(GREET % "", name) for name in ("a.yaml", "b.yaml", "c.yaml")]
    report = check_campaigns(texts, NOW)
    assert [(found.path, found.related[0].path) for found in report.diagnostics] == [
        ("b.yaml", "a.yaml"),
        ("c.yaml", "a.yaml"),
    ]
    assert (report.files, report.errors, report.warnings) == (3, 2, 0)


def test_diagnostics_of_several_files_are_sorted(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml"):
        (tmp_path / name).write_text(HEAD, encoding="utf-8")
    report = check_files([tmp_path / "b.yaml", tmp_path / "a.yaml"], NOW)
    assert [Path(found.path).name for found in report.diagnostics] == ["a.yaml", "a.yaml", "b.yaml"]


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_many_files_give_what_they_give_one_by_one(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.yaml" for number in range(205)]
    for number, path in enumerate(paths):
        text = (GREET % "09:00").replace("name: a", f"name: n{number // 2}")
        path.write_text(text + "timezone: UTC\n", encoding="utf-8")
    together = check_files(paths, NOW)
    one_by_one = check_campaigns(map(load, paths), NOW)
    assert together == one_by_one
    counted = Counter(codes(together.diagnostics))
    assert (counted["duplicate-name"], counted["device-conflict"]) == (102, 204)
