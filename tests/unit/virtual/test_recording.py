"""screenrecord: the film's boxes, its pictures, and how it ends."""

import asyncio
import struct

import pytest
from PIL import Image
from true_phone import Recorder, a_phone, run

from runner.virtual import h264
from runner.virtual.shell import Shell

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}


def boxes(data: bytes) -> dict[bytes, bytes]:
    """Every box of a film by its name, those inside of others as well."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        found[kind] = data[at + 8 : at + length]
        if kind in CONTAINERS:
            found |= boxes(found[kind])
        at += length
    assert at == len(data)
    return found


def test_a_film_has_a_picture_for_each_change_until_it_is_stopped() -> None:
    phone = a_phone()

    async def record() -> int:
        recording = asyncio.ensure_future(
            Shell(phone, Recorder()).run("screenrecord --size 64x128 /sdcard/a.mp4")
        )
        hand = Shell(phone, Recorder())
        while phone.processes.find("screenrecord") is None:
            await asyncio.sleep(0)
        await hand.run("am start -n com.android.settings/.Settings")
        await hand.run("pkill -INT screenrecord")
        return await recording

    assert asyncio.run(record()) == 0
    film = boxes(phone.files.read("/sdcard/a.mp4"))
    assert set(film) >= {b"ftyp", b"mdat", b"mvhd", b"tkhd", b"stsd", b"stts", b"stsz", b"stco"}
    count = struct.unpack_from(">I", film[b"stts"], 4)[0]
    assert count == 2
    sizes = struct.unpack_from(f">{count}I", film[b"stsz"], 12)
    assert sum(sizes) == len(film[b"mdat"])
    assert struct.unpack_from(">HH", film[b"stsd"], 8 + 8 + 24) == (64, 128)
    assert phone.processes.find("screenrecord") is None


def test_a_film_ends_with_its_time() -> None:
    phone = a_phone()
    assert run(phone, "screenrecord --time-limit 1 --size 32x32 /sdcard/a.mp4") == (0, "", "")
    film = boxes(phone.files.read("/sdcard/a.mp4"))
    length = struct.unpack_from(">5I", film[b"mvhd"])[4]
    assert length == sum(struct.unpack_from(">4xI", film[b"stts"], 8)) > 0


def test_a_stream_begins_with_its_sets() -> None:
    phone = a_phone()
    run(phone, "screenrecord --time-limit 1 --size 32x32 --output-format=h264 /sdcard/a.h264")
    units = phone.files.read("/sdcard/a.h264").split(b"\0\0\0\1")
    assert [unit[:1] for unit in units] == [b"", b"\x67", b"\x68", b"\x65"]


def test_no_byte_of_a_picture_is_taken_for_the_start_of_a_unit() -> None:
    for color in ("black", "white", "red"):
        unit = h264.encode(Image.new("RGB", (50, 34), color), 1)
        assert b"\0\0" not in unit[10:]
        assert len(unit) == pytest.approx(4 * 3 * 386, abs=12)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Must specify output file"),
        ("--time-limit 999 /sdcard/a.mp4", "outside acceptable range [1,180]"),
        ("--size big /sdcard/a.mp4", "Invalid size 'big', must be width x height"),
        ("--nonsense /sdcard/a.mp4", "unrecognized option '--nonsense'"),
        ("-", "standard output"),
    ],
)
def test_what_cannot_be_recorded_is_refused(words: str, said: str) -> None:
    status, _, errors = run(a_phone(), f"screenrecord {words}")
    assert status == 2
    assert said in errors
