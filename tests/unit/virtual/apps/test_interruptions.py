import pytest

from runner.virtual.apps.shortvideo.interruptions import KINDS
from runner.virtual.hierarchy import dump
from runner.virtual.phone import Phone

WORDS = {
    "login": "Welcome back",
    "save_login": "Save login for next time?",
    "birthday": "When's your birthday?",
    "rate_limit": "Something went wrong",
    "ads_consent": "Pick your plan",
    "permission": "Allow TikTok to access your contacts?",
}


@pytest.mark.parametrize(("screen", "words"), WORDS.items())
def test_an_interruption_hides_the_app_until_it_is_cleared(app, hand, screen, words):
    app.control("show", {"screen": screen})
    assert len(app.windows()) == 1
    assert hand.see(text=words) is not None
    assert hand.see(description="For You") is None

    app.control("clear", {})
    assert hand.see(description="For You") is not None


def test_a_verification_is_nearly_empty_and_stays(app, hand):
    app.control("show", {"screen": "captcha"})

    assert dump(app.windows(), 720, 1600).count("<node") == 2
    assert all(not view.shown_text and not view.desc for view in app.windows()[0].root.walk())
    hand.tap_at(360, 800)
    assert app.back()
    app.kill()
    app.start()
    assert dump(app.windows(), 720, 1600).count("<node") == 2


@pytest.mark.parametrize(("screen", "answer"), [("save_login", "Not now"), ("rate_limit", "OK")])
def test_what_may_be_declined_goes_away(app, hand, screen, answer):
    app.control("show", {"screen": screen})
    hand.tap(text=answer)

    assert hand.see(description="For You") is not None
    assert [(given["screen"], given["answer"]) for given in app.memory()["answers"]] == [(screen, answer)]


@pytest.mark.parametrize(
    ("screen", "answer"),
    [("login", "Log in"), ("ads_consent", "Standard (with ads)"), ("birthday", "Continue")],
)
def test_what_a_person_must_decide_stays_and_the_tap_is_on_record(app, hand, screen, answer):
    app.control("show", {"screen": screen})
    hand.tap(text=answer)

    assert app.memory()["settings"]["interruption"] == screen
    assert app.memory()["answers"][0]["answer"] == answer


def test_the_permission_prompt_belongs_to_the_system(app, hand):
    app.control("show", {"screen": "permission"})
    assert app.windows()[0].package == "com.android.permissioncontroller"
    hand.tap(resourceIdMatches=".*permission_deny_button")

    assert app.windows()[0].package == app.package


def test_back_declines_a_dialog_and_leaves_a_login(app):
    app.control("show", {"screen": "save_login"})
    assert app.back() and app.memory()["settings"]["interruption"] == ""

    app.control("show", {"screen": "login"})
    assert not app.back() and app.memory()["settings"]["interruption"] == "login"


def test_every_kind_can_be_shown(app):
    for screen in KINDS:
        app.control("show", {"screen": screen})
        assert app.windows()


def test_a_launch_draws_nothing_until_its_time_is_over(app, hand, device):
    app.control("set_launch_seconds", {"seconds": 2})
    app.kill()
    app.start()
    assert app.windows() == []

    device.advance(2)
    assert hand.see(description="For You") is not None
    app.start()
    assert app.windows() != []


@pytest.mark.parametrize("screen", ["update", "web_page"])
def test_a_page_without_words_is_closed_by_the_back_key(app, hand, screen):
    app.control("show", {"screen": screen})
    assert all(not view.shown_text and not view.desc for view in app.windows()[0].root.walk())
    hand.tap_at(360, 1000)
    assert app.memory()["settings"]["interruption"] == screen

    assert app.back()
    assert hand.see(description="For You") is not None


def test_the_system_can_still_be_read_around_an_update_prompt():
    phone = Phone("UNIT01")
    phone.has_system_windows = True
    app = phone.packages.app("com.zhiliaoapp.musically")
    phone.start_app(app.package)
    app.control("show", {"screen": "update"})

    said = {package: [] for package in ("com.android.systemui", app.package)}
    for window in phone.drawn_windows:
        said[window.package] += [
            view.text or view.desc for view in window.root.walk() if view.text or view.desc
        ]
    assert said[app.package] == [] and len(said["com.android.systemui"]) > 4


def test_the_account_status_is_a_small_window_that_stays(app, hand):
    app.control("show", {"screen": "account_status"})
    hand.tap(resourceId="android:id/button1")

    assert app.windows()[0].root.bounds != (0, 0, 720, 1600)
    assert hand.see(text="The account has been blocked") is not None


def test_a_phone_login_goes_on_only_with_a_number(app, hand):
    app.control("show", {"screen": "phone_login"})
    assert not hand.see(text="Continue").enabled
    hand.tap(text="Continue")
    hand.type("0700000000")
    assert hand.see(text="Continue").enabled
    hand.tap(text="Continue")

    assert [given["answer"] for given in app.memory()["answers"]] == ["Continue"]
    assert not app.back() and hand.see(text="Continue") is not None


def test_a_short_login_is_over_once_somebody_has_given_a_number(app, hand):
    app.control("show", {"screen": "short_login"})
    hand.tap(text="Continue")
    assert app.memory()["settings"]["interruption"] == "short_login"
    hand.type("0700000000")
    hand.tap(text="Continue")
    assert app.memory()["settings"]["interruption"] == ""
