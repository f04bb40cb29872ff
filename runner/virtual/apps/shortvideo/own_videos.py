"""The videos of the phone's own account: what was posted, and a few from before the rehearsal."""

from runner.virtual.apps.shortvideo.memory import POSTED, Memory, Post
from runner.virtual.apps.shortvideo.world import Video, user_video

_EARLIER = 4


def own_videos(memory: Memory) -> list[Video]:
    """As the own profile shows them: pinned ones first, then newest first; nothing that still uploads."""
    posted = [_as_video(memory, post) for post in reversed(memory.posts) if post.state == POSTED]
    videos = posted + [user_video(memory.account, position) for position in range(_EARLIER)]
    return sorted(videos, key=lambda video: video.id not in memory.pinned)


def find_own_video(memory: Memory, video_id: str) -> Video | None:
    """The own video with this id, or None."""
    return next((video for video in own_videos(memory) if video.id == video_id), None)


def _as_video(memory: Memory, post: Post) -> Video:
    return Video(
        id=post.id,
        author=memory.account,
        caption=post.caption,
        likes=0,
        comments=0,
        favourites=0,
        shares=0,
        views=0,
        image=f"media/{post.media[0].sha256}" if post.media else f"video/{post.id}",
        kind="photo" if post.media and post.media[0].mime.startswith("image/") else "video",
    )
