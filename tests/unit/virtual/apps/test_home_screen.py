import pytest
from app_driver import Hand

from runner.virtual.apps.app import Intent


def test_the_home_screen_comes_first_and_starts_what_is_tapped(apps, device):
    home = Hand(apps[0])
    home.tap(text="TikTok")
    home.tap(description="Settings")

    assert device.started == ["com.zhiliaoapp.musically", "com.android.settings"]
    assert apps[0].back()


def test_an_app_that_was_removed_is_told_of(apps, device):
    def refuse(package):
        raise KeyError(package)

    device.start_app = refuse
    Hand(apps[0]).tap(text="TikTok")

    assert device.toasts == ["App isn't installed"]


def test_settings_is_another_app(apps):
    settings = next(app for app in apps if app.package == "com.android.settings")

    assert settings.accepts(Intent(action="android.settings.SETTINGS"))
    assert settings.windows()[0].package == "com.android.settings"
    assert not settings.back()
    with pytest.raises(ValueError, match="none"):
        settings.control("show", {})
