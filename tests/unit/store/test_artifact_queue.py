"""Artifacts at URLs: nobody waits long for their store, and what waits for it is not lost."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from runner.errors import LedgerError, UsageError
from runner.settings import artifacts_url
from runner.store import artifact_queue
from runner.store.artifacts import REMOVED, ArtifactPlace, Artifacts


class Store(MemoryFileSystem):  # type: ignore[misc]
    """A store that can be away, refuse, or hang until it is told to go on."""

    protocol = "odd"
    store: dict[str, Any] = {}
    pseudo_dirs = [""]
    failure: Exception | None = None
    answers = threading.Event()
    reads = 0

    @classmethod
    def check(cls) -> None:
        cls.answers.wait()
        if cls.failure is not None:
            raise cls.failure

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **how: Any) -> None:
        self.check()
        super().pipe_file(path, value, mode, **how)

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **how: Any) -> bytes:
        type(self).reads += 1
        self.check()
        content: bytes = super().cat_file(path, start, end, **how)
        return content


fsspec.register_implementation("odd", Store, clobber=True)


@pytest.fixture(autouse=True)
def odd(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Store]]:
    for name, seconds in (("READ_S", 60.0), ("SILENT_S", 0.0), ("AGAIN_S", 0.05), ("CLOSE_S", 60.0)):
        monkeypatch.setattr(artifact_queue, name, seconds)
    Store.store.clear()
    MemoryFileSystem.store.clear()
    Store.failure, Store.reads = None, 0
    Store.answers.set()
    yield Store
    Store.answers.set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers wait for a moment only."""
    monkeypatch.setattr(artifact_queue, "READ_S", 0.1)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Artifacts]]:
    """Makes artifacts of a URL, one host after the other, and closes them."""
    all_made: list[Artifacts] = []

    def make(url: str = "odd://shelf", host: str = "north", **places: Any) -> Artifacts:
        all_made.append(Artifacts(url, tmp_path / host, **places))
        all_made[-1].start()
        return all_made[-1]

    yield make
    Store.answers.set()
    for one in all_made:
        one.close()


def waiting(tmp_path: Path, host: str = "north") -> list[Path]:
    return [path for path in (tmp_path / host).rglob("*") if path.is_file()]


@pytest.mark.parametrize("url", ["memory://shelf", "odd://shelf/deep", "file://{folder}/shared folder"])
def test_what_is_saved_gets_to_its_place_and_can_be_read_on_another_host(
    made: Callable[..., Artifacts], tmp_path: Path, url: str
) -> None:
    url = url.format(folder=tmp_path)
    north = made(url.replace(" ", "%20"))
    paths = [north.save_screenshot("autumn/publish", 7, step, bytes([step])) for step in range(3)]
    assert [north.read(path) for path in paths] == [b"\0", b"\1", b"\2"]  # wherever it is now
    north.close()
    assert waiting(tmp_path) == []
    south = made(url.replace(" ", "%20"), "south")
    assert [south.read(path) for path in paths] == [b"\0", b"\1", b"\2"]
    assert south.size(paths[0]) == 1 and south.where(paths[0]).endswith(paths[0])
    south.remove(paths)
    again = made(url.replace(" ", "%20"), "again")
    assert [again.read(path) for path in paths] == [None] * 3
    assert again.absence(paths[0]) == REMOVED


def test_a_shared_folder_is_only_for_its_owner(made: Callable[..., Artifacts], tmp_path: Path) -> None:
    north = made(f"file://{tmp_path}/shared")
    path = north.save_screenshot("k", 1, 1, b"jpeg")
    north.close()
    assert (tmp_path / "shared" / path).stat().st_mode & 0o077 == 0


def test_a_store_that_hangs_holds_up_neither_steps_nor_pages(
    made: Callable[..., Artifacts], tmp_path: Path, odd: type[Store], impatient: None
) -> None:
    odd.answers.clear()
    north = made()
    saved = north.save_screenshot("k", 1, 1, b"jpeg")
    assert north.read(saved) == b"jpeg"
    assert north.read("ab/cd/9-001.jpg") is None
    assert "has not answered within" in north.absence("ab/cd/9-001.jpg")
    odd.answers.set()
    north.close()
    assert waiting(tmp_path) == [] and north.problem is None


