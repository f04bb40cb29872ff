"""What Create opens: a camera without a scene, with a way to the gallery."""

from runner.virtual.apps.parts import BLACK, BUTTON, LINEAR, SIDEWAYS, WHITE, WIDTH, box, icon, picture, text
from runner.virtual.apps.shortvideo.chrome import page
from runner.virtual.apps.shortvideo.gallery import Gallery
from runner.virtual.apps.shortvideo.interruptions import ask_for
from runner.virtual.apps.shortvideo.screen import CAMERA, Screen, Surroundings
from runner.virtual.views import View

_LENGTHS = ("10m", "60s", "15s", "PHOTO", "TEXT")
_TOOLS = ("Flip", "Flash", "Timer", "Ratio")


class Camera(Screen):
    """The pill at the top names the sound, if it was opened with one.

    The gallery is behind a picture without words left of the shutter, or behind UPLOAD.
    """

    activity = CAMERA

    def __init__(self, app: Surroundings, sound: str = "") -> None:
        super().__init__(app)
        self.sound = sound

    def build(self) -> View:
        return page(*self.views(), background=BLACK)

    def views(self) -> list[View]:
        """What stays in the tree under the gallery, too."""
        scene = picture((0, 0, WIDTH, 1520), "camera/empty")
        close = icon((8, 56, 88, 136), "cross", color=WHITE, desc="Close", on_tap=self.app.leave)
        lengths = [
            text(
                (90 + 112 * n, 1250, 200 + 112 * n, 1310),
                words,
                size=24,
                color=WHITE,
                align="center",
                selected=words == "PHOTO",
            )
            for n, words in enumerate(_LENGTHS)
        ]
        strip = box((80, 1250, 680, 1310), *lengths, cls=SIDEWAYS)
        kinds = [
            text((300, 1530, 420, 1590), "POST", color=WHITE, align="center", selected=True),
            text((430, 1530, 570, 1590), "CREATE", color=WHITE, align="center"),
        ]
        tools = [self._tool(name, 160 + 110 * n) for n, name in enumerate(_TOOLS)]
        return [scene, close, self._pill(), *tools, strip, self._shutter(), self._entry(), *kinds]

    def _pill(self) -> View:
        words = text(
            (290, 64, 480, 128), self.sound or "Add sound", color=WHITE, rid=self.app.ids("top_text")
        )
        note = icon((242, 72, 290, 120), "note", size=28, color=WHITE, desc="Music")
        return box((230, 64, 490, 128), note, words, cls=LINEAR, background="#3a3a3c", radius=32)

    def _tool(self, name: str, top: int) -> View:
        return icon(
            (620, top, 712, top + 90), "spark", size=36, color=WHITE, cls=BUTTON, desc=name, on_tap=_nothing
        )

    def _shutter(self) -> View:
        return icon(
            (300, 1350, 420, 1470),
            "dot",
            cls=BUTTON,
            rid=self.app.ids("shutter"),
            desc=self.app.ids.unresolved("shutter"),
            size=100,
            color="#fe2c55",
            background=WHITE,
            radius=60,
            on_tap=self._shoot,
        )

    def _entry(self) -> View:
        bounds = (60, 1366, 160, 1466)
        inner = [picture((64, 1370, 156, 1462), "camera/thumbnail", radius=10)]
        if self.app.state.settings.gallery_entry == "upload":
            inner = [text(bounds, "UPLOAD", size=24, color=WHITE, align="center")]
        return box(bounds, *inner, rid=self.app.ids("gallery_entry"), on_tap=self._open_gallery)

    def _open_gallery(self) -> None:
        self.app.show(Gallery(self.app, self.sound, behind=self.views))
        ask_for(self.app, "permission_photos")

    def _shoot(self) -> None:
        """A picture that nobody wanted: it is on record."""
        self.app.state.answers.append({"screen": "camera", "answer": "shutter", "at": self.app.now()})
        self.app.device.toast("The rehearsal has no camera; share or choose a file instead")


def open_camera(app: Surroundings, sound: str = "") -> None:
    """Show it, and ask for what it uses."""
    app.show(Camera(app, sound))
    ask_for(app, "permission_camera", "permission_audio")


def _nothing() -> None:
    """What the tools of the camera do."""
