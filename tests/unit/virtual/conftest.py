"""A phone with one small app: a button, a text field and a list."""

import pytest
from small_apps import Notes, Unplugged, make_apps

from runner.virtual.phone import Phone


@pytest.fixture
def phone() -> Phone:
    made = Phone("UNIT01", make_apps=make_apps)
    made.link = Unplugged()
    return made


@pytest.fixture
def notes(phone: Phone) -> Notes:
    """The app, in front."""
    phone.start_app(Notes.package)
    app = phone.packages.app(Notes.package)
    assert isinstance(app, Notes)
    app.taps.clear()
    return app
