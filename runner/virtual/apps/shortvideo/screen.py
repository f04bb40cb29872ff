"""What a screen of the app is, and what it may ask of the app around it."""

from collections.abc import Sequence
from typing import Protocol

from runner.virtual.apps.app import Device
from runner.virtual.apps.shortvideo.composition import Composition
from runner.virtual.apps.shortvideo.ids import Ids
from runner.virtual.apps.shortvideo.memory import Memory
from runner.virtual.apps.shortvideo.world import Video
from runner.virtual.views import View

AWEME = "com.ss.android.ugc.aweme."
SPLASH = AWEME + "splash.SplashActivity"
MAIN = AWEME + "main.MainActivity"
SHARE = AWEME + "share.SystemShareActivity"
DETAIL = AWEME + "detail.ui.DetailActivity"
PROFILE = AWEME + "profile.ui.UserProfileActivity"
SEARCH = AWEME + "discover.activity.SearchResultActivity"
CAMERA = AWEME + "adaptation.saa.SAASceneWrapperActivity"
PUBLISH = AWEME + "shortvideo.ui.VideoPublishActivity"
LOGIN = AWEME + "account.login.SignUpOrLoginActivity"


class Surroundings(Protocol):
    """The app as its screens see it."""

    device: Device
    state: Memory

    @property
    def ids(self) -> Ids:
        """Names the parts of a screen as the installed release does."""
        ...

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

    def go_video(self, video: Video, others: Sequence[Video] = ()) -> None:
        """Open one video alone; swipes lead to the `others` of a list that it stands in."""
        ...

    def go_comments(self, video: Video) -> None:
        """Open the comments on a video."""
        ...

    def go_search(self) -> None:
        """Open the search."""
        ...

    def switch_account(self, handle: str) -> None:
        """Show another account of the phone, from its first page on."""
        ...

    def publish(self, made: Composition) -> None:
        """What a tap on Post does."""
        ...

    def new_id(self) -> str:
        """The id of the account's next post."""
        ...

    def save_draft(self, made: Composition) -> None:
        """What a tap on Drafts does."""
        ...


class Screen:
    """One screen. It keeps what a person did on it and builds its views anew each time."""

    activity = MAIN
    tells_uploads = False
    """Whether the badge of an upload floats over it."""

    def __init__(self, app: Surroundings) -> None:
        self.app = app

    def build(self) -> View:
        """The screen's views."""
        raise NotImplementedError

    def back(self) -> bool:
        """Whether the back key was used up inside the screen."""
        return False

    def swipe(self, across: int, down: int) -> None:
        """A swipe by so many pixels; most screens do not move."""
