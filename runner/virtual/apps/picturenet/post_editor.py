"""Filters for a photo or an album, before the words."""

from runner.virtual.apps.parts import BUTTON, LINEAR, WIDTH, box, picture, text
from runner.virtual.apps.picturenet.chrome import TITLE_BOTTOM, page, title_bar, word_button
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import Media
from runner.virtual.apps.picturenet.screen import MODAL, Screen, Surroundings
from runner.virtual.apps.picturenet.share_screen import ShareScreen
from runner.virtual.views import View

_FILTERS = ("Normal", "Paris", "Oslo", "Lagos")


class PostEditor(Screen):
    """`kind` is photo or album."""

    activity = MODAL
    place = "editor"

    def __init__(self, app: Surroundings, media: list[Media], kind: str) -> None:
        super().__init__(app)
        self.media = media
        self.kind = kind

    def build(self) -> View:
        go_on = word_button("Next", self._next, name="creation_next_button")
        seed = f"media/{self.media[0].sha256}"
        preview = picture((0, TITLE_BOTTOM, WIDTH, 1000), seed, rid=rid("creation_image_container"))
        choices = [self._filter(name, 20 + 180 * n, seed) for n, name in enumerate(_FILTERS)]
        strip = box((0, 1060, WIDTH, 1300), *choices, cls=LINEAR, rid=rid("filter_strip"), scrollable=True)
        return page(title_bar(self.app, "", go_on), preview, strip)

    def _filter(self, name: str, left: int, seed: str) -> View:
        bounds = (left, 1070, left + 160, 1290)
        shown = picture((left, 1120, left + 160, 1290), seed, radius=8)
        words = text((left, 1070, left + 160, 1115), name, size=24, align="center")
        return box(bounds, words, shown, cls=BUTTON, desc=name, on_tap=self.app.not_here)

    def _next(self) -> None:
        self.app.show(ShareScreen(self.app, self.kind, self.media))
