"""A sound, and the videos that use it; two buttons lie over the last rows of their grid."""

from functools import partial

from runner.virtual.apps.parts import ACCENT, GREY, HEIGHT, WHITE, WIDTH, button, picture, text
from runner.virtual.apps.shortvideo.camera import open_camera
from runner.virtual.apps.shortvideo.chrome import Tile, back_arrow, grid, last_first_row, page
from runner.virtual.apps.shortvideo.screen import DETAIL, Screen, Surroundings
from runner.virtual.apps.shortvideo.world import Video, compact, user_video
from runner.virtual.views import View

_VIDEOS = 12
_AUTHOR = "demo_user_21"


class SoundPage(Screen):
    """The left button makes a story at once, only the right one leads to the camera."""

    activity = DETAIL

    def __init__(self, app: Surroundings, name: str) -> None:
        super().__init__(app)
        self.name = name
        self.first_row = 0

    def build(self) -> View:
        ids = self.app.ids
        tiles = [self._tile(user_video(_AUTHOR, n)) for n in range(_VIDEOS)]
        story = button((24, 1452, 350, 1552), "Add to Story", self._add_to_story, rid=ids("sound_story"))
        use = button(
            (370, 1452, 696, 1552),
            "Use sound",
            partial(open_camera, self.app, self.name),
            rid=ids("sound_use"),
            background=ACCENT,
            color=WHITE,
        )
        return page(
            back_arrow(self.app),
            picture((24, 150, 224, 350), f"sound/{self.name}", radius=10),
            text((250, 160, 690, 240), self.name, rid=ids("sound_name"), size=34, bold=True),
            text((250, 250, 690, 300), f"@{_AUTHOR}", size=26, color=GREY),
            text((250, 300, 690, 350), f"{_VIDEOS} videos", size=24, color=GREY),
            grid(ids, (0, 400, WIDTH, HEIGHT), tiles, self.first_row),
            story,
            use,
        )

    def swipe(self, across: int, down: int) -> None:
        step = 1 if down < -100 else -1 if down > 100 else 0
        self.first_row = min(max(0, self.first_row + step), last_first_row(_VIDEOS))

    def _tile(self, video: Video) -> Tile:
        return Tile(video.image, compact(video.views), partial(self.app.go_video, video))

    def _add_to_story(self) -> None:
        """A story that nobody wanted: it is on record."""
        self.app.state.answers.append({"screen": "sound", "answer": "Add to Story", "at": self.app.now()})
        self.app.device.toast("Stories are not part of this rehearsal")
