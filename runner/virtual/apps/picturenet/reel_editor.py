"""The preview of a reel, with its tools."""

from runner.virtual.apps.parts import BLACK, BUTTON, WHITE, WIDTH, box, icon, picture, text
from runner.virtual.apps.picturenet.chrome import BLUE, page
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import REEL, Media
from runner.virtual.apps.picturenet.panels import Row, sheet
from runner.virtual.apps.picturenet.screen import MODAL, Screen, Surroundings
from runner.virtual.apps.picturenet.share_screen import ShareScreen
from runner.virtual.views import View

_VOLUME = "clips_action_bar_volume_controls_button"
_TOOLS = (
    (_VOLUME, "Add audio", "note"),
    ("clips_action_bar_add_text_button", "Add text", "text"),
    ("clips_action_bar_add_sticker_button", "Add sticker", "sticker"),
    ("clips_action_bar_ar_effects_button", "Effects", "spark"),
    ("clips_action_bar_voiceover_button", "Voiceover", "mic"),
    ("clips_action_bar_captions_button", "Captions", "comment"),
    (_VOLUME, "Volume", "filter"),
)
"""The sound and its volume have one id; only the descriptions tell them apart."""


class ReelEditor(Screen):
    """Back asks whether to keep a draft."""

    activity = MODAL
    place = "editor"

    def __init__(self, app: Surroundings, media: list[Media], sound: str = "") -> None:
        super().__init__(app)
        self.media = media
        self.sound = sound
        self.leaving = False

    def build(self) -> View:
        preview = picture((0, 0, WIDTH, 1440), f"media/{self.media[0].sha256}", cls="android.view.View")
        preview.rid, preview.desc = rid("capture_interactive_drawable_container"), "Reel preview playing"
        cancel = icon((12, 60, 92, 140), "cross", cls=BUTTON, desc="Cancel", color=WHITE, on_tap=self._ask)
        cancel.rid = rid("cancel_button")
        tools = [
            icon(
                (12 + 100 * n, 1290, 92 + 100 * n, 1370),
                shape,
                cls=BUTTON,
                rid=rid(name),
                desc=self.sound if self.sound and desc == "Add audio" else desc,
                color=WHITE,
                on_tap=self.app.not_here,
            )
            for n, (name, desc, shape) in enumerate(_TOOLS)
        ]
        strip = box((0, 1280, WIDTH, 1380), *tools, rid=rid("creation_toolbar_recyclerview"), scrollable=True)
        return page(preview, cancel, *self._sound(), strip, self._foot(), *self._panels(), background=BLACK)

    def _sound(self) -> list[View]:
        if not self.sound:
            return []
        return [text((150, 60, 570, 130), self.sound, color=WHITE, align="center", rid=rid("track_title"))]

    def _foot(self) -> View:
        edit = text((20, 1480, 220, 1570), "Edit video", color=WHITE, align="center")
        left = box((20, 1480, 220, 1570), edit, cls=BUTTON, on_tap=self.app.not_here)
        left.rid = rid("clips_left_action_button")
        left.desc = "Double tap for tools that edit your video clips."
        words = text((560, 1480, 700, 1570), "Next", color=WHITE, align="center", bold=True)
        right = box((560, 1480, 700, 1570), words, cls=BUTTON, desc="Next", on_tap=self._next)
        right.rid = rid("clips_right_action_button")
        right.paint = text((0, 0, 1, 1), "", background=BLUE, radius=20).paint
        return box((20, 1480, 700, 1570), left, right, rid=rid("clips_action_bar"))

    def _panels(self) -> list[View]:
        if not self.leaving:
            return []
        rows = [
            Row("Start over", self.app.leave),
            Row("Save draft", self._save),
            Row("Keep editing", self._stay),
        ]
        panel = sheet("Save draft?", rows, self._stay)
        for view in panel.walk():
            if view.text == "Save draft?":
                view.rid = rid("action_sheet_header_text_view")
        return [panel]

    def _next(self) -> None:
        self.app.show(ShareScreen(self.app, REEL, self.media, self.sound))

    def _ask(self) -> None:
        self.leaving = True

    def _stay(self) -> None:
        self.leaving = False

    def _save(self) -> None:
        self.app.save_draft(self.media, "")

    def back(self) -> bool:
        self.leaving = not self.leaving
        return True
