"""The menu of what can be made, which the plus in the corner opens."""

from runner.virtual.apps.parts import Action
from runner.virtual.apps.picturenet.chrome import page
from runner.virtual.apps.picturenet.gallery import POST, REEL, STORY, Gallery
from runner.virtual.apps.picturenet.panels import Row, sheet
from runner.virtual.apps.picturenet.screen import Screen
from runner.virtual.views import View


class CreateMenu(Screen):
    """Its lines tell more in their description than in their words."""

    place = "create"

    def build(self) -> View:
        rows = [
            Row("Reel", self._opening(REEL), desc="Create new reel"),
            Row("Edits", self.app.not_here, desc="Edits"),
            Row("Post", self._opening(POST), desc="Create new post"),
            Row("Story", self._opening(STORY), desc="Create new story"),
            Row("Highlight", self.app.not_here, desc="Highlight"),
            Row("Ad", self.app.not_here, desc="Ad"),
        ]
        return page(sheet("Create", rows, self.app.leave))

    def _opening(self, destination: str) -> Action:
        def open_gallery() -> None:
            self.app.leave()
            self.app.show(Gallery(self.app, destination))

        return open_gallery
