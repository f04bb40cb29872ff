"""Command lines on the phone's shell."""

from typing import Any

import pytest
from shell_runs import run
from small_apps import Notes, Unplugged

from runner.virtual.faults import Fault, UnansweredError
from runner.virtual.language.grammar import parse
from runner.virtual.language.words import ShellSyntaxError
from runner.virtual.phone import Phone


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("echo a;echo b", "a\nb\n"),
        ("true && echo yes || echo no", "yes\n"),
        ("false && echo yes || echo no", "no\n"),
        ("echo 'single $X' \"double $X\" $X", "single $X double \n"),
        ('X="a b"; echo $X "$X" ${X}c', "a b a b a bc\n"),
        ("X=1 true; echo [$X]", "[]\n"),
        ("echo a\\;b 'x'\"y\"z", "a;b xyz\n"),
        ("nosuch 2>&1; echo $?", "/system/bin/sh: nosuch: inaccessible or not found\n127\n"),
        ("nosuch >/dev/null 2>&1; echo $?", "127\n"),
        ("echo one > /sdcard/f; echo two >> /sdcard/f; cat < /sdcard/f", "one\ntwo\n"),
        ("touch /sdcard/DCIM/a.mp4 /sdcard/DCIM/b.mp4; ls /sdcard/DCIM/*.mp4 | wc -l", "2\n"),
        ("cd /sdcard && ls -d D*", "DCIM\nDownload\n"),
        ("ls /sdcard/*.none", ""),
        ("echo a # comment", "a\n"),
        ("[ -d /sdcard ] && [ ! -f /sdcard ] && [ a = a ] && echo ok", "ok\n"),
        ("exec echo gone; echo never", "gone\n"),
        ("toybox md5sum /sdcard/none; echo $?", "1\n"),
        ("frobnicate 2>&- ; echo $?", "127\n"),
        ("echo 'a+b aab' | grep -o a+b; echo 'a+b aab' | grep -oE 'a+b' | head -n 1", "a+b\naab\n"),
        ("mkdir -p /sdcard/x/y && mv /sdcard/x /sdcard/z && ls /sdcard/z", "y\n"),
    ],
)
def test_a_line_prints(phone: Phone, line: str, expected: str) -> None:
    assert run(phone, line)[1] == expected


@pytest.mark.parametrize(
    "line",
    [
        "echo 'open",
        "a &&",
        "| a",
        "a | | b",
        "a & & b",
        "(a",
        "`a",
        "a >",
        "$(a",
        "a (b)",
        "a=(b c",
        "${a!}",
    ],
)
def test_what_is_not_understood_is_a_syntax_error(phone: Phone, line: str) -> None:
    with pytest.raises(ShellSyntaxError):
        parse(line)
    status, _, errors = run(phone, line)
    assert status == 1
    assert errors.startswith("/system/bin/sh: ")


def test_variables_and_the_folder_last_from_line_to_line(phone: Phone) -> None:
    assert run(phone, "cd /sdcard; export A=1", "ls -d DCIM; echo $A")[1] == "DCIM\n1\n"


def test_exit_ends_the_line_with_its_status(phone: Phone) -> None:
    assert run(phone, "echo a; exit 7; echo b") == (7, "a\n", "")


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("rm /sdcard/none", 1, "rm: /sdcard/none: No such file or directory"),
        ("rm /sdcard/DCIM", 1, "is a directory"),
        ("cat /sdcard/none", 1, "cat: /sdcard/none: No such file or directory"),
        ("ls -Z /", 1, "ls: Unknown option 'Z'"),
        ("echo x > /system/x", 1, "can't create /system/x: Read-only file system"),
        ("kill 1x", 1, "bad pid"),
        ("pm install /sdcard/none.apk", 255, "Unable to open file"),
        ("dumpsys nonsense", 0, "Can't find service: nonsense"),
        ("input tap 1", 1, "Invalid arguments"),
        ("input keyevent NONSENSE", 255, "Unknown keycode"),
        ("input text é", 1, "NullPointerException"),
        ("settings frobnicate global x", 255, "Invalid command"),
        ("content query --uri content://nobody", 0, "Could not find provider: nobody"),
        ("app_process / com.example.Main", 134, "could not find class"),
    ],
)
def test_a_failing_command_says_why(phone: Phone, line: str, status: int, said: str) -> None:
    ran = run(phone, line)
    assert ran[0] == status
    assert said in ran[2]


