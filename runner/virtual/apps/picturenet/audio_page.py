"""The page of a sound: reels that have it, and a button that takes it."""

from runner.virtual.apps.parts import BUTTON, GREY, WHITE, WIDTH, box, icon, picture, text
from runner.virtual.apps.picturenet.camera import Camera
from runner.virtual.apps.picturenet.chrome import BLUE, page, title_bar
from runner.virtual.apps.picturenet.gallery import REEL, Gallery
from runner.virtual.apps.picturenet.grid import post_grid
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.screen import MODAL, Screen, Surroundings
from runner.virtual.apps.picturenet.world import user_card
from runner.virtual.views import View


class AudioPage(Screen):
    """The button lies over the last row of the grid."""

    activity = MODAL
    place = "audio"

    def __init__(self, app: Surroundings, sound: str) -> None:
        super().__init__(app)
        self.sound = sound

    def build(self) -> View:
        cover = picture((30, 170, 180, 320), f"sound/{self.sound}", radius=12)
        name = text((210, 180, 690, 250), self.sound, rid=rid("track_title"), size=30, bold=True)
        count = text((210, 256, 690, 300), "1,204 reels", size=24, color=GREY)
        cards = [user_card("sound", n) for n in range(12)]
        grid = post_grid(cards, "others", (360, 1600), 0, self.app.go_post)
        label = text((210, 1450, 560, 1540), "Use audio", color=WHITE, bold=True, align="center")
        symbol = icon((170, 1450, 220, 1540), "note", size=32, color=WHITE)
        use = box((150, 1450, 570, 1540), symbol, label, cls=BUTTON, desc="Use audio", on_tap=self._use)
        use.rid = rid("use_in_camera_button_scene_root")
        use.paint = text((0, 0, 1, 1), "", background=BLUE, radius=40).paint
        foot = box((0, 1430, WIDTH, 1560), use)
        return page(title_bar(self.app, "Audio"), cover, name, count, grid, foot)

    def _use(self) -> None:
        self.app.show(Camera(self.app, self._open_gallery, self.sound))

    def _open_gallery(self) -> None:
        self.app.show(Gallery(self.app, REEL, sound=self.sound))
