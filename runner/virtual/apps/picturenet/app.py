"""The app itself: which screen is on top, and what the phone hands to it."""

import re
from collections.abc import Mapping
from typing import Any

from runner.virtual.apps.app import Device, Intent
from runner.virtual.apps.arguments import carry_out
from runner.virtual.apps.picturenet import permissions
from runner.virtual.apps.picturenet.audio_page import AudioPage
from runner.virtual.apps.picturenet.chrome import DIRECT, HOME, PROFILE, REELS, SEARCH
from runner.virtual.apps.picturenet.comments import Comments
from runner.virtual.apps.picturenet.controls import ACTIONS
from runner.virtual.apps.picturenet.create_menu import CreateMenu
from runner.virtual.apps.picturenet.direct import Inbox, SendSheet
from runner.virtual.apps.picturenet.editors import handed_over, open_editor
from runner.virtual.apps.picturenet.feed import Feed
from runner.virtual.apps.picturenet.ids import PACKAGE
from runner.virtual.apps.picturenet.interruptions import BACK
from runner.virtual.apps.picturenet.kinds import KINDS
from runner.virtual.apps.picturenet.links import Link, parse_link
from runner.virtual.apps.picturenet.memory import (
    POSTED,
    REEL,
    STORY,
    UPLOADING,
    About,
    Draft,
    Media,
    Memory,
    Post,
    from_json,
)
from runner.virtual.apps.picturenet.own_posts import find_own_card
from runner.virtual.apps.picturenet.own_profile import OwnProfile
from runner.virtual.apps.picturenet.post_page import PostPage, Unavailable
from runner.virtual.apps.picturenet.profile import Profile
from runner.virtual.apps.picturenet.reels import Reels
from runner.virtual.apps.picturenet.screen import (
    LAUNCHER,
    MAIN,
    MODAL,
    OLD_MAIN,
    SHARE,
    SIGNED_OUT,
    STORY_SHARE,
    TRANSPARENT_MODAL,
    Screen,
)
from runner.virtual.apps.picturenet.search import Search
from runner.virtual.apps.picturenet.uploads import DONE_SHOWN_S, Upload, Uploads
from runner.virtual.apps.picturenet.world import Card, find_user, full_name, linked_card, make_code
from runner.virtual.views import Window

_VIEW = "android.intent.action.VIEW"
_TO_FEED, _TO_STORY = "com.instagram.share.ADD_TO_FEED", "com.instagram.share.ADD_TO_STORY"
_SEND, _SEND_MULTIPLE = "android.intent.action.SEND", "android.intent.action.SEND_MULTIPLE"
_SHARES = (_TO_FEED, _TO_STORY, _SEND, _SEND_MULTIPLE)
_STREAM = "android.intent.extra.STREAM"


