"""The videos of the phone's own account: what was posted, and a few from before the rehearsal."""

from dataclasses import replace

from runner.virtual.apps.shortvideo.memory import POSTED, Memory, Post
from runner.virtual.apps.shortvideo.world import Video, make_video, seen_by, user_video

_LIKED_BEFORE = "demo_user_11"
"""Whose videos the account liked and kept before the rehearsal."""


def own_videos(memory: Memory, account: str = "") -> list[Video]:
    """As an own profile shows them: pinned ones first, then newest first; nothing that still uploads.

    Of the account that the app shows, if no other one on the phone is given.
    """
    account = account or memory.account
    standing = memory.standing(account)
    made = [
        post
        for post in (*memory.posts, *memory.elsewhere)
        if post.state == POSTED and post.account == account
    ]
    made.sort(key=lambda post: post.at)
    posted = [_as_video(post, is_newest=post is made[-1]) for post in reversed(made)]
    earlier = [user_video(account, position) for position in range(memory.settings.earlier_posts)]
    videos = [
        replace(video, views=standing.views.get(video.id, video.views))
        for video in posted + earlier
        if video.id not in standing.deleted
    ]
    return sorted(videos, key=lambda video: video.id not in standing.pinned)


def find_own_video(memory: Memory, video_id: str) -> Video | None:
    """The video with this id, of any account on the phone, or None."""
    videos = (video for account in memory.accounts for video in own_videos(memory, account))
    return next((video for video in videos if video.id == video_id), None)


def videos_of_tab(memory: Memory, tab: str) -> list[Video]:
    """What another tab of the own page shows: videos of other people, as far as it has any."""
    if tab == "Liked videos":
        wanted, done = memory.liked, memory.likes
    elif tab == "Favorites":
        wanted, done = memory.favourites, memory.favourited
    else:
        return []
    authors = {entry["video"]: entry["author"] for entry in done}
    chosen = [make_video(authors[video_id], video_id) for video_id in reversed(wanted) if video_id in authors]
    return chosen + [user_video(_LIKED_BEFORE, position) for position in range(memory.settings.earlier_posts)]


def _as_video(post: Post, *, is_newest: bool) -> Video:
    """The newest was not seen by anybody yet."""
    return Video(
        id=post.id,
        author=post.account,
        caption=post.caption,
        likes=0,
        comments=0,
        favourites=0,
        shares=0,
        views=0 if is_newest else seen_by(post.id),
        image=f"media/{post.media[0].sha256}" if post.media else f"video/{post.id}",
        kind="photo" if post.media and post.media[0].mime.startswith("image/") else "video",
        title=post.title,
        tune=post.sound,
    )
