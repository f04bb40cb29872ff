from PIL import ImageChops

from runner.virtual.apps.shortvideo.interruptions import KINDS
from runner.virtual.render import draw


def picture(app, toast=None):
    return draw(app.windows(), 720, 1600, toast)


def screens(apps, app, hand, device):
    """Leads through every screen and yields after each."""
    yield "home", apps[0]
    yield "settings", apps[2]
    yield "feed", app
    for tab in ("Friends", "Inbox", "Create", "Profile", "Home"):
        app.go_tab(tab)
        yield tab, app
    hand.tap(descriptionStartsWith="Read or add")
    hand.type("words")
    yield "comments", app
    for name in ("demo_user_07", "private_demo", "missing_demo"):
        hand.open_link(f"https://www.tiktok.com/@{name}")
        yield name, app
    app.go_search()
    yield "search", app
    hand.type("demo_user_07")
    hand.tap(text="Search", className="android.widget.Button")
    yield "results", app
    hand.tap(description="Users")
    yield "users", app
    hand.share()
    yield "editor", app
    hand.tap(text="Next")
    yield "post", app
    hand.tap(text="Post", className="android.widget.Button")
    yield "uploading", app
    for kind in KINDS:
        app.control("show", {"screen": kind})
        yield kind, app


def test_every_screen_can_be_drawn_and_differs_from_the_one_before(apps, app, hand, device):
    before = None
    for name, shown in screens(apps, app, hand, device):
        image = picture(shown)
        assert (image.size, image.mode) == ((720, 1600), "RGB"), name
        assert before is None or ImageChops.difference(before, image).getbbox() is not None, name
        before = image


def test_every_view_lies_on_the_screen(apps, app, hand, device):
    for name, shown in screens(apps, app, hand, device):
        for window in shown.windows():
            for view in window.root.walk():
                left, top, right, bottom = view.bounds
                assert 0 <= left < right <= 720 and 0 <= top < bottom <= 1600, (name, view)


def test_the_same_screen_gives_the_same_picture(app):
    assert picture(app).tobytes() == picture(app).tobytes()


def test_a_liked_video_looks_different_where_the_heart_is(app, hand):
    before = picture(app)
    hand.tap(descriptionStartsWith="Like video")
    changed = ImageChops.difference(before, picture(app)).getbbox()

    left, top, right, bottom = hand.see(descriptionStartsWith="Video liked").bounds
    assert changed is not None
    assert left <= changed[0] and top <= changed[1] and changed[2] <= right and changed[3] <= bottom


def test_a_toast_is_drawn_over_the_screen(app):
    changed = ImageChops.difference(picture(app), picture(app, toast="Couldn't upload")).getbbox()

    assert changed is not None and changed[1] > 1200
