"""Editing what the account tells of itself. Nothing is kept before Done."""

import re

from runner.virtual.apps.parts import ACCENT, GREY, PALE, STATUS_BAR, Action, box, field, icon, picture, text
from runner.virtual.apps.picturenet.chrome import BLUE, TITLE_BOTTOM, page, title_bar
from runner.virtual.apps.picturenet.gallery import AVATAR, Gallery
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import Media
from runner.virtual.apps.picturenet.panels import Choice, Row, dialog, sheet
from runner.virtual.apps.picturenet.screen import MODAL, Screen, Surroundings
from runner.virtual.apps.picturenet.world import HANDLE
from runner.virtual.views import View

_TAKEN = re.compile("taken.*")
"""User names that belong to others."""


class EditProfile(Screen):
    """Three fields, and the picture, which is chosen in the gallery."""

    activity = MODAL
    place = "edit_profile"

    def __init__(self, app: Surroundings) -> None:
        super().__init__(app)
        memory = app.state
        self.values = {
            "full_name": memory.about.full_name,
            "username": memory.account,
            "bio": memory.about.bio,
        }
        self.focused = ""
        self.avatar: Media | None = None
        self.choosing = False
        self.complaint = ""
        self.asking = False

    def build(self) -> View:
        done = icon(
            (628, STATUS_BAR, 720, TITLE_BOTTOM),
            "check",
            rid=rid("action_bar_button_action"),
            desc="Done",
            color=BLUE,
            on_tap=self._done,
        )
        change = text(
            (160, 330, 560, 390),
            "Edit picture or avatar",
            cls="android.widget.Button",
            rid=rid("change_avatar_button"),
            color=BLUE,
            align="center",
            on_tap=self._choose,
        )
        seed = f"face/{self.app.state.account}"
        if self.avatar or self.app.state.about.avatar:
            seed = f"media/{self.avatar.sha256 if self.avatar else self.app.state.about.avatar}"
        face = picture((290, 170, 430, 310), seed, radius=70)
        fields = [
            self._field("full_name", "Name", 420),
            self._field("username", "Username", 560),
            self._field("bio", "Bio", 700),
        ]
        views = [title_bar(self.app, "Edit profile", done), face, change, *fields]
        if self.complaint:
            views.append(text((26, 850, 694, 900), self.complaint, size=24, color=ACCENT))
        if self.choosing:
            rows = [Row("Choose from library", self._open_gallery), Row("Take photo", self.app.not_here)]
            views.append(sheet("Change profile picture", rows, self._close))
        if self.asking:
            choices = [
                Choice("Change name", self._save, "igds_alert_dialog_primary_button"),
                Choice("Cancel", self._close, "igds_alert_dialog_cancel_button"),
            ]
            words = "You can change your name twice within 14 days only."
            views.append(dialog("Change your name?", words, choices))
        return page(*views)

    def _field(self, name: str, label: str, top: int) -> View:
        entry = field(
            (40, top + 44, 680, top + 120),
            self.values[name],
            label,
            on_tap=self._focusing(name),
            on_text=lambda words: self._type(name, words),
            focused=self.focused == name,
        )
        title = text((40, top + 8, 680, top + 44), label, size=22, color=GREY)
        bounds = (26, top, 694, top + 128)
        form = box(bounds, title, entry, rid=rid("prism_form_field_container"), background=PALE, radius=12)
        return box(bounds, form, rid=rid(name))

    def _focusing(self, name: str) -> Action:
        def focus() -> None:
            self.focused = name

        return focus

    def _type(self, name: str, words: str) -> None:
        self.focused = name
        self.values[name] = words
        self.complaint = ""

    def _choose(self) -> None:
        self.choosing = True

    def _close(self) -> None:
        self.choosing = self.asking = False

    def _open_gallery(self) -> None:
        self.choosing = False
        self.app.show(Gallery(self.app, AVATAR, take=self._take_avatar))

    def _take_avatar(self, media: list[Media]) -> None:
        self.avatar = media[0]
        self.app.leave()

    def back(self) -> bool:
        open_before = self.choosing or self.asking
        self._close()
        return open_before

    def _done(self) -> None:
        wanted = self.values["username"]
        if wanted != self.app.state.account and (not HANDLE.fullmatch(wanted) or _TAKEN.fullmatch(wanted)):
            self.complaint = f"The username {wanted} is not available."
        elif (
            self.app.state.settings.confirm_rename
            and self.values["full_name"] != self.app.state.about.full_name
        ):
            self.asking = True
        else:
            self._save()

    def _save(self) -> None:
        self.asking = False
        if self.app.blocked():
            return
        wanted = self.values["username"]
        self._change("full_name", self.app.state.about.full_name, self.values["full_name"])
        self._change("username", self.app.state.account, wanted)
        self._change("bio", self.app.state.about.bio, self.values["bio"])
        self.app.state.about.full_name = self.values["full_name"]
        self.app.state.about.bio = self.values["bio"]
        self.app.state.account = wanted
        if self.avatar is not None:
            self._change("avatar", self.app.state.about.avatar, self.avatar.sha256)
            self.app.state.about.avatar = self.avatar.sha256
        self.app.leave()

    def _change(self, name: str, before: str, after: str) -> None:
        if before != after:
            change = {"field": name, "value": after, "at": self.app.now()}
            self.app.state.profile_changes.append(change)