def test_many_pages_on_a_store_that_hangs_take_few_threads(
    made: Callable[..., Artifacts], odd: type[Store], impatient: None
) -> None:
    odd.answers.clear()
    north, before = made(), threading.active_count()
    assert [north.read(f"ab/cd/{number}-001.jpg") for number in range(12)] == [None] * 12
    assert threading.active_count() - before <= artifact_queue.TOGETHER


def test_a_store_that_has_just_failed_is_not_asked_again_at_once(
    made: Callable[..., Artifacts], odd: type[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_queue, "SILENT_S", 60.0)
    odd.failure = PermissionError("the key has no right to read")
    north = made()
    assert [north.read(f"ab/cd/{number}-001.jpg") for number in range(5)] == [None] * 5
    assert odd.reads == 1
    assert "the key has no right to read" in north.absence("ab/cd/1-001.jpg")


def test_what_a_store_refuses_waits_and_is_told_once(
    made: Callable[..., Artifacts], tmp_path: Path, odd: type[Store], caplog: pytest.LogCaptureFixture
) -> None:
    odd.failure = OSError("the bucket is gone")
    north = made()
    with caplog.at_level(logging.WARNING):
        paths = [north.save_screenshot("k", 1, step, b"jpeg") for step in range(3)]
        while north.problem is None:
            pass
    assert [record.message.partition(";")[0] for record in caplog.records] == [
        f"cannot write odd://shelf/{paths[0]}: OSError: the bucket is gone"
    ]
    assert len(waiting(tmp_path)) == 3
    odd.failure = None
    north.close()
    assert waiting(tmp_path) == [] and north.problem is None


def test_what_waited_when_a_process_ended_goes_with_the_next_one(
    made: Callable[..., Artifacts], tmp_path: Path, odd: type[Store]
) -> None:
    odd.failure = OSError("away")
    north = made()
    path = north.save_hierarchy("k", 1, 1, "<hierarchy/>")
    north.close()
    assert len(waiting(tmp_path)) == 1
    odd.failure = None
    made().close()
    assert made(host="south").read(path) == b"<hierarchy/>" and waiting(tmp_path) == []


def test_what_waits_has_a_bound(
    made: Callable[..., Artifacts], odd: type[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_queue, "MOST_WAITING_BYTES", 100)
    odd.answers.clear()
    north = made()
    north.save_screenshot("k", 1, 1, bytes(90))
    with pytest.raises(LedgerError, match=r"wait in .* for odd://shelf") as caught:
        north.save_screenshot("k", 1, 2, bytes(90))
    assert caught.value.hint


def test_a_picture_is_fetched_once(made: Callable[..., Artifacts], odd: type[Store]) -> None:
    north = made()
    path = north.save_screenshot("k", 1, 1, b"jpeg")
    north.close()
    south = made(host="south")
    assert [south.read(path) for _ in range(5)] == [b"jpeg"] * 5
    assert odd.reads == 1


def test_a_program_that_wants_a_file_gets_a_copy(made: Callable[..., Artifacts], tmp_path: Path) -> None:
    north = made()
    paths = [north.save_screenshot("k", 1, step, bytes([step])) for step in range(30)]
    north.close()
    south = made(host="south")
    files = [south.file(path) for path in paths]
    assert files[-1] is not None and files[-1].read_bytes() == bytes([29]) and files[-1].suffix == ".jpg"
    assert len(waiting(tmp_path, "south")) == 20
    assert south.file("ab/cd/9-001.jpg") is None


# other hosts


class South:
    """What is known of a host that carried out the attempt 7."""

    def __init__(self, url: str) -> None:
        self._place = ArtifactPlace("south", url)

    def of(self, attempt_id: int) -> ArtifactPlace | None:
        return self._place if attempt_id == 7 else None

    def all(self) -> list[ArtifactPlace]:
        return [self._place]


def test_a_screen_on_the_disk_of_another_host_says_where_it_lies(tmp_path: Path) -> None:
    north = Artifacts(tmp_path / "north", places=South("file:///srv/nowhere/artifacts"))
    assert north.read("ab/cd/7-001.jpg") is None and north.size("ab/cd/7-001.jpg") is None
    assert north.absence("ab/cd/7-001.jpg").startswith("it lies on host south, in /srv/nowhere/artifacts")
    assert north.where("ab/cd/7-001.jpg") == "file://south/srv/nowhere/artifacts/ab/cd/7-001.jpg"
    assert north.absence("ab/cd/8-001.jpg") == REMOVED
    assert north.where("ab/cd/8-001.jpg") == str(tmp_path / "north" / "ab/cd/8-001.jpg")


def test_a_screen_in_another_hosts_store_is_read(made: Callable[..., Artifacts], tmp_path: Path) -> None:
    south = made(host="south")
    path = south.save_screenshot("k", 7, 1, b"jpeg")
    south.close()
    north = Artifacts(tmp_path / "north", places=South("odd://shelf"))
    assert north.read(path) == b"jpeg" and north.size(path) == 4
    assert north.where(path) == f"odd://shelf/{path}"
    own = north.save_screenshot("k", 8, 1, b"own")
    assert north.read(own) == b"own"
    north.remove([path, own])
    assert Artifacts(tmp_path / "north", places=South("odd://shelf")).read(path) is None


def test_another_hosts_store_that_is_away(tmp_path: Path, odd: type[Store]) -> None:
    odd.failure = OSError("no route")
    north = Artifacts(tmp_path / "north", places=South("odd://shelf"))
    assert north.read("ab/cd/7-001.jpg") is None
    assert "where host south writes, and cannot be read from here now: odd://shelf: OSError: no route" in (
        north.absence("ab/cd/7-001.jpg")
    )


def test_each_host_removes_what_lies_on_its_own_disk(tmp_path: Path) -> None:
    south = Artifacts(tmp_path / "south")
    old, left = south.save_screenshot("k", 7, 1, b"old"), south.save_screenshot("k", 8, 1, b"left")
    north = Artifacts(tmp_path / "north", places=South((tmp_path / "south").as_uri()))
    north.remove([old])
    assert south.read(old) == b"old"
    assert south.sweep(lambda attempts: attempts - {7}) == 1
    assert (south.read(old), south.read(left)) == (None, b"left")


# addresses


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("", None),
        ("/srv/screens", "file:///srv/screens"),
        ("/srv/my screens", "file:///srv/my%20screens"),
        ("s3://bucket/screens/", "s3://bucket/screens"),
        ("sftp://runner@nas.example/screens", "sftp://runner@nas.example/screens"),
    ],
)
def test_addresses_of_artifacts(written: str, url: str | None) -> None:
    assert artifacts_url(written) == url


@pytest.mark.parametrize(
    "written", ["sftp://runner:sesame@nas.example/screens", "file://nas/screens", "://x"]
)
def test_what_is_no_address_of_artifacts(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        artifacts_url(written)
    assert "sesame" not in f"{caught.value} {caught.value.hint}"


def test_a_protocol_that_nothing_here_speaks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no place for artifacts"):
        Artifacts("carrier-pigeon://loft", tmp_path).start()
    with pytest.raises(UsageError, match="nothing that is installed writes to") as caught:
        Artifacts("oci://bucket/screens", tmp_path).start()
    assert "install what fsspec needs for oci://" in str(caught.value.hint)


def test_plain_files_load_no_library_of_file_systems(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from runner.store.artifacts import Artifacts\n"
        f"one = Artifacts(Path({str(tmp_path)!r})); one.start(); one.read(one.save_screenshot('k', 1, 1, b'x'))\n"
        "print(sorted({'fsspec', 'asyncio'} & sys.modules.keys()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(artifact_queue.__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"
