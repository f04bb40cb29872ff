"""Following, liking, saving: what a tap on such a button does to the memory."""

from runner.virtual.apps.picturenet.memory import FOLLOWING, REQUESTED, Entry
from runner.virtual.apps.picturenet.screen import Surroundings
from runner.virtual.apps.picturenet.world import Card, find_user


def follow(app: Surroundings, handle: str) -> None:
    """Follow an account, or ask a private one; `follow_result` of the settings may say otherwise."""
    memory, user = app.state, find_user(handle)
    result = memory.settings.follow_result
    if user is None or handle in memory.relations or result == "ignored" or app.blocked():
        return
    if result in ("limited", "review"):
        memory.settings.interruption = "action_blocked" if result == "limited" else "account_review"
        return
    state = REQUESTED if user.private or result == "requested" else FOLLOWING
    memory.relations[handle] = state
    memory.follows.append({"user": handle, "at": app.now(), "state": state})


def unfollow(app: Surroundings, handle: str) -> None:
    """End a following or take back a request."""
    if app.blocked():
        return
    state = app.state.relations.pop(handle, None)
    if state is not None:
        app.state.unfollows.append({"user": handle, "at": app.now(), "state": state})


def follow_label(app: Surroundings, handle: str) -> str:
    """The word on an account's follow button."""
    state = app.state.relations.get(handle)
    if state is not None:
        return {FOLLOWING: "Following", REQUESTED: "Requested"}[state]
    user = find_user(handle)
    return "Follow back" if user is not None and user.follows_back else "Follow"


def toggle_like(app: Surroundings, card: Card) -> None:
    """A second tap takes the like back."""
    if not app.blocked():
        _toggle(app, card, app.state.liked, app.state.likes, app.state.unlikes)


def toggle_save(app: Surroundings, card: Card) -> None:
    if not app.blocked():
        _toggle(app, card, app.state.saved, app.state.saves, app.state.unsaves)


def repost(app: Surroundings, card: Card) -> None:
    """Publish somebody's reel once more, as one tap does."""
    app.state.reposts.append(_entry(app, card))
    app.device.toast("Reposted")


def like_count(app: Surroundings, card: Card) -> int:
    return card.likes + (card.id in app.state.liked)


def comment_count(app: Surroundings, card: Card) -> int:
    """The comments on a post, the phone's own included."""
    return card.comments + sum(comment["post"] == card.id for comment in app.state.comments)


def _toggle(app: Surroundings, card: Card, now: list[str], done: list[Entry], undone: list[Entry]) -> None:
    if card.id in now:
        now.remove(card.id)
        undone.append(_entry(app, card))
    else:
        now.append(card.id)
        done.append(_entry(app, card))


def _entry(app: Surroundings, card: Card) -> Entry:
    return {"post": card.id, "author": card.author, "at": app.now()}
