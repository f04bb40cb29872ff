"""The sheet that ends a following, or takes back a request."""

from runner.virtual.apps.parts import ACCENT, Action
from runner.virtual.apps.shortvideo import relations
from runner.virtual.apps.shortvideo.chrome import Row, sheet
from runner.virtual.apps.shortvideo.memory import REQUESTED
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.views import View


def unfollow_sheet(app: Surroundings, handle: str, close: Action) -> View:
    """A whole page; `close` takes it away."""

    def unfollow() -> None:
        close()
        relations.unfollow(app, handle)

    requested = app.state.relations.get(handle) == REQUESTED
    words = "Cancel follow request" if requested else "Unfollow"
    rows = [Row("Manage notifications", close), Row(words, unfollow, ACCENT), Row("Cancel", close)]
    return sheet(app, f"@{handle}", rows, close)