def test_am_opens_links_shares_and_components(phone: Phone, notes: Any) -> None:
    share = (
        "am start -a android.intent.action.SEND -t video/mp4 --eu android.intent.extra.STREAM content://m/1"
    )
    assert run(phone, f"{share} --grant-read-uri-permission -n {Notes.package}/.Share")[0] == 0
    run(phone, f"am start -a android.intent.action.VIEW -d 'notes://a/b?c=d' -p {Notes.package}")
    shared, linked = notes.opened
    assert (shared.mime_type, shared.component) == ("video/mp4", f"{Notes.package}/{Notes.package}.Share")
    assert shared.extras == {"android.intent.extra.STREAM": "content://m/1"}
    assert linked.data == "notes://a/b?c=d"


def test_am_prints_what_it_could_not_do_and_ends_with_0(phone: Phone) -> None:
    status, output, errors = run(phone, "am start -a android.intent.action.VIEW -d web://x/y")
    assert (status, output) == (0, "Starting: Intent { act=android.intent.action.VIEW dat=web://x/... }\n")
    assert errors.startswith("Error: Activity not started, unable to resolve Intent { act=")
    waited = run(phone, f"am start -W -n {Notes.package}/.None")
    assert waited[1].endswith(
        f"Error: Activity class {{{Notes.package}/{Notes.package}.None}} does not exist.\n"
    )


def test_monkey_starts_an_app_or_finds_none(phone: Phone) -> None:
    launch = "-c android.intent.category.LAUNCHER 1"
    assert run(phone, f"monkey -p {Notes.package} {launch}")[0] == 0
    assert phone.front.package == Notes.package
    assert run(phone, f"monkey -p com.nobody {launch}")[:2] == (
        252,
        "** No activities found to run, monkey aborted.\n",
    )


def test_the_media_index_answers_queries(phone: Phone) -> None:
    run(
        phone,
        "echo v > /sdcard/DCIM/v.mp4",
        "content call --uri content://media --method scan_volume --arg external",
    )
    query = "content query --uri content://media/external/video/media --projection _id:_display_name"
    assert (
        run(phone, f"{query} --where \"_data LIKE '%/v.mp4'\"")[1] == "Row: 0 _id=12, _display_name=v.mp4\n"
    )
    assert run(phone, f"{query} --where \"_display_name='x' AND _id=12\"")[1] == "No result found.\n"
    assert "cannot read" in run(phone, f'{query} --where "a BETWEEN 1"')[2]
    run(phone, "content delete --uri content://media/external/video/media/12")
    assert run(phone, query)[1] == "No result found.\n"


def test_a_fault_strikes_one_command(phone: Phone) -> None:
    phone.faults.ordered.append(
        Fault.from_json({"method": "shell:pm", "kind": "drop_after", "target": "list"})
    )
    run(phone, "pm path android")
    with pytest.raises(UnansweredError):
        run(phone, "pm list packages")
    assert phone.link.broken == ["drop"]  # type: ignore[attr-defined]
    assert run(phone, "pm list packages")[0] == 0


def test_reserved_words_are_words_elsewhere() -> None:
    assert len(parse("echo for while; 'for' x; date; echo { }")) == 4


