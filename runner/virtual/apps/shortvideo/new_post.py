"""Where some releases lead after Post: the own post among those of friends, as soon as it is there."""

from datetime import datetime

from runner.virtual.apps.parts import BLACK, WHITE, picture, text
from runner.virtual.apps.shortvideo.card import video_card
from runner.virtual.apps.shortvideo.chrome import bottom_bar, page
from runner.virtual.apps.shortvideo.own_videos import find_own_video
from runner.virtual.apps.shortvideo.screen import MAIN, Screen, Surroundings
from runner.virtual.views import View


class NewPost(Screen):
    """The card tells its age; the tray at the top has the words of the editor's left button."""

    activity = MAIN
    tells_uploads = True

    def __init__(self, app: Surroundings, post_id: str) -> None:
        super().__init__(app)
        self.post_id = post_id
        self.unfolded = False

    def build(self) -> View:
        bar = bottom_bar(self.app, "Friends", dark=True)
        return page(*self._card(), *self._story(), bar, background=BLACK)

    def _card(self) -> list[View]:
        video = find_own_video(self.app.state, self.post_id)
        if video is None:
            return [
                text((80, 700, 640, 780), "Find friends to see their videos", color=WHITE, align="center")
            ]
        return video_card(self.app, video, unfolded=self.unfolded, unfold=self._unfold, age=self._age())

    def _age(self) -> str:
        (post,) = (post for post in self.app.state.posts if post.id == self.post_id)
        seconds = (self.app.device.now() - datetime.fromisoformat(post.at)).total_seconds()
        return f"{seconds:.0f}s ago" if seconds < 60 else f"{seconds // 60:.0f}m ago"

    def _story(self) -> list[View]:
        face = picture((24, 160, 124, 260), f"face/{self.app.state.account}", radius=50)
        return [face, text((8, 264, 140, 296), "Your Story", size=20, color=WHITE, align="center")]

    def _unfold(self) -> None:
        self.unfolded = True
