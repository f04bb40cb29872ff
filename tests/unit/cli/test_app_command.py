"""`runner app check` on screens that are written here by hand."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runner.cli.main import cli

APP = "com.zhiliaoapp.musically"
FEED = [
    ("Home", "[0,2200][216,2340]"),
    ("Profile", "[864,2200][1080,2340]"),
    ("Like video. 12 likes", "[900,1300][1080,1400]"),
]
FRENCH = [("Accueil", "[0,2200][216,2340]"), ("Profil", "[864,2200][1080,2340]")]


def hierarchy(*nodes: tuple[str, str], text: str = "", package: str = APP) -> str:
    inner = "".join(
        f'<node package="{package}" content-desc="{desc}" bounds="{bounds}"/>' for desc, bounds in nodes
    )
    root = f'<node package="{package}" text="{text}" bounds="[0,0][1080,2400]">{inner}</node>'
    return f"<hierarchy>{root}</hierarchy>"


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    screens = {
        "feed": hierarchy(*FEED),
        "french": hierarchy(*FRENCH),
        "login": hierarchy(text="Sign up for TikTok"),
        "offer": hierarchy(text="Not now"),
        "card": hierarchy(("", "[100,600][900,1600]")),
        "none": "no hierarchy",
    }
    for name, xml in screens.items():
        (tmp_path / f"{name}.xml").write_text(xml, encoding="utf-8")

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, ["app", "check", *words])

    return run


def test_json_has_what_was_found_and_nothing_else(check) -> None:
    words = ["tiktok", "--hierarchy", "feed.xml", "login.xml", "card.xml", "offer.xml", "--format", "json"]
    result = check(*words, "--expect", "home_tab", "liked")
    feed, login, card, offer = json.loads(result.stdout)["screens"]
    assert feed == {
        "file": "feed.xml",
        "elements": {
            "home_tab": {"candidate": 0, "bounds": [0, 2200, 216, 2340], "words": "Home"},
            "profile_tab": {"candidate": 0, "bounds": [864, 2200, 1080, 2340], "words": "Profile"},
            "video_page": {"candidate": 1, "bounds": [900, 1300, 1080, 1400], "words": FEED[2][0]},
            "like_button": {"candidate": 0, "bounds": [900, 1300, 1080, 1400], "words": FEED[2][0]},
        },
        "missing": ["liked"],
        "stop": None,
        "dismiss": None,
        "opaque": False,
    }
    assert (login["stop"], login["dismiss"], login["missing"]) == ("login", None, ["home_tab", "liked"])
    assert (offer["stop"], offer["dismiss"]) == (None, "not_now")
    assert card["opaque"] and result.exit_code == 1


def test_a_recorded_screen_is_read_in_the_language_that_fits(check) -> None:
    result = check("tiktok", "--hierarchy", "feed.xml", "french.xml")
    assert "feed.xml (en)" in result.stdout and "french.xml (fr)" in result.stdout
    assert result.exit_code == 0
    named = check("tiktok", "--hierarchy", "french.xml", "--language", "en", "--expect", "home_tab")
    assert "missing: home_tab" in named.stdout and named.exit_code == 1


def test_a_profile_of_ones_own_beside_the_campaigns(check, tmp_path: Path) -> None:
    (tmp_path / "campaigns" / "apps").mkdir(parents=True)
    own = tmp_path / "campaigns" / "apps" / "tiktok.yaml"
    own.write_text("version: 1\napp: tiktok\nelements: {wave: {desc: Home}}\n", encoding="utf-8")
    assert check("tiktok", "--hierarchy", "feed.xml", "--expect", "wave", "profile_tab").exit_code == 0
    own.write_text("version: 1\napp: tiktok\nelement: {}\n", encoding="utf-8")
    assert "unknown key" in str(check("tiktok", "--hierarchy", "feed.xml").exception)


def test_what_is_no_hierarchy_has_no_elements(check) -> None:
    result = check("tiktok", "--hierarchy", "none.xml", "--format", "json")
    screens = json.loads(result.stdout)["screens"]
    assert screens[0]["elements"] == {} and not screens[0]["opaque"]
    assert "none.xml holds no element of a screen" in result.stderr


def test_folders_stand_for_the_screens_in_them(check, tmp_path: Path) -> None:
    (tmp_path / "more" / "old").mkdir(parents=True)
    for place in ("more/b.xml", "more/old/a.xml", "more/INDEX.md"):
        (tmp_path / place).write_bytes((tmp_path / "feed.xml").read_bytes())
    result = check(
        "tiktok", "--hierarchy", "feed.xml", "more", "more/b.xml", "more/INDEX.md", "--format", "json"
    )
    files = [screen["file"] for screen in json.loads(result.stdout)["screens"]]
    assert files == ["feed.xml", "more/b.xml", "more/old/a.xml"]
    assert result.stderr == "more/INDEX.md is left out: recorded screens are .xml files\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tiktok"], "nothing to look at"),
        (["tiktok", "--hierarchy", "missing.xml"], "missing.xml cannot be read"),
        (["tiktok", "--hierarchy", "campaigns.md"], "there are no recorded screens"),
        (
            ["tiktok", "--hierarchy", "feed.xml", "--expect", "home_tb"],
            "the app profile has no element 'home_tb'",
        ),
        (["tiktak", "--hierarchy", "feed.xml"], "there is no app profile 'tiktak'"),
    ],
)
def test_what_cannot_be_looked_at(check, words: list[str], said: str) -> None:
    assert said in str(check(*words).exception)
