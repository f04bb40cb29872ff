"""A story before it is shared: one tap at the foot publishes it."""

from runner.virtual.apps.parts import (
    BLACK,
    BUTTON,
    LINEAR,
    PALE,
    WHITE,
    WIDTH,
    Action,
    box,
    button,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet.chrome import page
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import STORY, Media
from runner.virtual.apps.picturenet.panels import Row, sheet
from runner.virtual.apps.picturenet.screen import MODAL, Screen, Surroundings
from runner.virtual.views import View

_TOOLS = (
    ("video_mute_button", "Mute volume", "mic"),
    ("add_text_button", "Add text", "text"),
    ("asset_button", "Stickers", "sticker"),
    ("music_button", "Music", "note"),
)


class StoryEditor(Screen):
    """Your story and Close Friends publish at once; the arrow beside them asks first."""

    activity = MODAL
    place = "story_editor"

    def __init__(self, app: Surroundings, media: list[Media]) -> None:
        super().__init__(app)
        self.media = media
        self.asking = False

    def build(self) -> View:
        preview = picture((0, 0, WIDTH, 1440), f"media/{self.media[0].sha256}", cls="android.view.View")
        cancel = icon(
            (12, 60, 92, 140), "cross", cls=BUTTON, desc="Cancel", color=WHITE, on_tap=self.app.leave
        )
        cancel.rid = rid("cancel_button")
        tools = [
            icon(
                (240 + 100 * n, 60, 320 + 100 * n, 140),
                shape,
                cls=BUTTON,
                rid=rid(name),
                desc=desc,
                color=WHITE,
                on_tap=self.app.not_here,
            )
            for n, (name, desc, shape) in enumerate(_TOOLS)
        ]
        caption = text((0, 1370, 260, 1440), "Add a caption…", rid=rid("add_caption_textview"), color=WHITE)
        caption.on_tap = self.app.not_here
        panels = [self._ask()] if self.asking else []
        return page(preview, cancel, *tools, caption, self._foot(), *panels, background=BLACK)

    def _foot(self) -> View:
        own = self._choice((20, 1470, 316, 1570), "Your story", self._publishing(""))
        close = self._choice((325, 1470, 620, 1570), "Close Friends", self._publishing("close_friends"))
        more = icon((629, 1470, 700, 1570), "forward", cls=BUTTON, desc="Share to", background=PALE)
        more.on_tap, more.clickable = self._open_question, True
        bounds = (20, 1470, 700, 1570)
        return box(bounds, own, close, more, cls=LINEAR, rid=rid("story_share_controls_action_bar"))

    def _choice(self, bounds: tuple[int, int, int, int], words: str, on_tap: Action) -> View:
        label = text(bounds, words, align="center", bold=True)
        return box(bounds, label, desc=words, on_tap=on_tap, background=PALE, radius=40)

    def _ask(self) -> View:
        rows = [
            Row("Your story", self.app.not_here, "your_story_row"),
            Row("Close Friends", self.app.not_here, "close_friends_row"),
            Row("Share", self._publishing(""), "share_story_button", "Share"),
        ]
        return sheet("Share", rows, self._close)

    def _open_question(self) -> None:
        self.asking = True

    def _close(self) -> None:
        self.asking = False

    def _publishing(self, audience: str) -> Action:
        def publish() -> None:
            post = self.app.new_post(STORY, self.media)
            post.audience = audience
            if self.app.publish(post):
                self.app.show(AlsoShare(self.app))

        return publish

    def back(self) -> bool:
        open_before, self.asking = self.asking, False
        return open_before


class AlsoShare(Screen):
    """What comes up over the feed once a story goes up."""

    place = "also_share"

    def build(self) -> View:
        title = text((60, 900, 660, 980), "Also share to", size=34, bold=True, rid=rid("title_text_view"))
        message = button((60, 1000, 660, 1090), "Message", self.app.not_here)
        done = button((60, 1380, 660, 1470), "Done", self.app.leave, rid=rid("done_button"))
        done.desc = "Done"
        panel = box((0, 860, WIDTH, 1600), title, message, done, cls=LINEAR, background=WHITE, radius=24)
        return page(panel, background="#4a4a4e")
