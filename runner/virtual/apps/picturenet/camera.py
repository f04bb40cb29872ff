"""The camera: it makes nothing here, and leads to the gallery."""

from runner.virtual.apps.parts import BLACK, BUTTON, WHITE, Action, icon, picture, text
from runner.virtual.apps.picturenet.chrome import page
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.screen import MODAL, Screen, Surroundings
from runner.virtual.views import View


class Camera(Screen):
    """`open_gallery` is what the small picture at the lower left does; `sound` was chosen before."""

    activity = MODAL
    place = "camera"

    def __init__(self, app: Surroundings, open_gallery: Action, sound: str = "") -> None:
        super().__init__(app)
        self.open_gallery = open_gallery
        self.sound = sound

    def build(self) -> View:
        close = icon((10, 60, 90, 140), "cross", cls=BUTTON, desc="Close", color=WHITE, on_tap=self.app.leave)
        views = [close]
        if self.sound:
            name = text((120, 60, 600, 130), self.sound, color=WHITE, align="center", rid=rid("track_title"))
            views.append(name)
        shutter = icon((290, 1240, 430, 1380), "ring", size=120, color=WHITE, on_tap=self.app.not_here)
        gallery = picture(
            (40, 1270, 130, 1360),
            "gallery",
            cls=BUTTON,
            rid=rid("gallery_preview_button"),
            desc="Gallery",
            radius=12,
            on_tap=self.open_gallery,
        )
        return page(*views, shutter, gallery, background=BLACK)
