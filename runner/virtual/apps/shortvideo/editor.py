"""The preview of what was shared or chosen, before the post screen."""

from runner.virtual.apps.parts import ACCENT, BLACK, LINEAR, WHITE, WIDTH, box, button, icon, picture, text
from runner.virtual.apps.shortvideo.chrome import page, unlabelled_back
from runner.virtual.apps.shortvideo.composition import Composition
from runner.virtual.apps.shortvideo.post_screen import PostScreen
from runner.virtual.apps.shortvideo.screen import CAMERA, Screen, Surroundings
from runner.virtual.views import View

_TOOLS = (
    ("Text", "text"),
    ("Stickers", "sticker"),
    ("Effects", "spark"),
    ("Filters", "filter"),
    ("Voice", "mic"),
)
PHOTO_SOUND = "a tune for demo photos"
"""What the app puts under photos by itself."""


class Editor(Screen):
    """`Next` stands there from the start, but does nothing while the file is loaded."""

    activity = CAMERA

    def __init__(self, app: Surroundings, composition: Composition) -> None:
        super().__init__(app)
        self.composition = composition
        self.loading = app.state.settings.editor_seconds > 0
        if composition.is_photo and not composition.sound and app.state.settings.photo_sound:
            composition.sound = PHOTO_SOUND
        if self.loading:
            app.device.call_later(app.state.settings.editor_seconds, self._loaded)

    def build(self) -> View:
        preview = picture((0, 0, WIDTH, 1440), self.composition.image, cls="android.view.TextureView")
        tools = [self._tool(name, shape, 200 + 120 * n) for n, (name, shape) in enumerate(_TOOLS)]
        story = button((24, 1464, 344, 1560), "Your Story", self._not_here, rid=self.app.ids("editor_story"))
        go_on = button(
            (376, 1464, 696, 1560),
            "Next",
            self._next,
            rid=self.app.ids("editor_next"),
            background=ACCENT,
            color=WHITE,
        )
        wait = [text((240, 740, 480, 800), "Loading...", color=WHITE, align="center")] if self.loading else []
        arrow = unlabelled_back(self.app, color=WHITE)
        parts = [preview, arrow, *self._sound(), *tools, *wait, story, go_on]
        return page(*parts, background=BLACK)

    def _sound(self) -> list[View]:
        """The pill with the sound's name, and what takes the sound away."""
        sound, ids = self.composition.sound, self.app.ids
        pill = box(
            (190, 64, 470, 128),
            icon((202, 72, 250, 120), "note", size=28, color=WHITE, desc="Music"),
            text((250, 64, 460, 128), sound or "Add sound", color=WHITE, rid=ids("editor_sound")),
            cls=LINEAR,
            on_tap=self._not_here,
            background="#3a3a3c",
            radius=32,
        )
        if not sound:
            return [pill]
        remove = icon((478, 72, 530, 120), "cross", size=28, color=WHITE, desc="Close", on_tap=self._silence)
        return [pill, remove]

    def _tool(self, name: str, shape: str, top: int) -> View:
        bounds = (612, top, 712, top + 108)
        words = text((612, top + 68, 712, top + 100), name, size=20, color=WHITE, align="center")
        drawn = icon((612, top, 712, top + 68), shape, color=WHITE, size=40)
        return box(bounds, drawn, words, cls=LINEAR, desc=name, on_tap=self._not_here)

    def _loaded(self) -> None:
        self.loading = False
        self.app.device.changed()

    def _silence(self) -> None:
        self.composition.sound = ""

    def _not_here(self) -> None:
        self.app.device.toast("This is not part of this rehearsal")

    def _next(self) -> None:
        if not self.loading:
            self.app.show(PostScreen(self.app, self.composition))
