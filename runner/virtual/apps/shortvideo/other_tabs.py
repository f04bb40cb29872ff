"""The tabs that a rehearsal only passes by."""

from runner.virtual.apps.parts import GREY, WIDTH, box, picture, text
from runner.virtual.apps.shortvideo.chrome import bottom_bar, page
from runner.virtual.apps.shortvideo.screen import MAIN, Screen
from runner.virtual.views import View


class Friends(Screen):
    """Nobody is suggested here."""

    activity = MAIN
    tells_uploads = True

    def build(self) -> View:
        title = text((120, 56, 600, 136), "Friends", size=32, bold=True, align="center")
        notice = text((60, 700, 660, 760), "Find friends to see their videos", color=GREY, align="center")
        return page(title, notice, bottom_bar(self.app, "Friends"))


class Inbox(Screen):
    """A few fixed lines."""

    activity = MAIN
    tells_uploads = True

    def build(self) -> View:
        title = text((120, 56, 600, 136), "Inbox", size=32, bold=True, align="center")
        lines = ("New followers", "Activity", "System notifications")
        rows = [self._row(words, 150 + 128 * n) for n, words in enumerate(lines)]
        return page(title, *rows, bottom_bar(self.app, "Inbox"))

    def _row(self, words: str, top: int) -> View:
        face = picture((24, top + 16, 120, top + 112), f"inbox/{words}", radius=48)
        label = text((144, top + 30, 690, top + 98), words, rid=self.app.ids("inbox_line"), bold=True)
        return box((0, top, WIDTH, top + 128), face, label, on_tap=lambda: None)
