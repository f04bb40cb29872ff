"""Artifacts on a real server that speaks as S3 does: what gets there, what waits, and what people are told."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest
from s3_server import BUCKET, Key, S3Server
from s3fs import S3FileSystem
from until import until
from wire import Wire

from runner.errors import LedgerError
from runner.store import artifact_queue
from runner.store.artifacts import REMOVED, Artifacts

PATIENCE_S = 60.0
PLACE = f"s3://{BUCKET}/shelf"


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


@pytest.fixture
def wire(server: S3Server) -> Iterator[Wire]:
    with Wire(server.port) as wire:
        yield wire


@pytest.fixture(autouse=True)
def _host(server: S3Server, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process has the key, and its way to the server can be cut."""
    has(server.key, monkeypatch)
    monkeypatch.setitem(fsspec.config.conf, "s3", {"endpoint_url": f"http://127.0.0.1:{wire.port}"})
    for name, seconds in (
        ("READ_S", PATIENCE_S),
        ("SILENT_S", 0.0),
        ("AGAIN_S", 0.05),
        ("CLOSE_S", PATIENCE_S),
    ):
        monkeypatch.setattr(artifact_queue, name, seconds)
    yield
    S3FileSystem.clear_instance_cache()


def has(key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in key.variables.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Artifacts]]:
    """Makes the artifacts of a host, and closes them."""
    all_made: list[Artifacts] = []

    def make(url: str = PLACE, host: str = "north") -> Artifacts:
        all_made.append(Artifacts(url, tmp_path / host))
        all_made[-1].start()
        return all_made[-1]

    yield make
    for one in all_made:
        one.close()


def waiting(tmp_path: Path) -> int:
    return sum(path.is_file() for path in (tmp_path / "north").rglob("*"))


def test_what_a_host_writes_another_one_reads_and_removes(
    made: Callable[..., Artifacts], tmp_path: Path
) -> None:
    north = made()
    picture = north.save_screenshot("autumn/publish", 7, 1, b"\xff\xd8jpeg")
    screen = north.save_hierarchy("autumn/publish", 7, 1, "<hierarchy text='F\u00f6lj'/>")
    north.close()
    assert waiting(tmp_path) == 0 and north.problem is None
    south = made(host="south")
    assert south.read(picture) == b"\xff\xd8jpeg"
    assert south.read(screen) == "<hierarchy text='F\u00f6lj'/>".encode()
    assert south.where(picture) == f"{PLACE}/{picture}"
    south.remove([picture])
    again = made(host="again")
    assert again.read(picture) is None and again.absence(picture) == REMOVED
    assert again.read(screen) is not None


def test_the_address_and_the_key_come_from_the_environment(server: S3Server, tmp_path: Path) -> None:
    """As a service has them; nothing of it is in the address of the place."""
    variables = os.environ | server.key.variables | {"FSSPEC_S3_ENDPOINT_URL": server.url}
    program = (
        "import sys; from pathlib import Path; from runner.store.artifacts import Artifacts\n"
        "artifacts = Artifacts(sys.argv[1], Path(sys.argv[2])); artifacts.start()\n"
        "path = artifacts.save_screenshot('k', 8, 1, b'jpeg'); artifacts.close(); print(path, artifacts.problem)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, PLACE, tmp_path / "north"],
        env=variables, capture_output=True, text=True, check=True,
    )  # fmt: skip
    path, problem = done.stdout.split()
    assert (problem, done.stderr) == ("None", "")
    assert Artifacts(PLACE, tmp_path / "south").read(path) == b"jpeg"


def test_what_is_written_while_the_store_is_away_waits(
    made: Callable[..., Artifacts], tmp_path: Path, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    north = made()
    wire.cut()
    path = north.save_screenshot("k", 9, 1, b"jpeg")
    assert north.read(path) == b"jpeg"
    until(lambda: north.problem)
    assert waiting(tmp_path) == 1
    told = [one.getMessage() for one in caplog.records if one.name.startswith("runner")]
    assert len(told) == 1 and "no task waits for them" in told[0]
    wire.heal()
    until(lambda: waiting(tmp_path) == 0)
    assert made(host="south").read(path) == b"jpeg"


WRONG = {
    "key": "The AWS Access Key Id you provided does not exist in our records.",
    "secret": "The request signature we calculated does not match the signature you provided",
    "bucket": "The specified bucket does not exist",
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_without_the_secret(
    made: Callable[..., Artifacts],
    tmp_path: Path,
    server: S3Server,
    what: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    key = {"key": Key("AKIANOBODYSKEY000000", "geheim"), "secret": Key(server.key.name, "geheim")}
    has(key.get(what, server.key), monkeypatch)
    place = "s3://campaign-screams/shelf" if what == "bucket" else PLACE
    north = made(place)
    path = north.save_screenshot("k", 10, 1, b"jpeg")
    until(lambda: north.problem)
    assert north.problem is not None and WRONG[what] in north.problem
    assert waiting(tmp_path) == 1
    south = made(place, "south")
    assert south.read(path) is None
    assert south.absence(path).startswith(f"it cannot be read now: {place}: ")
    if what != "bucket":  # where there is none, nothing is left to remove
        with pytest.raises(LedgerError):
            south.remove([path])
    assert all(secret not in caplog.text + str(north.problem) for secret in ("geheim", server.key.secret))
    until(lambda: "screens wait in" in caplog.text)


def test_a_bucket_that_is_not_there_is_not_made(
    made: Callable[..., Artifacts], server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_buckets: list[str] = []
    monkeypatch.setattr(S3FileSystem, "makedirs", lambda files, path, **how: made_buckets.append(path))
    north = made("s3://another-bucket/shelf")
    north.save_screenshot("k", 11, 1, b"jpeg")
    until(lambda: north.problem)
    assert made_buckets == []
