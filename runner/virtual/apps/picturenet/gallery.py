"""Choosing pictures and films for a reel, a post, a story, or the picture of the account."""

from collections.abc import Callable

from runner.virtual.apps.app import MediaFile
from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    LINEAR,
    PALE,
    STATUS_BAR,
    WIDTH,
    box,
    button,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet.camera import Camera
from runner.virtual.apps.picturenet.chrome import BLUE, TITLE_BOTTOM, page
from runner.virtual.apps.picturenet.editors import handed_over, open_editor
from runner.virtual.apps.picturenet.gallery_grid import (
    DESTINATIONS,
    RECENTS,
    STRIP_TOP,
    albums,
    cells,
    destination_strip,
)
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import Media
from runner.virtual.apps.picturenet.screen import MODAL, Screen, Surroundings
from runner.virtual.views import View

POST, STORY, REEL = (name for name, _ in DESTINATIONS)
AVATAR = "avatar"
_TITLES = {STORY: "Add to story", REEL: "New reel", AVATAR: "New profile photo"}
_MENU_BOTTOM = 230
_PREVIEW_BOTTOM = 700


class Gallery(Screen):
    """A tap on a cell goes on at once, unless several are being chosen; a post's first file is chosen already.

    `take` receives what was chosen for the account's picture.
    """

    activity = MODAL
    place = "gallery"

    def __init__(
        self,
        app: Surroundings,
        destination: str,
        *,
        sound: str = "",
        take: Callable[[list[Media]], None] | None = None,
    ) -> None:
        super().__init__(app)
        self.destination = destination
        self.sound = sound
        self.take = take
        self.album = RECENTS
        self.several = False
        self.listing_albums = False
        self.chosen: list[str] = []
        self._choose_first()

    def _files(self) -> list[MediaFile]:
        files = self.app.device.media_files()
        if self.destination == AVATAR:
            files = [file for file in files if file.mime_type.startswith("image/")]
        return files if self.album == RECENTS else [file for file in files if file.folder == self.album]

    def _choose_first(self) -> None:
        files = self._files()
        self.chosen = [files[0].uri] if self.destination == POST and files else []

    def build(self) -> View:
        if self.listing_albums:
            return page(self._bar(), albums(self.app.device.media_files(), self._choose_album))
        post = self.destination == POST
        top = _PREVIEW_BOTTOM + 90 if post else _MENU_BOTTOM
        grid = cells(self._files(), self.chosen, (top, STRIP_TOP), self._tap, self._open_camera)
        views = [self._bar(), *(self._post_menu() if post else self._menu()), grid]
        if self.destination != AVATAR:
            views.append(destination_strip(self.destination, self._choose_destination))
        if self.chosen and self.several and not post:
            go_on = button((500, 1380, 700, 1460), "Next", self._next, rid=rid("media_thumbnail_tray_button"))
            go_on.desc = "Next"
            views.append(go_on)
        return page(*views)

    def _bar(self) -> View:
        bounds = (0, STATUS_BAR, WIDTH, TITLE_BOTTOM)
        if self.destination != POST:
            cancel = icon((0, STATUS_BAR, 90, TITLE_BOTTOM), "cross", cls=BUTTON, on_tap=self.app.leave)
            cancel.rid, cancel.desc = rid("gallery_cancel_button"), "Back to Home"
            title = text((200, STATUS_BAR, 520, TITLE_BOTTOM), _TITLES[self.destination], align="center")
            title.rid = rid("gallery_title_text")
            return box(bounds, cancel, title, rid=rid("gallery_header"))
        cancel = icon((0, STATUS_BAR, 90, TITLE_BOTTOM), "cross", desc="Cancel", on_tap=self.app.leave)
        cancel.rid = rid("action_bar_cancel")
        title = text((92, STATUS_BAR, 420, TITLE_BOTTOM), "New post", rid=rid("new_post_title"), size=34)
        parts = [cancel, title]
        if self.chosen:
            go_on = text(
                (600, STATUS_BAR, 720, TITLE_BOTTOM), "Next", cls=BUTTON, color=BLUE, on_tap=self._next
            )
            go_on.rid, go_on.desc = rid("next_button_textview"), "Next"
            parts.append(go_on)
        return box(bounds, *parts, rid=rid("action_bar_container"))

    def _menu(self) -> list[View]:
        """The album and, at the right, the switch for several."""
        words = f"Album switcher, {self.album}, button, double tap to change album"
        album = text((10, 150, 400, 220), words, rid=rid("gallery_folder_menu_tv"), size=24)
        folder = box((0, 150, 410, 220), album, cls=LINEAR, rid=rid("gallery_folder_menu_button"))
        folder.on_tap = self._list_albums
        folder.clickable = True
        if self.destination == AVATAR:
            return [folder]
        several = icon(
            (630, 150, 710, 220),
            "grid",
            cls=BUTTON,
            rid=rid("gallery_menu_multi_select_button"),
            desc="Select multiple, activate to select multiple photos in your gallery",
            selected=self.several,
            on_tap=self._toggle_several,
        )
        return [folder, several]

    def _post_menu(self) -> list[View]:
        """The file that was chosen last, the album, and the switch for several."""
        seed = f"file/{self.chosen[-1]}" if self.chosen else "file/none"
        preview = picture(
            (0, TITLE_BOTTOM, WIDTH, _PREVIEW_BOTTOM),
            seed,
            rid=rid("video_preview_view"),
            desc="Preview thumbnail",
        )
        top, bottom = _PREVIEW_BOTTOM + 10, _PREVIEW_BOTTOM + 80
        album = text((0, top, 240, bottom), self.album, cls=BUTTON, size=28, on_tap=self._list_albums)
        album.rid = rid("gallery_folder_menu_tv")
        label = text((500, top, 700, bottom), "SELECT MULTIPLE", size=20, color=GREY, align="center")
        label.rid = rid("slideout_iconview_text")
        several = box(
            (490, top, 710, bottom), label, cls=LINEAR, on_tap=self._toggle_several, background=PALE
        )
        several.rid, several.desc = rid("multi_select_slide_button_alt"), "Select multiple button"
        several.selected = self.several
        return [preview, album, several]

    def _tap(self, file: MediaFile) -> None:
        if self.several:
            if file.uri in self.chosen:
                self.chosen.remove(file.uri)
            else:
                self.chosen.append(file.uri)
            return
        self.chosen = [file.uri]
        if self.destination != POST:
            self._next()

    def _toggle_several(self) -> None:
        self.several = not self.several
        if not self.several:
            self._choose_first()

    def _choose_destination(self, name: str) -> None:
        self.destination = name
        self.several = False
        self._choose_first()

    def _list_albums(self) -> None:
        self.listing_albums = True

    def _choose_album(self, name: str) -> None:
        self.listing_albums = False
        self.album = name
        self._choose_first()

    def _open_camera(self) -> None:
        self.app.show(Camera(self.app, self.app.leave, self.sound))

    def _next(self) -> None:
        media = [media for uri in self.chosen if (media := self._media(uri)) is not None]
        if not media:
            self.app.device.toast("Couldn't load this file")
        elif self.take is not None:
            self.take(media)
        else:
            open_editor(
                self.app,
                media,
                story=self.destination == STORY,
                reel=self.destination == REEL,
                sound=self.sound,
            )

    def _media(self, uri: str) -> Media | None:
        mime_type = next((f.mime_type for f in self.app.device.media_files() if f.uri == uri), "")
        return handed_over(self.app, uri, mime_type)

    def back(self) -> bool:
        open_before, self.listing_albums = self.listing_albums, False
        return open_before
