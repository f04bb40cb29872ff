import pytest
from picture_hand import PACKAGE, PictureHand

from runner.virtual.apps.picturenet import PictureNet


@pytest.fixture
def app(apps):
    found = next(app for app in apps if app.package == PACKAGE)
    assert isinstance(found, PictureNet)
    found.start()
    return found


@pytest.fixture
def hand(app):
    return PictureHand(app)


@pytest.fixture
def gallery(device):
    """Two photos and, the newest, a film; their URIs from the oldest on."""
    return [
        device.add_media("21", b"photo one", "image/jpeg", "Campaign"),
        device.add_media("22", b"photo two", "image/png", "Campaign"),
        device.add_media("23", b"film", "video/mp4", "Camera"),
    ]
