import pytest
from app_driver import FakeDevice, Hand

from runner.virtual.apps import installed
from runner.virtual.apps.app import App
from runner.virtual.apps.shortvideo import ShortVideo


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice()


@pytest.fixture
def apps(device: FakeDevice) -> list[App]:
    return installed(device)


@pytest.fixture
def app(apps: list[App]) -> ShortVideo:
    found = next(app for app in apps if app.package == "com.zhiliaoapp.musically")
    assert isinstance(found, ShortVideo)
    found.start()
    return found


@pytest.fixture
def hand(app: ShortVideo) -> Hand:
    return Hand(app)
