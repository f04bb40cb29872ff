"""`runner app check`, `suggest` and `screen` on recorded screens that are written here by hand."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runner.cli.main import cli
from runner.errors import UsageError
from runner.flows.cases import cases

PACKAGE = "org.example.shop"
PROFILE = """\
# the shop's words
version: 1
app: shop
packages: [org.example.shop]
elements:
  buy: {text: Buy now, region: [0, 0.5, 1, 1]}  # never tap the one in the list
  basket: {desc: Basket}
stops:
  login: {when: {text: Welcome back}, message: log in by hand}
"""
OLD = [('text="Buy now"', "[0,900][400,1000]"), ('content-desc="Basket"', "[300,0][400,50]")]
NEW = [
    ('text="Buy it now" class="android.widget.Button" clickable="true"', "[0,900][400,1000]"),
    ('text="Buy it now"', "[0,100][400,150]"),
    ('text="Sale"', "[0,300][400,350]"),
    ('content-desc="Basket"', "[300,0][400,50]"),
]
ENTRY = [('text="Buy it now"', "[0,700][400,800]"), ('content-desc="Basket"', "[300,0][400,50]")]


def hierarchy(nodes: list[tuple[str, str]]) -> str:
    inner = "".join(f'<node package="{PACKAGE}" {said} bounds="{bounds}"/>' for said, bounds in nodes)
    return f'<hierarchy><node package="{PACKAGE}" bounds="[0,0][400,1000]">{inner}</node></hierarchy>'


class Shop:
    """Campaigns with a profile of a shop, and cases of it."""

    def __init__(self, folder: Path) -> None:
        self.profile = folder / "campaigns" / "apps" / "shop.yaml"
        self.folder = self.profile.parent / "cases" / "shop"
        self.folder.mkdir(parents=True)
        self.profile.write_text(PROFILE, encoding="utf-8")

    def case(self, name: str, nodes: list[tuple[str, str]], expected: str) -> None:
        (self.folder / f"{name}.xml").write_text(hierarchy(nodes), encoding="utf-8")
        (self.folder / f"{name}.yaml").write_text(f"version: 1\napp: shop\n{expected}", encoding="utf-8")

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["app", *words])


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.chdir(tmp_path)
    made = Shop(tmp_path)
    made.case("old", OLD, "found: [buy, basket]\nabsent: []\n")
    return made


def test_cases_that_are_as_expected(shop: Shop) -> None:
    result = shop("check", "shop")
    assert (result.exit_code, result.stdout) == (0, "shop/old: as expected\n")
    assert [str(case) for case in cases("campaigns")] == ["shop/old"]


def test_what_a_case_lacks_and_what_was_not_there(shop: Shop) -> None:
    shop.case("new", [*NEW, ('text="Welcome back"', "[0,0][1,1]")], "found: [buy]\nabsent: [basket]\n")
    result = shop("check", "shop", "--format", "json")
    told = {one["case"]: one["problems"] for one in json.loads(result.stdout)["cases"]}
    assert told["old"] == [] and result.exit_code == 1
    assert told["new"] == [
        "it lacks buy",
        "it has basket, which was not there",
        "it is taken for the stop login, which was (none)",
    ]


def test_a_case_whose_files_are_wrong(shop: Shop) -> None:
    shop.case("bad", OLD, "fund: [buy]\n")
    assert "unknown key 'fund'" in str(shop("check", "shop").exception)
    (shop.folder / "bad.yaml").write_text("version: 1\napp: shop\n", encoding="utf-8")
    (shop.folder / "bad.xml").unlink()
    assert "bad.xml cannot be read" in str(shop("check", "shop").exception)


def test_a_proposal_keeps_the_place_of_the_old_selector(shop: Shop) -> None:
    shop.case("new", NEW, "found: [buy, basket]\n")
    result = shop("suggest", "shop", "new")
    assert result.exit_code == 0, result.output
    assert "buy: {text: Buy it now, region: [0.0, 0.5, 1.0, 1.0]} at [0,900][400,1000]" in result.stdout
    assert "- {text: Buy now, region: [0.0, 0.5, 1.0, 1.0]}" in result.stdout
    assert shop.profile.read_text(encoding="utf-8") == PROFILE, "nothing is written unasked"


def test_what_finds_something_where_it_must_not_be_is_not_proposed(shop: Shop) -> None:
    shop.case("new", NEW, "found: [buy, basket]\n")
    shop.case("entry", ENTRY, "absent: [buy]\n")
    told = json.loads(shop("suggest", "shop", "new", "--format", "json").stdout)
    (first, *_) = told["proposals"]["buy"]
    assert first["selector"]["class"] == "Button" and first["bounds"] == [0, 900, 400, 1000]


def test_a_proposal_is_written_beside_what_was_there_and_its_comments(shop: Shop) -> None:
    shop.case("new", NEW, "found: [buy, basket]\n")
    assert shop("check", "shop").exit_code == 1
    assert shop("suggest", "shop", "new", "--write").exit_code == 0
    text = shop.profile.read_text(encoding="utf-8")
    assert "# the shop's words" in text and "# never tap the one in the list" in text
    assert "basket: {desc: Basket}" in text
    result = shop("check", "shop")
    assert result.exit_code == 0, result.stdout


def test_a_profile_of_ones_own_is_made_for_a_shipped_one(shop: Shop) -> None:
    folder = shop.folder.with_name("tiktok")
    folder.mkdir()
    package = "com.zhiliaoapp.musically"
    xml = hierarchy([('content-desc="Main page" clickable="true"', "[320,900][400,1000]")])
    (folder / "own.xml").write_text(xml.replace(PACKAGE, package), encoding="utf-8")
    (folder / "own.yaml").write_text("version: 1\napp: tiktok\nfound: [main_page]\n", encoding="utf-8")
    assert shop("suggest", "tiktok", "own", "--write").exit_code == 0
    assert (folder.parents[1] / "tiktok.yaml").read_text(encoding="utf-8") == (
        "version: 1\napp: tiktok\nelements:\n  main_page:\n  - {desc: Main page}\n"
    )
    assert shop("check", "tiktok").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shop", "nothing"], "there is no case 'nothing'"),
        (["shop", "old"], "the profile finds all that shop/old expects"),
        (["shop", "old", "--element", "Buy Now!"], "an element cannot be called 'Buy Now!'"),
        (["ship", "old"], "there is no app profile 'ship'"),
    ],
)
def test_where_nothing_can_be_proposed(shop: Shop, words: list[str], said: str) -> None:
    assert said in str(shop("suggest", *words).exception)


def test_the_first_case_has_to_be_recorded(shop: Shop) -> None:
    error = shop("suggest", "tiktok", "first").exception
    assert isinstance(error, UsageError)
    assert error.hint == "record one: runner app record first --serial SERIAL --app tiktok"


def test_nothing_that_is_like_it(shop: Shop) -> None:
    result = shop("suggest", "shop", "old", "--element", "zebra_crossing")
    assert result.exit_code == 1
    assert "# zebra_crossing: nothing on this screen is like it" in result.stdout


def test_the_screen_lists_selectors_that_a_flow_can_take(shop: Shop) -> None:
    shop.case("new", NEW, "")
    result = shop("screen", "--hierarchy", str(shop.folder / "new.xml"))
    lines = result.stdout.splitlines()
    assert lines[0].endswith("new.xml shows org.example.shop: 4 elements")
    assert "{text: Sale}" in lines[3] and "{desc: Basket}" in lines[4]
    as_json = json.loads(
        shop("screen", "--hierarchy", str(shop.folder / "new.xml"), "--format", "json").stdout
    )
    assert as_json["elements"][2]["selector"] == {"text": "Sale"}
    assert "nothing to look at" in str(shop("screen").exception)


def test_a_case_needs_a_name_that_a_file_can_have(shop: Shop) -> None:
    assert "a case cannot be called '../x'" in str(shop("record", "../x", "--serial", "NOWHERE").exception)
