"""Following, liking, keeping and commenting: what a tap on such a button does to the memory."""

from runner.virtual.apps.shortvideo.interruptions import interrupt
from runner.virtual.apps.shortvideo.memory import FOLLOWING, REQUESTED
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.apps.shortvideo.world import Video, find_user


def follow(app: Surroundings, handle: str) -> None:
    """Follow an account, or ask a private one; `follow_result` of the settings may say otherwise."""
    memory, user = app.state, find_user(handle)
    result = memory.settings.follow_result
    if user is None or handle in memory.relations or result == "ignored":
        return
    if result == "limited":
        interrupt(app, "rate_limit")
        return
    state = REQUESTED if user.private or result == "requested" else FOLLOWING
    memory.relations[handle] = state
    memory.follows.append({"as": app.state.account, "user": handle, "at": app.now(), "state": state})


def _goes_through(app: Surroundings, effect: str) -> bool:
    """Whether a tap does what it says; a rehearsal may want it to be ignored or limited."""
    result = app.state.settings.results.get(effect, "normal")
    if result == "limited":
        interrupt(app, "rate_limit")
    return result == "normal"


def unfollow(app: Surroundings, handle: str) -> None:
    """End a following or take back a request."""
    if not _goes_through(app, "unfollow"):
        return
    state = app.state.relations.pop(handle, None)
    if state is not None:
        app.state.unfollows.append({"as": app.state.account, "user": handle, "at": app.now(), "state": state})


def follow_label(app: Surroundings, handle: str) -> str:
    """The word on an account's follow button."""
    user = find_user(handle)
    follows_back = user is not None and user.follows_back
    state = app.state.relations.get(handle)
    if state == REQUESTED:
        return "Requested"
    if state == FOLLOWING:
        return "Friends" if follows_back else "Following"
    return "Follow back" if follows_back else "Follow"


def toggle_like(app: Surroundings, video: Video) -> None:
    if not _goes_through(app, "like"):
        return
    memory = app.state
    entry = {"as": memory.account, "video": video.id, "author": video.author, "at": app.now()}
    if video.id in memory.liked:
        memory.liked.remove(video.id)
        memory.unlikes.append(entry)
    else:
        memory.liked.append(video.id)
        memory.likes.append(entry)


def toggle_favourite(app: Surroundings, video: Video) -> None:
    if not _goes_through(app, "favourite"):
        return
    memory = app.state
    entry = {"as": memory.account, "video": video.id, "author": video.author, "at": app.now()}
    if video.id in memory.favourites:
        memory.favourites.remove(video.id)
        memory.unfavourited.append(entry)
    else:
        memory.favourites.append(video.id)
        memory.favourited.append(entry)


def comment(app: Surroundings, video: Video, words: str) -> bool:
    """Leave a comment; whether it went through."""
    if not _goes_through(app, "comment"):
        return False
    memory = app.state
    entry = {"as": memory.account, "video": video.id, "author": video.author, "text": words, "at": app.now()}
    memory.comments.append(entry)
    return True


def comment_count(app: Surroundings, video: Video) -> int:
    """The comments on a video, the phone's own included."""
    return video.comments + sum(comment["video"] == video.id for comment in app.state.comments)