class PictureNet:
    """A picture network on one phone."""

    package = PACKAGE
    label = "Instagram"
    version = "410.0.0.53.71"
    locale = ""
    activities: tuple[str, ...] = (
        LAUNCHER,
        MAIN,
        OLD_MAIN,
        SHARE,
        STORY_SHARE,
        MODAL,
        TRANSPARENT_MODAL,
        SIGNED_OUT,
    )

    def __init__(self, device: Device) -> None:
        account = _account_name(device.serial)
        self.device = device
        self.state = Memory(account=account, about=About(full_name(account)))
        self.uploads = Uploads()
        self._screens: list[Screen] = []
        self._feed: Feed | None = None
        self._reels: Reels | None = None

    def now(self) -> str:
        return self.device.now().isoformat()

    # What the phone asks for.

    def windows(self) -> list[Window]:
        interruption = self.state.settings.interruption
        if interruption:
            return [KINDS[interruption].window(self._answer)]
        screen = self._top()
        return [Window(PACKAGE, screen.activity, screen.build())]

    def start(self) -> None:
        if not self._screens:
            self.go_tab(HOME)

    def accepts(self, intent: Intent) -> bool:
        if intent.action == _VIEW:
            return parse_link(intent.data) is not None
        if intent.action in _SHARES:
            return intent.mime_type.startswith(("video/", "image/")) and bool(intent.extras.get(_STREAM))
        return intent.component.startswith(f"{PACKAGE}/")

    def open(self, intent: Intent) -> None:
        link = parse_link(intent.data) if intent.action == _VIEW else None
        if link is not None:
            self.state.opened_links.append({"url": intent.data, "at": self.now()})
            self._open_link(link)
        elif intent.action in _SHARES:
            self._open_share(intent)
        self.start()

    def back(self) -> bool:
        interruption = self.state.settings.interruption
        if interruption:
            self._answer(BACK)
            return not KINDS[interruption].back_leaves_app
        return self._top().back() or self._step_back()

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        if not self.state.settings.interruption:
            self._top().swipe(end[0] - start[0], end[1] - start[1])

    def kill(self) -> None:
        """What was being uploaded is lost: ending an app ends its services too."""
        self._screens = []
        self._feed = self._reels = None
        self.uploads = Uploads()
        for post in [post for post in self.state.posts if post.state == UPLOADING]:
            self.state.posts.remove(post)
            self._remember_failure(post)

    def control(self, action: str, arguments: Mapping[str, Any]) -> None:
        carry_out(ACTIONS, self, action, arguments)
        self.device.changed()

    def memory(self) -> dict[str, Any]:
        return self.state.as_json()

    def restore(self, memory: Mapping[str, Any]) -> None:
        self.state = from_json(memory)
        self.uploads = Uploads()
        for post in self.state.posts:
            if post.state == UPLOADING:
                self._begin_upload(post, post.id)

    # What screens ask for.

    def show(self, screen: Screen) -> None:
        self._screens.append(screen)
        self._arrive(screen.place)

    def leave(self) -> None:
        self._screens.pop()
        if not self._screens:
            self.go_tab(HOME)

    def go_tab(self, name: str) -> None:
        self._screens = [self._tab(name)]
        self._arrive(self._screens[0].place)

    def go_profile(self, handle: str) -> None:
        if handle == self.state.account:
            self.show(OwnProfile(self, opened_by_link=True))
        else:
            self.show(Unavailable(self) if find_user(handle) is None else Profile(self, handle))

    def go_post(self, card: Card) -> None:
        """The own reels open in a list of posts, those of others in the viewer."""
        own = card.author == self.state.account
        self.show(Reels(self, card) if card.kind == REEL and not own else PostPage(self, card))

    def go_comments(self, card: Card) -> None:
        self.show(Comments(self, card))

    def go_audio(self, sound: str) -> None:
        self.show(AudioPage(self, sound))

    def go_create(self) -> None:
        self.show(CreateMenu(self))

    def go_send(self, card: Card) -> None:
        self.show(SendSheet(self, card))

    def not_here(self) -> None:
        self.device.toast("This is not part of this rehearsal")

    def blocked(self) -> bool:
        settings = self.state.settings
        if not settings.block_next_action:
            return False
        settings.block_next_action = False
        settings.interruption = "action_blocked"
        return True

    def new_id(self) -> str:
        memory = self.state
        number = len(memory.posts) + len(memory.elsewhere) + len(memory.failed_uploads)
        return make_code(f"{self.device.serial}/{number}")

    def new_post(self, kind: str, media: list[Media], caption: str = "", sound: str = "") -> Post:
        return Post(self.new_id(), kind, caption, media, self.now(), sound=sound)

    def publish(self, post: Post) -> bool:
        settings = self.state.settings
        if settings.ignore_next_post:
            settings.ignore_next_post = False
            return False
        fails, settings.fail_next_upload = settings.fail_next_upload, False
        if not fails:
            self.state.posts.append(post)
        self._begin_upload(post, "" if fails else post.id)
        after = {"reels": REELS, "feed": HOME, "profile": PROFILE}[settings.after_share]
        self.go_tab(after if post.kind == REEL else HOME)
        self._arrive("shared")
        return True

    def save_draft(self, media: list[Media], caption: str) -> None:
        self.state.drafts.append(Draft(caption, media, self.now()))
        self.device.toast("Draft saved")
        self.go_tab(PROFILE)

    def _top(self) -> Screen:
        if not self._screens:
            self.go_tab(HOME)
        return self._screens[-1]

    def _tab(self, name: str) -> Screen:
        if name == HOME:
            self._feed = self._feed or Feed(self)
            self._feed.see()
            return self._feed
        if name == REELS:
            self._reels = self._reels or Reels(self)
            self._reels.see()
            return self._reels
        return {DIRECT: Inbox, SEARCH: Search, PROFILE: OwnProfile}[name](self)

    def _arrive(self, place: str) -> None:
        """Bring up what a rehearsal wants to come up at this page, and wake who waits for a late grid."""
        if self.state.settings.grid_seconds:
            self.device.call_later(self.state.settings.grid_seconds, self.device.changed)
        settings = self.state.settings
        if comes := settings.awaited.pop(place, "") or permissions.asked_at(self, place):
            settings.interruption = comes

    def _step_back(self) -> bool:
        if len(self._screens) > 1:
            self.leave()
            return True
        if not isinstance(self._screens[0], Feed):
            self.go_tab(HOME)
            return True
        return False

    def _open_link(self, link: Link) -> None:
        if link.handle:
            self.go_profile(link.handle)
        elif link.sound:
            self.go_audio(link.sound)
        else:
            card = find_own_card(self.state, link.post_id) or linked_card(link.post_id, link.kind)
            if card is None:
                self.show(Unavailable(self))
            else:
                self.go_post(card)

    def _open_share(self, intent: Intent) -> None:
        """Several files come as one text, their URIs separated by commas."""
        uris = intent.extras.get(_STREAM, "").split(",")
        media = [found for uri in uris if (found := handed_over(self, uri, intent.mime_type)) is not None]
        if len(media) < len(uris):
            self.device.toast("Couldn't load this file")
        else:
            open_editor(self, media, story=intent.action == _TO_STORY)

    def _begin_upload(self, post: Post, post_id: str) -> None:
        """An empty id lets the upload fail at its end."""
        seconds = self.state.settings.upload_seconds
        seed = f"media/{post.media[0].sha256}" if post.media else "media/none"
        upload = Upload(post_id, post.kind, seed, self.device.now(), seconds)
        self.uploads.running.append(upload)
        for tenth in range(1, 10):
            self.device.call_later(seconds * tenth / 10, self.device.changed)
        self.device.call_later(seconds, lambda: self._end_upload(upload, post))

    def _end_upload(self, upload: Upload, post: Post) -> None:
        if upload not in self.uploads.running:
            return
        self.uploads.running.remove(upload)
        if upload.post_id:
            post.state = POSTED
            self.uploads.done.append(upload)
            self.device.call_later(DONE_SHOWN_S, lambda: self._forget_done(upload))
        else:
            self._remember_failure(post)
        self.device.changed()

    def _forget_done(self, upload: Upload) -> None:
        if upload in self.uploads.done:
            self.uploads.done.remove(upload)
            self.device.changed()

    def _remember_failure(self, post: Post) -> None:
        """It stays above the feed until somebody discards it."""
        film = post.kind == REEL or any(media.mime.startswith("video/") for media in post.media)
        self.state.failed_uploads.append({"kind": post.kind, "caption": post.caption, "at": self.now()})
        if post.kind != STORY:
            self.state.cannot_post.append("Video" if film else "Photo")

    def _answer(self, words: str) -> None:
        interruption = self.state.settings.interruption
        self.state.answers.append({"screen": interruption, "answer": words, "at": self.now()})
        permissions.decide(self, interruption, words)
        leads_to = KINDS[interruption].leads_to
        self.state.settings.interruption = leads_to.get(words, interruption)


def _account_name(serial: str) -> str:
    name = "studio_" + re.sub(r"[^a-z0-9_.]+", "_", serial.lower())
    return name[:30]
