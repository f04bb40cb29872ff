"""The tabs that a rehearsal only passes by."""

from runner.virtual.apps.parts import BLACK, GREY, SIDEWAYS, WHITE, WIDTH, box, icon, picture, text
from runner.virtual.apps.shortvideo.chrome import bottom_bar, page
from runner.virtual.apps.shortvideo.screen import CAMERA, MAIN, Screen
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


class Camera(Screen):
    """What Create opens: a camera without a scene. Files come in by sharing."""

    activity = CAMERA

    def build(self) -> View:
        close = icon((8, 56, 88, 136), "cross", color=WHITE, desc="Close", on_tap=self.app.leave)
        sound = text(
            (230, 64, 490, 128), "Add sound", color=WHITE, align="center", rid=self.app.ids("top_text")
        )
        modes = [
            text((90 + 112 * n, 1250, 200 + 112 * n, 1310), words, size=24, color=WHITE, align="center")
            for n, words in enumerate(("10m", "60s", "15s", "Photo", "Text"))
        ]
        strip = box((80, 1250, 680, 1310), *modes, cls=SIDEWAYS)
        shutter = icon(
            (300, 1350, 420, 1470),
            "dot",
            size=100,
            color="#fe2c55",
            background=WHITE,
            radius=60,
            on_tap=self._shoot,
        )
        scene = picture((0, 0, WIDTH, 1520), "camera/empty")
        return page(scene, close, sound, strip, shutter, background=BLACK)

    def _shoot(self) -> None:
        self.app.device.toast("The rehearsal has no camera; share a file instead")
