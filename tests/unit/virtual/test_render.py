from PIL import ImageFont

from runner.virtual.icons import icon_mask
from runner.virtual.pictures import picture
from runner.virtual.render import draw, drawable, wrap
from runner.virtual.views import Paint, View, Window


def page(*children: View, background: str = "#ffffff") -> list[Window]:
    root = View((0, 0, 200, 400), children=list(children), paint=Paint(background=background))
    return [Window("demo.app", "Main", root)]


def test_words_break_at_blanks_and_end_in_dots():
    font = ImageFont.load_default(20)
    lines = wrap("one two three four five six", font, 90, 10)
    assert len(lines) > 1 and " ".join(lines) == "one two three four five six"
    assert all(font.getlength(line) <= 90 for line in lines)

    cut = wrap("one two three four five six", font, 90, 1)
    assert len(cut) == 1 and cut[0].endswith("...") and font.getlength(cut[0]) <= 90


def test_line_breaks_are_kept():
    assert wrap("one\ntwo", ImageFont.load_default(20), 300, 5) == ["one", "two"]


def test_letters_without_a_shape_are_replaced():
    assert drawable("\u200eCafé \N{RED APPLE}") == "Cafe *"


def test_backgrounds_end_before_the_right_and_bottom_edge():
    image = draw(page(View((50, 100, 100, 150), paint=Paint(background="#ff0000"))), 200, 400)

    assert image.getpixel((50, 100)) == image.getpixel((99, 149)) == (255, 0, 0)
    assert image.getpixel((100, 149)) == image.getpixel((99, 150)) == (255, 255, 255)


def test_the_first_window_is_in_front():
    badge = Window("demo.app", "Main", View((0, 100, 50, 150), paint=Paint(background="#00ff00")))

    assert draw([badge, *page()], 200, 400).getpixel((10, 110)) == (0, 255, 0)


def test_the_clock_is_dark_on_light_screens_and_light_on_dark_ones():
    light, dark = draw(page(), 200, 400), draw(page(background="#000000"), 200, 400)

    darkest, _ = light.crop((0, 0, 200, 48)).convert("L").getextrema()
    _, brightest = dark.crop((0, 0, 200, 48)).convert("L").getextrema()
    assert darkest < 80 and brightest > 200


def test_an_unknown_icon_is_a_ring_and_not_a_crash():
    assert icon_mask("no such icon", 40).getbbox() is not None


def test_pictures_depend_on_their_seed():
    assert picture("video/1", (90, 160)).tobytes() == picture("video/1", (90, 160)).tobytes()
    assert picture("video/1", (90, 160)).tobytes() != picture("video/2", (90, 160)).tobytes()
    assert picture("face/a", (50, 50)).size == (50, 50)
