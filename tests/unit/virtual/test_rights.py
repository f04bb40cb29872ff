"""What the shell's user may see and change."""

import pytest
from true_phone import TIKTOK, a_phone, run


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("touch /x", "Read-only file system"),
        ("mkdir /x", "Read-only file system"),
        ("echo x > /system/x", "Read-only file system"),
        ("echo x > /vendor/x", "Read-only file system"),
        ("touch /data/x", "Permission denied"),
        ("mkdir -p /data/x/y", "Permission denied"),
        ("echo x > /data/local/x", "Permission denied"),
        ("rm -r /data/local/tmp", "Permission denied"),
        ("rm -r /data/app", "Permission denied"),
        ("ls /data", "Permission denied"),
        ("ls /data/app", "Permission denied"),
        ("ls /data/data", "Permission denied"),
        (f"cat /data/data/{TIKTOK}/shared_prefs/a.xml", "Permission denied"),
        ("cp /sdcard/a /data/local/b", "Permission denied"),
        ("mv /sdcard/a /system/b", "Read-only file system"),
    ],
)
def test_what_belongs_to_others_is_refused(line: str, said: str) -> None:
    phone = a_phone()
    phone.files.write("/sdcard/a", b"a")
    status, _, errors = run(phone, line)
    assert status != 0
    assert said in errors


@pytest.mark.parametrize(
    "line",
    [
        "touch /data/local/tmp/x",
        "mkdir -p /data/local/tmp/a/b",
        "mkdir -p /data/local/tmp",
        "echo x > /sdcard/x",
        "rm -rf /sdcard/DCIM",
        "ls /data/local/tmp",
        "ls -d /data",
        "ls /",
        "ls /sdcard/",
    ],
)
def test_the_shell_has_its_own_folders(line: str) -> None:
    assert run(a_phone(), line)[::2] == (0, "")
