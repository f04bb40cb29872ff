import re
from pathlib import Path

import pytest
from app_driver import FakeDevice, Hand

from runner.virtual.apps.app import Intent
from runner.virtual.apps.written.app import WrittenApp
from runner.virtual.apps.written.reader import AppFileError, read
from runner.virtual.host import read_files

PAGE = (Path(__file__).parents[4] / "docs" / "own-virtual-app.md").read_text(encoding="utf-8")
SHOP = re.search(r"```yaml\n# shop.yaml\n(.*?)```", PAGE, re.DOTALL)[1]
HEAD = "version: 1\npackage: com.example.shop\nlabel: Shop\nscreens:\n"


@pytest.fixture
def device():
    return FakeDevice()


@pytest.fixture
def app(device):
    started = WrittenApp(device, read(SHOP))
    started.start()
    return started


@pytest.fixture
def hand(app):
    return Hand(app)


def sign_in(hand):
    hand.type("Kim")
    hand.tap(text="Sign in")


def test_what_is_typed_is_shown_and_told(hand, app, device):
    sign_in(hand)
    assert device.toasts == ["Hello Kim"]
    assert hand.see(text="Signed in as Kim")
    assert app.memory()["values"] == {"signed_in": "yes"}
    assert app.memory()["fields"] == {"name": "Kim", "news": "false"}
    (done,) = app.memory()["done"]
    assert (done["what"], done["on"], done["screen"]) == ("tap", "sign_in", "welcome")


def test_what_is_checkable_turns_on_and_off(hand):
    hand.tap(text="Send me news")
    assert hand.see(text="Send me news").checked
    hand.tap(text="Send me news")
    assert not hand.see(text="Send me news").checked


def test_what_comes_later_comes_after_its_screen_has_opened(hand, device):
    device.advance(10)
    sign_in(hand)
    assert not hand.see(text="Offers of today")
    changes = device.changes
    device.advance(0.5)
    assert hand.see(text="Offers of today") and device.changes > changes


def test_a_list_scrolls_within_its_bounds(hand, app):
    sign_in(hand)
    rows = hand.count(resourceIdMatches=".*/good")
    assert rows == 7 and hand.see(text="Good 1")
    app.swipe((360, 600), (360, 300))
    assert not hand.see(text="Good 1") and hand.see(text="Good 4")
    for _ in range(20):
        app.swipe((360, 600), (360, 200))
    assert hand.see(text="Good 30") and not hand.see(text="Good 20")
    list_bottom = hand.see(resourceIdMatches=".*/list").bounds[3]
    assert hand.see(text="Good 30").bounds[3] == list_bottom


def test_each_of_what_is_repeated_has_deeds_of_its_own(hand, device):
    sign_in(hand)
    hand.see(text="Good 3").on_long_tap()
    assert device.toasts[-1] == "Good 3 is sold out"
    hand.tap(text="Good 2")
    assert hand.see(text="In the basket: Good 2")


def test_back_leads_to_the_screen_before_or_where_the_file_says(hand, app):
    assert not app.back()
    sign_in(hand)
    assert app.back() and hand.see(text="Sign in")
    app.open(Intent(data="https://shop.example/basket/7"))
    assert hand.see(text="Pay")
    assert app.back() and hand.see(resourceIdMatches=".*/list")


def test_a_dialog_lies_over_its_screen(hand, app):
    app.control("open_screen", {"screen": "basket"})
    hand.tap(text="Pay")
    assert hand.see(text="Cancel") and not hand.see(text="Pay")
    hand.tap(resourceIdMatches=".*/message")  # on the box: nothing happens
    assert hand.see(text="Cancel")
    hand.tap_at(10, 100)
    assert hand.see(text="Pay")
    hand.tap(text="Pay")
    hand.tap(text="OK")
    assert app.memory()["values"]["paid"] == "" and hand.see(resourceIdMatches=".*/list")


def test_the_end_forgets_screens_and_fields_and_no_values(hand, app):
    sign_in(hand)
    remembered = app.memory()
    app.kill()
    assert hand.see(text="Sign in") and app.memory()["fields"]["name"] == ""
    assert app.memory()["values"] == {"signed_in": "yes"}
    again = WrittenApp(app._device, read(SHOP))
    again.restore(remembered)
    assert again.memory()["done"] == remembered["done"]