def test_the_version_and_the_language_of_an_app() -> None:
    phone, package = Phone("VIRTUAL01"), "com.zhiliaoapp.musically"
    phone.link = Unplugged()
    ask = f"cmd locale get-app-locales {package}"
    assert "versionName=46.9.3\n" in run(phone, f"dumpsys package {package}")[1]
    assert run(phone, ask)[1] == f"Locales for {package} for user 0 are []\n"
    app = phone.packages.app(package)
    assert app is not None
    app.control("set_language", {"language": "fr"})
    phone.packages.versions[package] = "48.1.0"
    assert run(phone, ask)[1] == f"Locales for {package} for user 0 are [fr]\n"
    assert "versionName=48.1.0\n" in run(phone, f"dumpsys package {package}")[1]


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ('a=(1 "2 3" x*); for x in "${a[@]}"; do echo "<$x>"; done', "<1>\n<2 3>\n<x*>\n"),
        ("a=(1 2 3); echo $a ${a[1]} ${a[9]} ${#a[@]} ${#a[1]} ${!a[@]}", "1 2 3 1 0 1 2\n"),
        ('a=(x y); IFS=,; echo "${a[*]}"; echo "${a[@]}"', "x,y\nx y\n"),
        ("a=(1); a+=(2 3); a[5]=9; i=4; a[i+1]+=0; echo ${a[@]} - ${!a[@]}", "1 2 3 90 - 0 1 2 5\n"),
        ("set -A a one two; unset a[0]; echo ${a[@]} ${#a[@]}; unset a; echo ${#a[@]}", "two 1\n0\n"),
        ("a=(3 4); echo $((a[0] + a[1] * 2)); ((a[1]++)); i=1; echo ${a[$i]} ${a[i - 1]}", "11\n5 3\n"),
        ('b=(\n one # first\n "two words"\n); echo ${#b[@]} "${b[1]}"', "2 two words\n"),
        ("f() { local a; a=(7 8); echo ${a[1]}; }; a=(1 2 3); f; echo ${a[@]}", "8\n1 2 3\n"),
        ("a=(1 2); (a[0]=9); echo ${a[0]}; echo ${a[@]:-none} ${c[@]:-none} ${a[1]:=7}", "1\n1 2 none 2\n"),
        ("echo a b c | { read -A x; echo ${#x[@]} ${x[2]}; }; a=(); echo ${#a[@]}", "3 c\n0\n"),
        ('a=("a b" c); set -- "${a[@]}"; echo $#; x=${a[@]}; echo "$x"', "2\na b c\n"),
    ],
)
def test_arrays(phone: Phone, script: str, output: str) -> None:
    assert run(phone, script) == (0, output, "")


@pytest.mark.parametrize("script", ["a=(1 ;", "a=(1; 2)", "a=([2]=x)", "echo ${a[}"])
def test_what_is_no_array_is_a_syntax_error(phone: Phone, script: str) -> None:
    status, output, errors = run(phone, f"echo begun; {script}")
    assert (status, output) == (1, "") and errors


@pytest.mark.parametrize(
    ("line", "output"),
    [
        (
            "ls -ld /sdcard",
            "lrw-r--r-- 1 root  root        21 2009-01-01 00:00 /sdcard -> /storage/self/primary\n",
        ),
        ("ls -l /sdcard | wc -l; ls /sdcard | wc -l; ls -d /sdcard/", "1\n5\n/sdcard/\n"),
        ("ls -F / | grep @", "bin@\netc@\nsdcard@\n"),
        (
            "readlink /sdcard /storage/self/primary; readlink -f /sdcard",
            "/storage/self/primary\n" + "/storage/emulated/0\n" * 2,
        ),
        ("readlink /system; echo $?", "1\n"),
        ("[ -L /sdcard ] && [ -d /sdcard ] && [ ! -L /sdcard/ ] && [ ! -h /system ] && echo ok", "ok\n"),
        (
            "stat -c %F /sdcard; stat -c %F /sdcard/; stat -L -c %F /sdcard",
            "symbolic link\ndirectory\ndirectory\n",
        ),
        ("stat /sdcard | head -n 1", "  File: /sdcard -> /storage/self/primary\n"),
        ("find /sdcard; find /sdcard/ | wc -l; find -L /sdcard | wc -l", "/sdcard\n6\n6\n"),
        ("find / -maxdepth 1 -type l", "/bin\n/etc\n/sdcard\n"),
        ("echo a > /sdcard/x; cat /storage/self/primary/x /mnt/sdcard/x", "a\na\n"),
    ],
)
def test_links_of_the_system(phone: Phone, line: str, output: str) -> None:
    assert run(phone, line)[1] == output
