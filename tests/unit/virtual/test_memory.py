"""What survives when a phone is switched off."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from small_apps import Notes, make_apps

from runner.virtual import installation, memory
from runner.virtual.memory import MemoryFile, claim
from runner.virtual.package import Package
from runner.virtual.phone import Phone


def start(folder: Path) -> Phone:
    return Phone("KEEP/01", store=MemoryFile(folder, "KEEP/01"), make_apps=make_apps)


def test_memory_is_on_disk_as_soon_as_it_differs(tmp_path: Path) -> None:
    phone = start(tmp_path)
    phone.start_app(Notes.package)
    phone.tap(50, 250)
    phone.type_text("kept")
    again: Any = start(tmp_path).packages.app(Notes.package)
    assert again.text == "kept"


def test_what_was_removed_and_installed_stays_so(tmp_path: Path) -> None:
    phone = start(tmp_path)
    phone.packages.install(Package("com.github.uiautomator"))
    installation.uninstall(phone, Notes.package)
    assert start(tmp_path).packages.third_party == ["com.github.uiautomator"]


def test_the_media_index_keeps_its_ids(tmp_path: Path) -> None:
    phone = start(tmp_path)
    phone.files.write("/sdcard/DCIM/a.mp4", b"a")
    first = phone.media.scan("/sdcard/DCIM/a.mp4")
    phone.changed()
    again = start(tmp_path)
    assert first is not None
    assert again.content(f"content://media/external/video/media/{first.id}") is None
    again.files.write("/sdcard/DCIM/a.mp4", b"a")
    content = again.content(f"content://media/external/video/media/{first.id}")
    assert content is not None
    assert content.data == b"a"


def test_a_folder_belongs_to_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "CLAIM_TIMEOUT_S", 0.0)

    async def claim_twice() -> None:
        async with claim(tmp_path), claim(tmp_path):
            raise AssertionError("two have it")

    async def claim_in_turn() -> None:
        async with claim(tmp_path):
            pass
        async with claim(tmp_path):
            pass

    with pytest.raises(ValueError, match="is in use by other virtual phones"):
        asyncio.run(claim_twice())
    asyncio.run(claim_in_turn())


def test_nothing_is_written_when_nothing_differs(tmp_path: Path) -> None:
    store = MemoryFile(tmp_path, "ONE")
    store.save({"a": 1})
    (written,) = tmp_path.iterdir()
    written.unlink()
    store.save({"a": 1})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "not json", "[]"])
def test_a_file_that_is_no_memory_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "ONE.json").write_text(text)
    with pytest.raises(ValueError, match=r"ONE\.json is not the memory of a virtual phone"):
        MemoryFile(tmp_path, "ONE").load()
