"""The grid of a page that was just opened: it may stay empty for a while."""

from runner.virtual.apps.shortvideo.screen import Surroundings


class LateGrid:
    """`filled` once the time that the rehearsal asked for is over."""

    def __init__(self, app: Surroundings) -> None:
        self._app = app
        seconds = app.state.settings.grid_seconds
        self.filled = seconds == 0
        if seconds:
            app.device.call_later(seconds, self._fill)

    def _fill(self) -> None:
        self.filled = True
        self._app.device.changed()
