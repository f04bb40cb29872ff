"""The app itself: which screen is on top, and what the phone hands to it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from runner.virtual.apps.app import Device, Intent
from runner.virtual.apps.arguments import carry_out
from runner.virtual.apps.shortvideo import controls, interruptions
from runner.virtual.apps.shortvideo.camera import open_camera
from runner.virtual.apps.shortvideo.comments import Comments
from runner.virtual.apps.shortvideo.composition import Composition
from runner.virtual.apps.shortvideo.detail import Detail, Unavailable
from runner.virtual.apps.shortvideo.editor import Editor
from runner.virtual.apps.shortvideo.feed import Feed
from runner.virtual.apps.shortvideo.ids import PACKAGE, Ids
from runner.virtual.apps.shortvideo.labels import translate
from runner.virtual.apps.shortvideo.links import Link, parse_link
from runner.virtual.apps.shortvideo.memory import POSTED, UPLOADING, Draft, Media, Memory, Post, from_json
from runner.virtual.apps.shortvideo.new_post import NewPost
from runner.virtual.apps.shortvideo.other_tabs import Friends, Inbox
from runner.virtual.apps.shortvideo.own_profile import OwnProfile
from runner.virtual.apps.shortvideo.own_videos import find_own_video
from runner.virtual.apps.shortvideo.profile import Profile
from runner.virtual.apps.shortvideo.screen import (
    CAMERA,
    DETAIL,
    LOGIN,
    MAIN,
    PROFILE,
    PUBLISH,
    SEARCH,
    SHARE,
    SPLASH,
    Screen,
)
from runner.virtual.apps.shortvideo.search import Search
from runner.virtual.apps.shortvideo.sound_page import SoundPage
from runner.virtual.apps.shortvideo.upload import Upload, failure_window, progress_window
from runner.virtual.apps.shortvideo.world import Video, find_user, make_video
from runner.virtual.views import Window

_VIEW, _SEND = "android.intent.action.VIEW", "android.intent.action.SEND"
_SEND_MULTIPLE = "android.intent.action.SEND_MULTIPLE"
_MOST_SHARED = 35
_STREAM = "android.intent.extra.STREAM"


class ShortVideo:
    """A short-video network on one phone."""

    package = PACKAGE
    label = "TikTok"
    version = "46.9.3"
    activities: tuple[str, ...] = (SPLASH, MAIN, SHARE, DETAIL, PROFILE, SEARCH, CAMERA, PUBLISH, LOGIN)

    def __init__(self, device: Device) -> None:
        self.device = device
        self.state = Memory(account=_account_name(device.serial))
        self._screens: list[Screen] = []
        self._feed: Feed | None = None
        self._uploads: list[Upload] = []
        self._upload_failed = False
        self._launches = 0
        """Starts that have drawn nothing yet."""

    @property
    def ids(self) -> Ids:
        return Ids(self.state.settings.ids_seed)

    def now(self) -> str:
        return self.device.now().isoformat()

    # What the phone asks for.

    @property
    def locale(self) -> str:
        """Android knows what a person has chosen in the app."""
        language = self.state.settings.language
        return language if language != "en" else ""

    def windows(self) -> list[Window]:
        if self._launches:
            return []
        return translate(self._windows(), self.state.settings.language, self.ids)

    def _windows(self) -> list[Window]:
        interruption = interruptions.window(self)
        if interruption is not None:
            return [interruption]
        screen = self._top()
        badges = self._badges() if screen.tells_uploads else []
        return [*badges, Window(PACKAGE, screen.activity, screen.build())]

    def start(self) -> None:
        if not self._screens:
            self._launch()
            self.go_tab("Home")

    def accepts(self, intent: Intent) -> bool:
        if intent.action == _VIEW:
            return parse_link(intent.data) is not None
        if intent.action == _SEND:
            return intent.mime_type.startswith(("video/", "image/")) and bool(intent.extras.get(_STREAM))
        if intent.action == _SEND_MULTIPLE:
            return intent.mime_type.startswith("image/") and bool(intent.extras.get(_STREAM))
        return intent.component.startswith(f"{PACKAGE}/")

    def open(self, intent: Intent) -> None:
        if not self._screens:
            self._launch()
        link = parse_link(intent.data) if intent.action == _VIEW else None
        if link is not None:
            self.state.opened_links.append({"url": intent.data, "at": self.now()})
            self._open_link(link)
            interruptions.strike(self, "link")
        elif intent.action == _SEND:
            self._open_share([intent.extras.get(_STREAM, "")], intent.mime_type)
        elif intent.action == _SEND_MULTIPLE:
            self._open_share(intent.extras.get(_STREAM, "").split(",")[:_MOST_SHARED], intent.mime_type)
        self._top()

    def back(self) -> bool:
        if self._launches:
            return False
        if self.state.settings.interruption:
            return interruptions.back(self)
        return self._top().back() or self._step_back()

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        if not self._launches and not self.state.settings.interruption:
            self._top().swipe(end[0] - start[0], end[1] - start[1])

    def kill(self) -> None:
        """What was being uploaded is lost: ending an app ends its services too."""
        self._screens = []
        self._feed = None
        self._upload_failed = False
        self._uploads = []
        lost = [post for post in self.state.posts if post.state == UPLOADING]
        self.state.posts = [post for post in self.state.posts if post.state != UPLOADING]
        for post in lost:
            self._fail(post.account, post.caption)

    def control(self, action: str, arguments: Mapping[str, Any]) -> None:
        carry_out(controls.ACTIONS, self, action, arguments)
        self.device.changed()

    def memory(self) -> dict[str, Any]:
        return self.state.as_json()

    def restore(self, memory: Mapping[str, Any]) -> None:
        self.state = from_json(memory)
        self._uploads = []
        for post in self.state.posts:
            if post.state == UPLOADING:
                self._begin_upload(post.id, post.media)

    # What screens ask for.

    def show(self, screen: Screen) -> None:
        self._screens.append(screen)

    def leave(self) -> None:
        self._screens.pop()
        if not self._screens:
            self.go_tab("Home")

    def go_tab(self, name: str) -> None:
        if name == "Create":
            open_camera(self)
            return
        self._screens = [self._tab(name)]

    def go_profile(self, handle: str) -> None:
        if handle == self.state.account:
            self.show(OwnProfile(self, opened_by_link=True))
        else:
            self.show(Profile(self, handle))

    def go_video(self, video: Video, others: Sequence[Video] = ()) -> None:
        self.show(Detail(self, video, others))

    def go_comments(self, video: Video) -> None:
        self.show(Comments(self, video))

    def go_search(self) -> None:
        self.show(Search(self))

    def switch_account(self, handle: str) -> None:
        """Show another account of the phone, from its first page on."""
        self.state.switch_account(handle)
        self.go_tab("Home")

    def publish(self, made: Composition) -> None:
        settings = self.state.settings
        if settings.ignore_next_post:
            settings.ignore_next_post = False
            return
        post_id = ""
        if settings.fail_next_upload:
            settings.fail_next_upload = False
            self._fail(self.state.account, made.caption)
            self._begin_upload("", made.media)
        else:
            post = Post(
                self.new_id(), made.caption, made.media, self.now(), title=made.title, sound=made.sound
            )
            post.account = self.state.account
            self.state.posts.append(post)
            post_id = post.id
            self._begin_upload(post.id, made.media)
        if settings.after_post == "new_post":
            self._screens = [NewPost(self, post_id)]
        else:
            self.go_tab({"profile": "Profile", "friends": "Friends"}.get(settings.after_post, "Home"))
        interruptions.strike(self, "post")

    def save_draft(self, made: Composition) -> None:
        self.state.drafts.append(Draft(made.caption, made.media, self.now(), self.state.account))
        self.go_tab("Profile")

    def _launch(self) -> None:
        """Start from nothing, and draw nothing for as long as the rehearsal asked for."""
        interruptions.strike(self, "launch")
        seconds = self.state.settings.launch_seconds
        if seconds:
            self._launches += 1
            self.device.call_later(seconds, self._launched)

    def _launched(self) -> None:
        self._launches -= 1
        self.device.changed()

    def _top(self) -> Screen:
        if not self._screens:
            self.go_tab("Home")
        return self._screens[-1]

    def _tab(self, name: str) -> Screen:
        if name == "Home":
            if self._feed is None:
                self._feed = Feed(self)
            self._feed.see()
            return self._feed
        match name:
            case "Friends":
                return Friends(self)
            case "Inbox":
                return Inbox(self)
        return OwnProfile(self)

    def _step_back(self) -> bool:
        if len(self._screens) > 1:
            self.leave()
            return True
        if not isinstance(self._screens[0], Feed):
            self.go_tab("Home")
            return True
        return False

    def _open_link(self, link: Link) -> None:
        if link.sound:
            self.show(SoundPage(self, link.sound))
            return
        if not link.video_id:
            self.go_profile(link.handle)
            return
        video = find_own_video(self.state, link.video_id)
        if video is None and find_user(link.handle) is not None:
            video = make_video(link.handle, link.video_id)
        self.show(Unavailable(self) if video is None else Detail(self, video))

    def _open_share(self, uris: list[str], mime: str) -> None:
        media = []
        for uri in uris:
            content = self.device.content(uri)
            if content is None:
                self.device.toast("Couldn't load this file")
                return
            media.append(Media(content.digest("sha256"), content.size, mime))
        self.show(Editor(self, Composition(media)))
        interruptions.strike(self, "share")

    def _badges(self) -> list[Window]:
        if self._uploads:
            return [progress_window(self.ids, self._uploads[0], self.device.now())]
        return [failure_window(self.ids)] if self._upload_failed else []

    def _begin_upload(self, post_id: str, media: list[Media]) -> None:
        seconds = self.state.settings.upload_seconds
        seed = f"media/{media[0].sha256}" if media else "media/none"
        upload = Upload(post_id, seed, self.device.now(), seconds)
        self._upload_failed = False
        self._uploads.append(upload)
        for tenth in range(1, 10):
            self.device.call_later(seconds * tenth / 10, self.device.changed)
        self.device.call_later(seconds, lambda: self._end_upload(upload))

    def _fail(self, account: str, caption: str) -> None:
        self.state.failed_uploads.append({"as": account, "caption": caption, "at": self.now()})

    def _end_upload(self, upload: Upload) -> None:
        if upload not in self._uploads:
            return
        self._uploads.remove(upload)
        if upload.post_id:
            for post in self.state.posts:
                if post.id == upload.post_id:
                    post.state = POSTED
        else:
            self._upload_failed = True
            self.device.toast("Couldn't upload")
        self.device.changed()

    def new_id(self) -> str:
        memory = self.state
        number = len(memory.posts) + len(memory.elsewhere) + len(memory.failed_uploads)
        digest = hashlib.sha256(f"{memory.account}/{number}".encode()).digest()
        return str(7_400_000_000_000_000_000 + int.from_bytes(digest[:7]))


def _account_name(serial: str) -> str:
    name = "studio_" + re.sub(r"[^a-z0-9_.]+", "_", serial.lower())
    return name[:24]
