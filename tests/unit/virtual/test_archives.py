"""tar and gzip on the phone's shell."""

import gzip
import io
import tarfile

import pytest
from shell_runs import run

from runner.virtual.phone import Phone

MAKE = "cd /sdcard; mkdir -p d/e; echo one > d/a; echo two > d/e/b; chmod 600 d/a; "


def test_a_folder_is_packed_and_unpacked(phone: Phone) -> None:
    assert run(phone, MAKE + "tar cf x.tar d; tar tf x.tar") == (0, "d/\nd/a\nd/e/\nd/e/b\n", "")
    assert (
        run(phone, "mkdir /sdcard/new; tar -x -C /sdcard/new -f /sdcard/x.tar; cat /sdcard/new/d/e/b")[1]
        == "two\n"
    )
    assert run(phone, "stat -c %a /sdcard/new/d/a")[1] == "600\n"


def test_this_machines_tar_reads_it_and_the_other_way_round(phone: Phone) -> None:
    run(phone, MAKE + "tar czf x.tgz d")
    with tarfile.open(fileobj=io.BytesIO(phone.files.read("/sdcard/x.tgz"))) as archive:
        assert archive.getnames() == ["d", "d/a", "d/e", "d/e/b"]
        assert archive.extractfile("d/a").read() == b"one\n"  # type: ignore[union-attr]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        told = tarfile.TarInfo("deep/er/film.mp4")
        told.size = 4
        archive.addfile(told, io.BytesIO(b"film"))
    assert run(phone, "cd /sdcard && tar xv", stdin=packed.getvalue()) == (0, "deep/er/film.mp4\n", "")
    assert phone.files.read("/sdcard/deep/er/film.mp4") == b"film"


def test_some_of_it(phone: Phone) -> None:
    run(phone, MAKE + "tar cf x.tar d; rm -r d")
    assert run(phone, "cd /sdcard; tar xf x.tar d/e; find d -type f")[1] == "d/e/b\n"
    assert run(phone, "cd /sdcard; tar xOf x.tar d/a nothing") == (
        1,
        "one\n",
        "tar: 'nothing' not in archive\n",
    )
    assert run(phone, "cd /sdcard; tar xf x.tar; tar c --exclude e d | tar t")[1] == "d/\nd/a\n"


def test_nothing_is_unpacked_outside_of_its_folder(phone: Phone) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../evil"))
    _, output, errors = run(
        phone, "mkdir /sdcard/in; cd /sdcard/in; tar x; ls -R /sdcard", stdin=packed.getvalue()
    )
    assert "evil" not in output and "not under" in errors


@pytest.mark.parametrize(
    ("line", "errors"),
    [
        ("tar f x", "tar: Needs -txc\n"),
        ("tar cf x.tar", "tar: empty archive\n"),
        ("echo no | tar x", "tar: bad header\n"),
        ("tar xf nothing", "nothing: No such file or directory\n"),
        ("tar cf /system/x.tar /sdcard/DCIM", "tar: /system/x.tar: Read-only file system\n"),
        ("echo no | gunzip", "gunzip: not gzip\n"),
        ("gunzip x", "gunzip: no .gz: x\n"),
        ("tar --frob", "tar: Unknown option"),
    ],
)
def test_what_cannot_be_done_is_told(phone: Phone, line: str, errors: str) -> None:
    status, output, said = run(phone, line)
    assert (status, output) == (1, "") and errors.strip() in said


def test_gzip(phone: Phone) -> None:
    assert run(phone, "cd /sdcard; echo hello > a; gzip a; ls a*; zcat a.gz; gunzip -k a.gz; ls a*")[1] == (
        "a.gz\nhello\na\na.gz\n"
    )
    assert gzip.decompress(phone.files.read("/sdcard/a.gz")) == b"hello\n"
    assert run(phone, "echo x | gzip | gzip -d; cd /sdcard; gzip -k a; echo $?")[1:] == (
        "x\n1\n",
        "gzip: a.gz: File exists\n",
    )
