"""The profile of TikTok on screens written here by hand, with the traps that the real ones have."""

from xml.sax.saxutils import quoteattr

import pytest

from runner.flows.app_view import AppView
from runner.flows.profile import load_profile
from runner.flows.selectors import Selector
from runner.phone.screen import Element, Screen, parse

PACKAGE = "com.zhiliaoapp.musically"
VARIABLES = {"user": "demo_user", "target": "@demo_user", "caption": "", "account": ""}


@pytest.fixture
def app():
    return AppView(load_profile("tiktok"), PACKAGE, VARIABLES)


def box(bounds, *children, cls="FrameLayout", text="", desc="", rid="", package=PACKAGE):
    place = "[{},{}][{},{}]".format(*bounds)
    words = f"text={quoteattr(text)} content-desc={quoteattr(desc)} resource-id={quoteattr(rid)}"
    return (
        f'<node class="android.widget.{cls}" package="{package}" {words} bounds="{place}">'
        f"{''.join(children)}</node>"
    )


def screen(*children: str) -> Screen:
    return parse(f"<hierarchy>{box((0, 0, 1080, 2400), *children)}</hierarchy>")


def words(text, bounds=(0, 0, 100, 50), cls="TextView"):
    return box(bounds, cls=cls, text=text)


BAR = box(
    (0, 2200, 1080, 2340),
    box((0, 2200, 216, 2340), words("Home", (0, 2290, 216, 2330)), desc="Home"),
    box((216, 2200, 432, 2340), desc="Friends"),
    box((432, 2200, 648, 2340), cls="Button", desc="Create"),
    box((648, 2200, 864, 2340), words("16", (750, 2200, 800, 2240)), desc="Inbox, 16 new"),
    box((864, 2200, 1080, 2340), words("Profile", (864, 2290, 1080, 2330)), desc="Profile"),
)
COUNTERS = "".join(
    words(text, (left, 500, left + 150, 540))
    for text, left in [("Following", 200), ("Followers", 450), ("Likes", 700)]
)
FEED = screen(
    box((448, 130, 645, 280), words("Following", (448, 130, 645, 280))),
    box((933, 130, 1080, 280), cls="ImageView", desc="Search"),
    box((940, 1100, 1060, 1200), cls="ImageView", desc="demo_user profile"),
    box((920, 1200, 1080, 1300), cls="Button", desc="Follow demo_user"),
    box(
        (32, 1900, 800, 2000),
        cls="TextView",
        text="Too many attempts. Log in! Not a dialog",
        rid=f"{PACKAGE}:id/desc",
    ),
    BAR,
)


def profile_page(*extra, button="Follow"):
    return screen(
        words("@demo_user", (300, 400, 700, 440), "Button"),
        COUNTERS,
        box((60, 600, 560, 690), words(button, (200, 610, 400, 680)), cls="LinearLayout"),
        words("Message", (600, 610, 800, 680)),
        *extra,
    )


def own_page(*tiles):
    grid = box((0, 900, 1080, 2400), *tiles, cls="GridView")
    return screen(
        box((960, 120, 1060, 220), cls="ImageView", desc="Profile menu"),
        words("@studio", (300, 400, 700, 440), "Button"),
        COUNTERS,
        grid,
        BAR,
    )


def tile(column, row, views, badge=""):
    left, top = column * 360, 900 + row * 600
    parts = [
        box((left, top, left + 360, top + 600), cls="ImageView"),
        words(views, (left, top + 550, left + 90, top + 590)),
    ]
    parts += [words(badge, (left + 10, top + 10, left + 120, top + 50))] if badge else []
    return box((left, top, left + 360, top + 600), *parts)


def names(elements: list[Element]) -> list[str]:
    return [" ".join(part.words for part in element.walk() if part.words) for element in elements]


def test_the_bar_at_the_bottom(app):
    assert [
        app.find(name, FEED).desc for name in ("home_tab", "create_button", "inbox_tab", "profile_tab")
    ] == [
        "Home",
        "Create",
        "Inbox, 16 new",
        "Profile",
    ]
    assert app.point(app.find("profile_tab", FEED), FEED) == (972, 2270)


def test_the_feed_is_no_profile(app):
    for name in ("follow_button", "followed", "user_profile", "own_profile", "own_handle"):
        assert app.find(name, FEED) is None, name


def test_texts_of_others_are_no_stop_screen(app):
    assert app.stop_of(FEED) is None and app.dialog_of(FEED) is None


