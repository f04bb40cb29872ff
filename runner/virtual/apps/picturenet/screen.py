"""What a screen of the app is, and what it may ask of the app around it."""

from typing import Protocol

from runner.virtual.apps.app import Device
from runner.virtual.apps.picturenet.memory import Media, Memory, Post
from runner.virtual.apps.picturenet.uploads import Uploads
from runner.virtual.apps.picturenet.world import Card
from runner.virtual.views import View

_ROOT = "com.instagram."
LAUNCHER = _ROOT + "mainactivity.LauncherActivity"
MAIN = _ROOT + "mainactivity.InstagramMainActivity"
OLD_MAIN = _ROOT + "android.activity.MainTabActivity"
"""An alias from earlier releases that still starts the app."""
SHARE = _ROOT + "share.handleractivity.ShareHandlerActivity"
STORY_SHARE = _ROOT + "share.handleractivity.StoryShareHandlerActivity"
MODAL = _ROOT + "modal.ModalActivity"
TRANSPARENT_MODAL = _ROOT + "modal.TransparentModalActivity"
SIGNED_OUT = _ROOT + "nux.activity.SignedOutFragmentActivity"


class Surroundings(Protocol):
    """The app as its screens see it."""

    device: Device
    state: Memory
    uploads: Uploads

    def now(self) -> str:
        """The phone's time, ISO 8601."""
        ...

    def show(self, screen: "Screen") -> None:
        """Put a screen on top."""
        ...

    def leave(self) -> None:
        """Take the top screen away."""
        ...

    def go_tab(self, name: str) -> None:
        """Show one of the tabs of the bottom bar and nothing above it."""
        ...

    def go_profile(self, handle: str) -> None:
        """Open an account, the phone's own included."""
        ...

    def go_post(self, card: Card) -> None:
        """Open one post, a reel in the viewer."""
        ...

    def go_comments(self, card: Card) -> None:
        """Open the comments on a post."""
        ...

    def go_audio(self, sound: str) -> None:
        """Open the page of a sound."""
        ...

    def go_create(self) -> None:
        """Open the menu of what can be made."""
        ...

    def go_send(self, card: Card) -> None:
        """Open the sheet that sends a post to friends."""
        ...

    def publish(self, post: Post) -> bool:
        """What the tap that publishes does; false if it was ignored."""
        ...

    def new_post(self, kind: str, media: list[Media], caption: str = "", sound: str = "") -> Post:
        """A post of the phone's own account, for `publish`; `kind` is reel, photo, album or story."""
        ...

    def new_id(self) -> str:
        """The id of the account's next post."""
        ...

    def save_draft(self, media: list[Media], caption: str) -> None:
        """What a tap on Save draft does."""
        ...

    def blocked(self) -> bool:
        """Whether the network refuses an action that was just tried, and says so."""
        ...

    def not_here(self) -> None:
        """What a tap on a thing does that rehearsals do without."""
        ...


class Screen:
    """One screen. It keeps what a person did on it and builds its views anew each time."""

    activity = MAIN
    place = ""
    """The name by which a rehearsal waits for it."""

    def __init__(self, app: Surroundings) -> None:
        self.app = app
        self.opened = app.device.now()

    def build(self) -> View:
        """The screen's views."""
        raise NotImplementedError

    def grid_is_there(self) -> bool:
        """Whether a grid shows its cells already: they may come up seconds after the page, or be withheld."""
        settings = self.app.state.settings
        shown_for_s = (self.app.device.now() - self.opened).total_seconds()
        return settings.withheld != "tiles" and shown_for_s >= settings.grid_seconds

    def back(self) -> bool:
        """Whether the back key was used up inside the screen."""
        return False

    def swipe(self, across: int, down: int) -> None:
        """A swipe by so many pixels; most screens do not move."""
