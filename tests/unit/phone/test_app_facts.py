import pytest

from runner.phone.app_facts import AppFacts, parse, question

PACKAGE = "org.example.notes"
LINE = "--- runner ---\n"
OWN = f"Locales for {PACKAGE} for user 0 are [fr-FR]\n"


def test_all_is_asked_in_one_line_in_which_a_package_is_one_word() -> None:
    asked = question("org.example; reboot")

    assert "\n" not in asked
    assert asked.startswith("pm path 'org.example; reboot'; echo ")


@pytest.mark.parametrize(
    ("answers", "facts"),
    [
        ((f"package:/data/{PACKAGE}\n", " versionName=3.1\n", OWN, "sv-SE\n", "en-US\n"), (True, "3.1", "fr-FR")),
        ((f"package:/data/{PACKAGE}\r\n", "", "cmd: Can't find service: locale\r\n", "sv-SE\r\n", "\r\n"),
         (True, None, "sv-SE")),
        (("package:/data/a\npackage:/data/b\n", " versionName=1\n versionName=2\n", "", "\n", "en-US\n"),
         (True, "1", "en-US")),
        (("", "", "", "\n", "\n"), (False, None, None)),
        (("",), (False, None, None)),
    ],
)  # fmt: skip
def test_what_phones_answer(answers: tuple[str, ...], facts: tuple[bool, str | None, str | None]) -> None:
    assert parse(LINE.join(answers)) == AppFacts(*facts)