@pytest.mark.parametrize("button", ["Follow", "Follow back"])
def test_a_user_who_is_not_followed(app, button):
    page = profile_page(button=button)
    assert app.find("user_profile", page).text == "@demo_user"
    assert app.find("follow_button", page).text == button
    assert app.point(app.find("follow_button", page), page) == (300, 645)
    assert app.find("followed", page) is None


@pytest.mark.parametrize("button", ["Following", "Friends", "Requested", "Following "])
def test_a_user_who_is_followed(app, button):
    """The counter that is labelled Following stands above, and suggestions with Follow buttons below."""
    page = profile_page(words("Follow", (800, 1200, 1000, 1260)), button=button)
    assert app.find("followed", page).text == button.strip()
    assert app.find("follow_button", page) is None


def test_another_users_page_is_not_the_one_that_was_asked_for(app):
    other = screen(
        words("@demo_user_2", (300, 400, 700, 440)), COUNTERS, words("Follow", (200, 610, 400, 680))
    )
    assert app.find("user_profile", other) is None


def test_the_name_may_be_written_in_other_letters(app):
    assert AppView(app.profile, PACKAGE, VARIABLES | {"user": "Demo_User"}).find(
        "user_profile", profile_page()
    )


def test_a_user_who_does_not_exist(app):
    assert app.find("user_missing", screen(words("Couldn\u2019t find this account")))


def test_the_newest_tile_is_neither_a_draft_nor_pinned(app):
    page = own_page(
        tile(0, 0, "", "Drafts: 2"), tile(1, 0, "9K", "Pinned"), tile(2, 0, "12"), tile(0, 1, "340")
    )
    assert app.find("own_profile", page) and app.find("own_handle", page).text == "@studio"
    assert names(app.find_all("own_tile", page)) == ["12", "340"]


