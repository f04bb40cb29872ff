"""Which editor comes up for what was chosen or shared."""

from runner.virtual.apps.picturenet.memory import ALBUM, PHOTO, Media
from runner.virtual.apps.picturenet.post_editor import PostEditor
from runner.virtual.apps.picturenet.reel_editor import ReelEditor
from runner.virtual.apps.picturenet.screen import Surroundings
from runner.virtual.apps.picturenet.story_editor import StoryEditor


def open_editor(
    app: Surroundings, media: list[Media], *, story: bool = False, reel: bool = False, sound: str = ""
) -> None:
    """A lone film becomes a reel wherever it was chosen; several files of a post become an album."""
    lone_film = len(media) == 1 and media[0].mime.startswith("video/")
    if story:
        app.show(StoryEditor(app, media))
    elif reel or lone_film:
        app.show(ReelEditor(app, media, sound))
    else:
        app.show(PostEditor(app, media, PHOTO if len(media) == 1 else ALBUM))


def handed_over(app: Surroundings, uri: str, mime_type: str) -> Media | None:
    """The file behind a URI, as the memory keeps it; None if there is none."""
    content = app.device.content(uri)
    return None if content is None else Media(content.digest("sha256"), content.size, mime_type)
