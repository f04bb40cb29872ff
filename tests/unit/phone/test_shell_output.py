"""What is read from the output of shell commands."""

import pytest

from runner.phone import shell


def test_the_newest_row_of_the_media_store_counts():
    output = "Row: 0 _id=12\nRow: 1 _display_name=a.mp4, _id=104\n"
    assert shell.newest_content_id(output) == 104


@pytest.mark.parametrize("output", ["", "No result found.\n", "Error while accessing provider:media\n"])
def test_no_row_is_no_id(output):
    assert shell.newest_content_id(output) is None


@pytest.mark.parametrize(
    "output",
    [
        "Starting: Intent { act=android.intent.action.MAIN }\n",
        "Starting: Intent { dat=https://x/Exception }\nWarning: Activity not started, its current task has "
        "been brought to the front\n",
        "Events injected: 1\n## Network stats: elapsed time=12ms\n",
    ],
)
def test_what_has_started(output):
    assert shell.start_failure(output) is None


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "Starting: Intent {}\r\nError: Activity not started, unable to resolve Intent { dat=x }\r\n",
            "Error: Activity not started, unable to resolve Intent { dat=x }",
        ),
        (
            "Error type 3\nError: Activity class {a/b} does not exist.\n",
            "Error: Activity class {a/b} does not exist.",
        ),
        (
            "java.lang.SecurityException: Permission Denial\n  at x\n",
            "java.lang.SecurityException: Permission Denial",
        ),
        ("** No activities found to run, monkey aborted.\n", "No activities found to run"),
    ],
)
def test_what_has_not_started(output, reason):
    assert shell.start_failure(output) == reason


def test_the_version_of_an_app():
    assert shell.app_version("  Package [a] (12):\n    versionCode=1\n    versionName=46.9.3\n") == "46.9.3"
    assert shell.app_version("Unable to find package: a\n") is None


@pytest.mark.parametrize(
    ("output", "language"),
    [
        ("Locales for com.example.app for user 0 are [fr-FR]\n", "fr-FR"),
        ("Locales for com.example.app for user 0 are [pt-BR,en-US]\n", "pt-BR"),
        ("Locales for com.example.app for user 0 are []\n", None),
        ("cmd: Can't find service: locale\n", None),
        ("", None),
    ],
)
def test_the_language_of_an_app(output, language):
    assert shell.app_language(output) == language


@pytest.mark.parametrize(
    "line", ["    mShowingLockscreen=true mX=1", "  isStatusBarKeyguard=true", "    showing=true"]
)
def test_the_lock_screen_is_seen(line):
    assert shell.keyguard_shown(f"WINDOW MANAGER POLICY STATE\n{line}\n")


@pytest.mark.parametrize(
    "output", ["", "    showing=false\n", "  mFooshowing=true\n  isStatusBarKeyguard=false\n"]
)
def test_an_open_phone_is_not_locked(output):
    assert not shell.keyguard_shown(output)


def test_the_keyboard():
    assert shell.keyboard_shown("  mShowRequested=true mInputShown=true\n")
    assert not shell.keyboard_shown("  mInputShown=false\n")