def test_a_tile_under_the_bar_is_tapped_above_it(app):
    page = own_page(*[tile(n % 3, n // 3, str(n)) for n in range(9)])
    lowest = app.find_all("own_tile", page)[-1]
    assert app.point(lowest, page) == (900, 2150)
    assert app.bar_top(page) == 2200


def test_the_post_button_is_not_that_for_drafts(app):
    page = screen(
        box(
            (0, 250, 1080, 800),
            box((40, 270, 670, 670), cls="EditText", text="Add description"),
            rid=f"{PACKAGE}:id/video_header_layout",
        ),
        words("Post", (40, 900, 300, 960)),
        words("Drafts", (32, 2180, 529, 2305), "Button"),
        words("Post", (550, 2180, 1048, 2305), "Button"),
    )
    assert app.point(app.find("post_button", page), page) == (799, 2242)
    assert app.find("caption_field", page).text == "Add description"


@pytest.mark.parametrize("label", ["Next", "Next (1)", "Next(3)"])
def test_next_in_the_editor(app, label):
    assert app.find("editor_next", screen(words(label, (600, 2200, 1000, 2300), "Button")))


def test_the_upload_badge_is_a_percentage_at_the_upper_left(app):
    badge = f"{box((32, 284, 150, 442), words('66%', (56, 344, 127, 383)))}{box((0, 0, 1080, 2400), BAR)}"
    assert app.find("upload_badge", parse(f"<hierarchy>{badge}</hierarchy>")).text == "66%"
    assert app.find("upload_badge", screen(words("66%", (800, 1800, 900, 1850)))) is None


@pytest.mark.parametrize(
    "text",
    [
        "Sign up for TikTok",
        "Welcome back",
        "Use phone / email / username",
        "Verify to continue",
        "Drag the slider to fit the puzzle",
        "Select 2 objects that are the same shape:",
        "When's your birthday?",
        "Enter your date of birth",
        "Pick your plan",
        "Standard (with ads)",
        "Too many attempts. Try again later.",
        "You are following too fast. Take a break.",
        "Your account was permanently banned",
        "Community Guidelines violation: View details",
    ],
)
def test_screens_that_only_a_person_may_pass(app, text):
    assert app.stop_of(screen(words(text, (100, 600, 900, 700)))) is not None
    assert app.dialog_of(screen(words(text, (100, 600, 900, 700)))) is None


@pytest.mark.parametrize(
    ("title", "decline"),
    [
        ("Save login for next time?", "Not now"),
        ("Turn on precise location", "Not now"),
        ("Link email", "Skip"),
    ],
)
def test_dialogs_that_are_declined(app, title, decline):
    shown = screen(words(title), words("Save", cls="Button"), words(decline, (0, 900, 300, 960), "Button"))
    assert app.stop_of(shown) is None
    found = app.dialog_of(shown)
    assert found is not None and found.button is not None and found.button.text == decline


def test_contacts_are_refused_and_media_is_for_a_person(app):
    package = "com.google.android.permissioncontroller"

    def prompt(text):
        deny = box((0, 900, 300, 960), text="Don\u2019t allow", package=package, cls="Button")
        question = box((0, 0, 9, 9), text=text, package=package)
        return parse(f"<hierarchy>{box((0, 0, 1080, 2400), question, deny, package=package)}</hierarchy>")

    contacts = prompt("Allow TikTok to access your contacts?")
    found = app.dialog_of(contacts)
    assert app.stop_of(contacts) is None and found is not None and found.button.text == "Don't allow"
    assert app.stop_of(prompt("Allow TikTok to access photos and videos on this device?")) is not None


def test_links_are_percent_encoded(app):
    hostile = AppView(app.profile, PACKAGE, VARIABLES | {"user": "a/../b?c=1&d='$(id)"})
    assert hostile.link("user") == "https://www.tiktok.com/@a%2F..%2Fb%3Fc%3D1%26d%3D%27%24%28id%29"


def test_the_profile_keeps_no_shuffled_ids(app):
    """Ids of a release are worthless in the next: only those that have stayed are named."""
    stable = {"cover", "desc", "title", "tvProgress", "video_header_layout", "permission_deny_button"}

    def ids(selector):
        yield selector.id
        for _, value in selector:
            for inner in value if isinstance(value, tuple) else (value,):
                if isinstance(inner, Selector):
                    yield from ids(inner)

    named = {
        rid for group in app.profile.elements.values() for selector in group for rid in ids(selector) if rid
    }
    assert named <= stable


RUDE = "Too many requests? You post too often. Verify to continue"


@pytest.mark.parametrize(
    "page",
    [
        screen(COUNTERS, words(RUDE, (60, 600, 900, 650))),
        screen(
            words("42 comments", (300, 880, 700, 990)),
            box((990, 880, 1050, 940), cls="ImageView", desc="Close"),
            words(RUDE, (150, 1200, 900, 1260)),
        ),
        screen(
            box((40, 270, 670, 670), cls="EditText", text=RUDE),
            words("Drafts", (32, 2180, 529, 2305), "Button"),
            words("Post", (550, 2180, 1048, 2305), "Button"),
        ),
        screen(words("Users", (220, 290, 420, 350)), words(RUDE, (150, 600, 900, 660))),
        screen(box((0, 1900, 800, 2000), cls="Button", desc="Read or add comments. 3 comments"), words(RUDE)),
    ],
    ids=["a page", "comments", "what is posted", "results", "a video"],
)
def test_what_people_write_stops_nothing(app, page):
    assert app.stop_of(page) is None and app.dialog_of(page) is None


@pytest.mark.parametrize("words_of", ["Not now", "Skip", "Don't allow"])
def test_a_comment_or_a_caption_of_the_words_of_a_button_is_not_tapped(app, words_of):
    comment = screen(
        words("42 comments", (300, 880, 700, 990)),
        box((189, 2200, 721, 2282), cls="EditText", text="Add comment..."),
        words(words_of, (150, 1200, 900, 1260)),
    )
    assert app.dialog_of(comment) is None
    assert app.dialog_of(screen(words(words_of), BAR)) is None


def test_people_in_the_feed_are_a_card_and_no_page(app):
    card = screen(words("Swipe up to skip"), BAR)
    assert app.dialog_of(card) is None and app.find("people_card", card)
    assert app.dialog_of(screen(words("Swipe up to skip"))).button is None


def prompt(
    question="",
    rid="permission_message",
    deny="permission_deny_button",
    package="com.android.permissioncontroller",
):
    ids = "com.android.permissioncontroller:id/"
    message = box((100, 900, 900, 1000), text=question, rid=ids + rid, package=package)
    button = box((100, 1500, 900, 1600), text="DON'T ALLOW", rid=ids + deny, package=package, cls="Button")
    return parse(f"<hierarchy>{box((0, 0, 1080, 2400), message, button, package=package)}</hierarchy>")


@pytest.mark.parametrize(
    "package", ["com.android.permissioncontroller", "com.google.android.permissioncontroller"]
)
@pytest.mark.parametrize(
    "question",
    [
        "Allow TikTok to take pictures and record video?",
        "Allow TikTok to record audio?",
        "Autoriser TikTok à prendre des photos et enregistrer des vidéos ?",
        "TikTok vill göra något som ingen har sett",
    ],
)
def test_a_permission_that_nobody_decided_upon_is_for_a_person(app, question, package):
    shown = prompt(question, package=package)
    assert app.stop_of(shown) is not None
    assert AppView(app.profile.in_language("fr"), PACKAGE, VARIABLES).stop_of(shown) is not None


@pytest.mark.parametrize(
    "question",
    [
        "Allow TikTok to send you notifications?",
        "Allow TikTok to access your contacts?",
        "Allow TikTok to access this device\u2019s location?",
    ],
)
@pytest.mark.parametrize("deny", ["permission_deny_button", "permission_deny_and_dont_ask_again_button"])
def test_what_is_denied_is_denied_by_its_id(app, question, deny):
    shown = prompt(question, deny=deny)
    for language in ("en", "fr"):  # of the app: Android speaks the phone's
        view = AppView(app.profile.in_language(language), PACKAGE, VARIABLES)
        assert view.stop_of(shown) is None
        assert view.dialog_of(shown).button.rid.endswith(deny)


def test_a_photo_post_has_a_title_above_the_description(app):
    page = screen(
        box((42, 580, 1038, 640), cls="EditText", text="Add a catchy title"),
        box((42, 690, 1038, 1060), cls="EditText", text="Long description here"),
        words("Drafts", (32, 2180, 529, 2305), "Button"),
        words("Post", (550, 2180, 1048, 2305), "Button"),
    )
    assert app.find("title_field", page).text == "Add a catchy title"
    assert app.find("caption_field", page).text == "Long description here"
    typed = screen(
        box((42, 580, 1038, 640), cls="EditText", text="My title"),
        box((42, 690, 1038, 1060), cls="EditText", text="My words"),
        words("Drafts", (32, 2180, 529, 2305), "Button"),
    )
    assert app.find("caption_field", typed).text == "My words"


def test_while_one_types_post_is_at_the_top(app):
    page = screen(
        words("Post", (846, 152, 1038, 236), "Button"),
        box((42, 420, 1038, 1060), cls="EditText", text="words"),
        box((964, 1143, 1038, 1217), cls="ImageView", desc="Collapse"),
    )
    assert app.point(app.find("post_button", page), page) == (942, 194)
    assert app.find("caption_field", page).text == "words"
    assert app.find("post_button", screen(words("Post", (846, 152, 1038, 236), "Button"))) is None


def rail(liked, flag):
    heart = box((942, 1320, 1060, 1437), cls="ImageView", desc="Like").replace(
        "<node ", f'<node selected="{str(flag).lower()}" ', 1
    )
    return screen(box((912, 1320, 1080, 1478), heart, cls="Button", desc=liked), BAR)


@pytest.mark.parametrize(
    ("desc", "flag", "is_liked"),
    [
        ("Like video. 22 likes", False, False),
        ("Video liked", False, True),
        ("Video liked. 23 likes", True, True),
        ("Like video. 22 likes", True, True),
    ],
)
def test_a_like_is_never_taken_back(app, desc, flag, is_liked):
    page = rail(desc, flag)
    assert (app.find("liked", page) is not None) is is_liked
    assert (app.find("like_button", page) is not None) is not is_liked


def test_what_sends_a_comment_is_the_last_button_at_the_field(app):
    def sheet(*more):
        heart = box((971, 1086, 1075, 1149), cls="Button", desc="@2131888139")
        field = box((189, 2200, 721, 2282), cls="EditText", text="words")
        emoji = box((732, 2210, 832, 2305), cls="Button", desc="@2131888096")
        return screen(words("42 comments", (300, 880, 700, 990)), heart, field, emoji, *more)

    assert app.find("comment_send", sheet()) is None
    send = box((937, 2210, 1032, 2305), cls="Button", desc="@2131888777")
    assert app.find("comment_send", sheet(send)).bounds == (937, 2210, 1032, 2305)


def test_the_row_of_a_followed_account_has_its_button(app):
    rows = [
        (words(name, (140, top, 480, top + 50)), words("Following", (800, top, 1030, top + 60), "Button"))
        for name, top in (("demo_user_2", 300), ("demo_user", 500))
    ]
    page = screen(words("Following 2", (0, 150, 300, 220)), *(part for row in rows for part in row))
    assert app.find("following_row_button", page).bounds[1] == 500


def test_a_handle_between_isolates_is_found_and_its_lookalike_is_not(app):
    page = screen(
        words("\u2068demo_user_fan\u2069", (226, 424, 394, 474)),
        words("\u200e\u2068demo_user\u2069", (226, 619, 394, 669)),
    )
    assert app.find("user_result", page).bounds[1] == 619
