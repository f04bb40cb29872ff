"""The last screen before publishing: the words, and two buttons of which only the right one publishes."""

from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    HEIGHT,
    LINEAR,
    PALE,
    SCROLL,
    WHITE,
    WIDTH,
    Action,
    box,
    field,
    picture,
    text,
)
from runner.virtual.apps.picturenet.chrome import BLUE, TITLE_BOTTOM, page, title_bar, word_button
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import REEL, Media
from runner.virtual.apps.picturenet.panels import Choice, dialog
from runner.virtual.apps.picturenet.screen import MODAL, Screen, Surroundings
from runner.virtual.views import View

LIMITED_REACH, ORIGINAL_AUDIO = "limited_reach", "original_audio"
QUESTIONS = (LIMITED_REACH, ORIGINAL_AUDIO)
"""What the app may ask after the first tap on Share: then its answer publishes."""

_FOOT = 1460


class ShareScreen(Screen):
    """A tap into the caption unfolds it over the whole screen; OK folds it again."""

    activity = MODAL
    place = "share_screen"

    def __init__(self, app: Surroundings, kind: str, media: list[Media], sound: str = "") -> None:
        super().__init__(app)
        self.kind = kind
        self.media = media
        self.sound = sound
        self.caption = ""
        self.typing = False
        self.question = ""
        self.says_next = app.state.settings.share_says_next

    def build(self) -> View:
        title = "New reel" if self.kind == REEL else "New post"
        if self.typing:
            ok = word_button("OK", self._fold, name="action_bar_button_text")
            bar = title_bar(self.app, title, ok, leave=self._fold)
            content = box((0, TITLE_BOTTOM, WIDTH, _FOOT), self._caption((26, 160, 694, 1300)), cls=LINEAR)
        else:
            bar = title_bar(self.app, title)
            parts = [self._cover(), self._caption((26, 620, 694, 740)), *self._rows()]
            content = box((0, TITLE_BOTTOM, WIDTH, _FOOT), *parts, cls=LINEAR, rid=rid("content_view"))
        form = box((0, TITLE_BOTTOM, WIDTH, _FOOT), content, cls=SCROLL, rid=rid("scroll_view"))
        return page(form, self._foot(), bar, *self._panels())

    def _cover(self) -> View:
        bounds = (239, 160, 480, 590)
        cover = picture(bounds, f"media/{self.media[0].sha256}", cls=BUTTON, rid=rid("clip_thumbnail_image"))
        cover.desc = "Double tap to edit cover photo"
        cover.on_tap = self.app.not_here
        return box(bounds, cover, rid=rid("cover_photo_preview"))

    def _caption(self, bounds: tuple[int, int, int, int]) -> View:
        view = field(
            bounds,
            self.caption,
            "Write a caption and add hashtags…",
            on_tap=self._unfold,
            on_text=self._type,
            focused=self.typing,
            rid=rid("caption_input_text_view"),
            valign="top",
        )
        view.cls = "android.widget.AutoCompleteTextView"
        if not self.typing:
            # Text is taken by the unfolded field only: folding it takes the focus and the keyboard away.
            view.on_text = None
        return view

    def _rows(self) -> list[View]:
        suggestions = [
            text(
                (26 + 170 * n, 760, 180 + 170 * n, 820),
                words,
                rid=rid("suggestion_text"),
                size=22,
                background=PALE,
                radius=10,
                align="center",
            )
            for n, words in enumerate(("Hashtags", "Poll", "Prompt"))
        ]
        lines = [
            text((85, 850 + 90 * n, 690, 940 + 90 * n), words, rid=rid("title"), on_tap=self.app.not_here)
            for n, words in enumerate(("Tag people", "Add location", "Rename audio"))
        ]
        return [*suggestions, *lines]

    def _foot(self) -> View:
        share = "Next" if self.says_next else "Share"
        draft = self._foot_button((26, 1480, 347, 1570), "Save draft", self._save_draft, BUTTON)
        draft.rid = rid("save_draft_button")
        send = self._foot_button((373, 1480, 694, 1570), share, self._share, "android.widget.FrameLayout")
        send.rid = rid("share_button")
        buttons = box((0, _FOOT, WIDTH, HEIGHT), draft, send, rid=rid("footer_button_container"))
        return box(
            (0, _FOOT, WIDTH, HEIGHT),
            buttons,
            cls=LINEAR,
            rid=rid("share_button_container"),
            background=WHITE,
        )

    def _foot_button(self, bounds: tuple[int, int, int, int], words: str, on_tap: Action, cls: str) -> View:
        """The words are a view of their own within the button."""
        strong = words != "Save draft"
        label = text(bounds, words, bold=True, align="center", color=WHITE if strong else GREY)
        return box(
            bounds, label, cls=cls, desc=words, on_tap=on_tap, background=BLUE if strong else PALE, radius=12
        )

    def _panels(self) -> list[View]:
        if self.question == LIMITED_REACH:
            choices = [
                Choice("Share", self._answering("Share"), "igds_alert_dialog_primary_button"),
                Choice("Edit draft", self._dismiss, "igds_alert_dialog_cancel_button"),
            ]
            words = "Reels over 3 minutes won't be recommended to new audiences."
            return [dialog("Your reel may get limited reach", words, choices)]
        if self.question == ORIGINAL_AUDIO:
            choices = [
                Choice("Share", self._answering("Share"), "igds_alert_dialog_primary_button"),
                Choice(
                    "Turn off and share",
                    self._answering("Turn off and share"),
                    "igds_alert_dialog_auxiliary_button",
                ),
            ]
            return [
                dialog("Update on your original audio", "Others may use the sound of your reel.", choices)
            ]
        return []

    def _unfold(self) -> None:
        self.typing = True

    def _fold(self) -> None:
        self.typing = False

    def _type(self, words: str) -> None:
        self.typing = True
        self.caption = words

    def _save_draft(self) -> None:
        self.app.save_draft(self.media, self.caption)

    def _share(self) -> None:
        if self.says_next:
            self.says_next = False
        elif self.kind == REEL and self.app.state.settings.ask_before_share:
            self.question = self.app.state.settings.ask_before_share
        else:
            self._publish()

    def _answering(self, words: str) -> Action:
        def answer() -> None:
            self.app.state.answers.append({"screen": self.question, "answer": words, "at": self.app.now()})
            self._publish()

        return answer

    def _publish(self) -> None:
        self.app.publish(self.app.new_post(self.kind, self.media, self.caption, self.sound))

    def _dismiss(self) -> None:
        self.question = ""

    def back(self) -> bool:
        used = self.typing or bool(self.question)
        self.typing, self.question = False, ""
        return used