def test_activities_are_opened_by_their_names(hand, app):
    assert app.activities[:2] == ("com.example.shop.MainActivity", "com.example.shop.Goods")
    app.open(Intent(component="com.example.shop/com.example.shop.Basket"))
    assert app.windows()[0].activity == "com.example.shop.Basket"
    app.open(Intent(component="com.example.shop/com.example.shop.OfItsApkOnly"))
    assert hand.see(text="Sign in")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "app.yaml:1:1: an app file is a mapping with"),
        ("version: 1\nlabel: [x", "app.yaml:3:1: this is no YAML"),
        (
            HEAD + "  a:\n    colum: []\n",
            "app.yaml:6:5: there is no key `colum` here; did you mean `column`?",
        ),
        (HEAD + "  a:\n    row: []\n  a:\n    row: []\n", "app.yaml:7:3: the key `a` is here twice"),
        (HEAD + "  a: {dialog: true}\n", "app.yaml:5:3: the screen `a` needs either a `column` or a `row`"),
        (
            HEAD + "  a:\n    column:\n      - {text: x, tapp: {}}\n",
            "app.yaml:7:19: there is no key `tapp` here; did you mean `tap`?",
        ),
        (
            HEAD + "  a:\n    column:\n      - tap: {scren: a}\n",
            "app.yaml:7:15: there is no key `scren` here; did you mean `screen`?",
        ),
        (
            HEAD + "  a:\n    column:\n      - tap: {screen: b}\n",
            "app.yaml:7:15: there is no screen `b`; there are a",
        ),
        (
            HEAD + "  a:\n    column:\n      - {text: x, after: soon}\n",
            "app.yaml:7:19: `after`: 'soon' is no duration; write it like 300ms or 2s",
        ),
        (
            HEAD + "  a:\n    column:\n      - {class: EditText}\n",
            "app.yaml:7:9: what is editable needs an `id`: its value is kept under that name",
        ),
        (
            HEAD + "  a:\n    column:\n      - {text: x, bounds: [1, 2, 3]}\n",
            "app.yaml:7:19: `bounds`: [1, 2, 3] are no bounds; write left, top, right, bottom",
        ),
        ("version: 1\nlabel: Shop\nscreens: {a: {row: []}}\n", "app.yaml:1:1: the key `package` is missing"),
        (
            HEAD.replace("com.example.shop", "shop") + "  a: {row: []}\n",
            "app.yaml:2:1: `package`: string should match pattern",
        ),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(text, told):
    with pytest.raises(AppFileError) as error:
        read(text)
    assert str(error.value).startswith(told)


def test_all_that_is_wrong_is_told_at_once():
    text = HEAD + "  a:\n    column:\n      - tap: {screen: b}\n      - {editable: true}\n"
    with pytest.raises(AppFileError) as error:
        read(text)
    assert [line.split(": ")[0] for line in str(error.value).splitlines()] == [
        "app.yaml:7:15",
        "app.yaml:8:9",
    ]


def test_words_of_yaml_1_1_are_texts():
    file = read(HEAD + "  a:\n    column:\n      - {text: no, desc: 010, hint: 12}\n")
    (item,) = file.screens["a"].column
    assert (item.text, item.desc, item.hint) == ("no", "010", "12")


def test_the_page_tells_of_every_key():
    from runner.virtual.apps.written.models import AppFile, Deed, Item, Screen

    for model in (AppFile, Screen, Item, Deed):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in PAGE


def test_files_come_from_folders_and_each_package_from_one_file(tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    assert [file.package for file in read_files([tmp_path])] == ["com.example.shop"]
    with pytest.raises(ValueError, match=r"another file describes com\.example\.shop"):
        read_files([tmp_path, tmp_path / "shop.yaml"])
    with pytest.raises(ValueError, match=r"nothing\.yaml cannot be read: No such file"):
        read_files([tmp_path / "nothing.yaml"])


@pytest.mark.parametrize(
    ("right", "wrong"), [("tap: {set", "tapp: {set"), ("screen: goods}", "screen: goodss}")]
)
def test_the_page_tells_of_mistakes_as_they_are_told(right, wrong):
    shown = f"# shop.yaml\n{SHOP}".replace(right, wrong, 1)
    with pytest.raises(ValueError) as caught:
        read(shown, "shop.yaml")
    assert f"    {caught.value}\n" in PAGE
