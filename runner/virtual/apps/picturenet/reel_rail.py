"""The buttons at the right of a reel. Two of them publish or send, and stand between those that do not."""

from runner.virtual.apps.parts import ACCENT, BUTTON, WHITE, Action, icon, text
from runner.virtual.apps.picturenet import relations
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.screen import Surroundings
from runner.virtual.apps.picturenet.world import Card, compact
from runner.virtual.views import View

_LEFT, _RIGHT, _TOP, _STEP = 635, 707, 700, 112


def reel_rail(app: Surroundings, card: Card) -> list[View]:
    """Like, comment, repost, share, save, more and the sound, from above."""
    liked, saved = card.id in app.state.liked, card.id in app.state.saved
    likes, comments = relations.like_count(app, card), relations.comment_count(app, card)
    reposts, shares = card.likes // 90, card.likes // 45

    def like() -> None:
        relations.toggle_like(app, card)

    def comment() -> None:
        app.go_comments(card)

    def repost() -> None:
        relations.repost(app, card)

    def share() -> None:
        app.go_send(card)

    def save() -> None:
        relations.toggle_save(app, card)

    def open_sound() -> None:
        app.go_audio(card.sound_name)

    return [
        # Its description stays the same; only the flag tells.
        _symbol(0, "heart", "like_button", "Like", like, on=liked),
        _count(0, "like_count", f"Like number is{likes}. View likes", likes),
        _symbol(1, "comment", "comment_button", "Comment", comment),
        _count(1, "comment_count", f"Comment number is{comments}. View comments", comments),
        _symbol(2, "repeat", "", "Repost", repost),
        _count(2, "repost_count", f"Reposted {reposts} times", reposts),
        _symbol(3, "send", "direct_share_button", "Share", share),
        _count(3, "ufi_text_component", f"Reshare number is{shares}", shares),
        _symbol(4, "bookmark", "save_button", "Save", save, on=saved),
        _symbol(5, "dots", "clips_ufi_more_button_component", "More", app.not_here),
        _symbol(6, "note", "media_album_art_button", "Audio", open_sound),
    ]


def _symbol(place: int, shape: str, name: str, desc: str, on_tap: Action, *, on: bool = False) -> View:
    top = _TOP + _STEP * place
    return icon(
        (_LEFT, top, _RIGHT, top + 72),
        shape,
        rid=rid(name) if name else "",
        desc=desc,
        color=ACCENT if on else WHITE,
        selected=on,
        on_tap=on_tap,
    )


def _count(place: int, name: str, words: str, count: int) -> View:
    top = _TOP + _STEP * place + 72
    bounds = (_LEFT, top, _RIGHT, top + 38)
    drawn = text(bounds, compact(count), size=20, color=WHITE, align="center")
    view = View(bounds, cls=BUTTON, rid=rid(name), text=words, desc=words, clickable=True, paint=drawn.paint)
    view.on_tap = _nothing
    return view


def _nothing() -> None:
    """The list of who liked a reel is not part of a rehearsal."""
