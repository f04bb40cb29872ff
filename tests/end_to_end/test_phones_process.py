"""The life of the process that hosts virtual phones: memory over restarts, and nothing left behind."""

import json
import os
import select
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import adbutils
import pytest

from runner.virtual.process import PhonesError, PhonesProcess

pytestmark = pytest.mark.phones

TIKTOK = "com.zhiliaoapp.musically"
FOLLOW = f"am start -a android.intent.action.VIEW -d https://www.tiktok.com/@demo_user_07 -p {TIKTOK}"
RUNNER = [sys.executable, "-m", "runner.cli.main"]


def device_of(told: dict[str, Any]) -> adbutils.AdbDevice:
    return adbutils.AdbClient(port=told["adb_server_port"]).device(told["phones"][0]["address"])


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for_end(pid: int) -> None:
    """Wait for the end of a process that need not be our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(descriptor) as process:
        ended, _, _ = select.select([process], [], [], 10)
    assert ended, f"process {pid} still runs"


def test_what_was_done_survives_a_kill(phones: Any, tmp_path: Path) -> None:
    shelf = phones("KEEP01", folder=tmp_path)
    shelf.device("KEEP01").shell(FOLLOW)
    dump = shelf.device("KEEP01").dump_hierarchy()
    left, top, right, bottom = bounds_of(dump, "Follow")
    shelf.device("KEEP01").click((left + right) // 2, (top + bottom) // 2)
    shelf.process.kill()

    again = phones("KEEP01", folder=tmp_path)
    assert [follow["user"] for follow in again["KEEP01"].memory(TIKTOK)["follows"]] == ["demo_user_07"]
    assert again["KEEP01"].get()["package"] == "com.android.launcher3"


def test_without_a_folder_every_start_is_a_new_phone(phones: Any) -> None:
    phones("FRESH01").device("FRESH01").shell(FOLLOW)
    assert phones("FRESH01")["FRESH01"].memory(TIKTOK)["opened_links"] == []


def test_the_adb_server_ends_with_the_phones() -> None:
    process = PhonesProcess(["END01"])
    with process:
        (adb_server,) = children_of(process.pid)
    wait_for_end(adb_server)
    process.start()
    (adb_server,) = children_of(process.pid)
    process.kill()
    wait_for_end(adb_server)


def test_the_phones_end_with_whoever_started_them() -> None:
    script = """if True:
        import os, signal
        from runner.virtual.process import PhonesProcess
        print(PhonesProcess(["ORPHAN01"]).start().pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == -signal.SIGKILL
    wait_for_end(int(ran.stdout))


def test_a_phone_joins_those_that_run(tmp_path: Path) -> None:
    with PhonesProcess(["FIRST01"], tmp_path) as process:
        process.have("JOINED 2/x")
        told = adbutils.AdbClient(port=process.adb_server_port).device(process.phones[1].address)
        assert told.shell("getprop ro.serialno").strip() == "JOINED 2/x"
        kind = {"Content-Type": "application/json"}
        with urlopen(Request(process.control, b'{"serial": "JOINED3"}', kind), timeout=60):
            process.have("JOINED3")
        process.have("FIRST01")
        assert [phone.serial for phone in process.phones] == ["FIRST01", "JOINED 2/x", "JOINED3"]
        with pytest.raises(PhonesError, match="a phone needs a serial"):
            process.have("")
    assert process.complaints == ""


def test_pages_of_the_web_cannot_use_the_control_interface(phones: Any) -> None:
    phone = phones("DOOR01")["DOOR01"]
    place = urlsplit(phone.url)
    body = b'{"seconds": 9}'

    def status(name: str, method: str = "POST", content: bytes = b"", **headers: str) -> int:
        client = HTTPConnection(place.netloc, timeout=30)
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        client.request(method, f"{place.path}/{name}", content, named)
        answer = client.getresponse()
        answer.read()
        client.close()
        return answer.status

    assert status("unplug", Origin="https://evil.example") == 403
    assert status("unplug", Host="evil.example") == 403
    assert status("unplug", Sec_Fetch_Site="cross-site") == 403
    assert status("screenshot", "GET", Sec_Fetch_Site="cross-site") == 403
    assert status("latency", content=body, Content_Type="text/plain") == 403
    assert (
        status("latency", content=body, Content_Type="application/json", Transfer_Encoding="chunked") == 400
    )
    assert status("latency", content=body, Content_Length="-1") == 400
    told = phone.get()
    assert (told["plugged_in"], told["latency_s"]) == (True, 0)
    assert status("latency", content=body, Content_Type="application/json") == 200
    assert status("unplug", Origin=f"http://{place.netloc}", Sec_Fetch_Site="same-origin") == 200
    phone.calm()


def test_equal_serials_are_refused() -> None:
    with pytest.raises(PhonesError, match="two phones have the same serial"):
        PhonesProcess(["TWICE", "TWICE"]).start()


def test_a_memory_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "BAD01.json").write_text("not json")
    with pytest.raises(PhonesError, match=r"BAD01\.json is not the memory of a virtual phone"):
        PhonesProcess(["BAD01"], tmp_path).start()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_the_command_stays_until_it_is_interrupted(number: signal.Signals, status: int) -> None:
    command = [*RUNNER, "phones", "--virtual", "--phones", "2", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert [phone["serial"] for phone in told["phones"]] == ["VIRTUAL01", "VIRTUAL02"]
        assert device_of(told).getprop("ro.serialno") == "VIRTUAL01"
        process.send_signal(number)
        assert process.wait(15) == status


def test_the_command_tells_a_person_how_to_reach_the_phones() -> None:
    command = [*RUNNER, "phones", "--virtual", "--serial", "R58M123ABC"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "Ctrl-C ends them.\n")
        told = "".join(lines)
        shell = next(line for line in told.splitlines() if line.endswith(" shell"))
        ran = subprocess.run(
            [*shell.split(), "getprop", "ro.serialno"], capture_output=True, text=True, check=True
        )
        assert ran.stdout == "R58M123ABC\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 130


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--virtual", "--phones", "2", "--serial", "A"), "exclude each other"),
        (("--virtual", "--serial", "A", "--serial", "A"), "two phones have the same serial"),
        (("--virtual", "--phones", "0"), "range"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(words: tuple[str, ...], message: str) -> None:
    ran = subprocess.run([*RUNNER, "phones", *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert message in ran.stderr


def bounds_of(dump: str, text: str) -> tuple[int, ...]:
    """The bounds of the first node with this text."""
    node = next(node for node in dump.split("<node ") if f' text="{text}"' in node)
    corners = node.split('bounds="[')[1].split(']"')[0].replace("][", ",")
    return tuple(int(number) for number in corners.split(","))
