"""One post as the feed and a list of posts show it: who, the picture, the buttons, the words."""

from runner.virtual.apps.parts import ACCENT, BUTTON, FRAME, GREY, INK, PALE, WIDTH, box, icon, picture, text
from runner.virtual.apps.picturenet import relations
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import ALBUM, REEL
from runner.virtual.apps.picturenet.screen import Surroundings
from runner.virtual.apps.picturenet.world import SPONSORED, Card, compact
from runner.virtual.views import View

HEADER = 84
MEDIA = 560
_BUTTONS = 76
_LONG_CAPTION = 90
"""Longer captions are cut until they are tapped."""
_LAYOUT_TEXT = "com.instagram.ui.widget.textview.IgTextLayoutView"


def post_row(app: Surroundings, card: Card, top: int, *, unfolded: bool, unfold: "Unfold") -> list[View]:
    """The views of a whole post from `top` on."""
    buttons_top = top + HEADER + MEDIA + (70 if card.promotion else 0)
    withheld = app.state.settings.withheld
    words = [] if withheld == "captions" else _words(app, card, buttons_top + _BUTTONS, unfolded, unfold)
    return [*post_head(app, card, top, top + HEADER + MEDIA), _buttons(app, card, buttons_top), *words]


class Unfold:
    """Which captions were unfolded by a tap, by id of the post."""

    def __init__(self) -> None:
        self.ids: set[str] = set()


def post_head(app: Surroundings, card: Card, top: int, bottom: int) -> list[View]:
    """The upper part of a post down to `bottom`, which may cut its picture."""
    views = [_header(app, card, top)]
    if bottom - top > HEADER + 60:
        views.append(_media(app, card, top + HEADER, bottom))
    if card.promotion and bottom - top >= HEADER + MEDIA:
        call = text(
            (0, bottom, WIDTH, bottom + 66), "Learn more", cls=BUTTON, background=PALE, on_tap=app.not_here
        )
        views.append(box((0, bottom, WIDTH, bottom + 66), call, rid=rid("cta_container")))
    return views


def _header(app: Surroundings, card: Card, top: int) -> View:
    what = "a video" if card.kind == REEL else f"{card.pictures} photos" if card.kind == ALBUM else "a photo"

    def open_author() -> None:
        app.go_profile(card.author)

    name = text(
        (84, top, 380, top + 46),
        card.author,
        cls=BUTTON,
        rid=rid("row_feed_photo_profile_name"),
        bold=True,
        on_tap=open_author,
    )
    name.desc = card.author
    below = text(
        (84, top + 42, 500, top + 80),
        "Sponsored" if card.promotion else f"Original audio · {card.author}",
        cls=BUTTON,
        rid=rid("secondary_label"),
        size=22,
        color=GREY,
    )
    children = [
        picture(
            (24, top + 16, 74, top + 66),
            f"face/{card.author}",
            rid=rid("row_feed_photo_profile_imageview"),
            desc=f"Profile picture of {card.author}",
            radius=25,
        ),
        name,
        below,
        icon(
            (649, top + 4, 720, top + 80),
            "dots",
            rid=rid("media_option_button"),
            desc="More actions for this post",
            size=32,
            on_tap=app.not_here,
        ),
    ]
    if not card.promotion and card.author != app.state.account:
        children.append(inline_follow(app, card.author, (500, top + 16, 640, top + 68)))
    header = box((0, top, WIDTH, top + HEADER), *children, rid=rid("row_feed_profile_header"))
    header.cls = "android.view.ViewGroup"
    header.desc = f"{card.author} posted {what} {card.age}"
    return header


def inline_follow(app: Surroundings, handle: str, bounds: tuple[int, int, int, int]) -> View:
    """A follow button beside a name. It is marked as selected whatever it says; a second tap does nothing."""
    label = relations.follow_label(app, handle)

    def follow() -> None:
        relations.follow(app, handle)

    view = text(
        bounds,
        label,
        cls=BUTTON,
        rid=rid("inline_follow_button"),
        size=24,
        bold=True,
        align="center",
        background=PALE,
        radius=10,
        on_tap=follow,
        selected=True,
    )
    view.desc = f"{label} {handle}"
    return view


def _media(app: Surroundings, card: Card, top: int, bottom: int) -> View:
    bounds = (0, top, WIDTH, bottom)
    kind = {REEL: "Reel", ALBUM: "Photo"}.get(card.kind, "Photo")
    start = "Sponsored Video" if card.promotion == SPONSORED else kind
    likes = relations.like_count(app, card)
    words = f"{start} by {card.author}, {likes:,} likes, {relations.comment_count(app, card):,} comments"

    def open_post() -> None:
        if card.kind == REEL:
            app.go_post(card)

    shown = picture(
        bounds, card.image, cls=FRAME, rid=rid("row_feed_photo_imageview"), desc=f"{words}, {card.age}"
    )
    group = box(bounds, shown, rid=rid("media_group"), on_tap=open_post)
    if card.kind == ALBUM:
        group.rid = rid("carousel_media_group")
        count = text(
            (620, top + 16, 700, top + 56), f"1/{card.pictures}", size=22, align="center", background=PALE
        )
        group.children.append(count)
    return box(bounds, group, cls="android.view.ViewGroup", rid=rid("video_container"))


def _buttons(app: Surroundings, card: Card, top: int) -> View:
    """The buttons themselves say that they cannot be tapped, yet take a tap in their middle."""
    liked, saved = card.id in app.state.liked, card.id in app.state.saved

    def like() -> None:
        relations.toggle_like(app, card)

    def comment() -> None:
        app.go_comments(card)

    def send() -> None:
        app.go_send(card)

    def save() -> None:
        relations.toggle_save(app, card)

    heart = icon(
        (16, top, 64, top + _BUTTONS),
        "heart" if liked else "heart_line",
        cls=BUTTON,
        rid=rid("row_feed_button_like"),
        desc="Liked" if liked else "Like",
        color=ACCENT if liked else INK,
        selected=liked,
        on_tap=like,
    )
    bubble = icon(
        (160, top, 208, top + _BUTTONS),
        "comment",
        cls=BUTTON,
        rid=rid("row_feed_button_comment"),
        desc="Comment",
        on_tap=comment,
    )
    sender = icon(
        (304, top, 352, top + _BUTTONS),
        "send",
        cls=BUTTON,
        rid=rid("row_feed_button_share"),
        desc="Send post",
        on_tap=send,
    )
    for view in (heart, bubble, sender):
        view.clickable = False
    symbols = [box(view.bounds, view, cls="android.view.ViewGroup") for view in (heart, bubble, sender)]
    keep = icon(
        (645, top, 717, top + 68),
        "bookmark",
        cls=BUTTON,
        rid=rid("row_feed_button_save"),
        desc="Remove from saved" if saved else "Add to Saved",
        color=ACCENT if saved else INK,
        selected=saved,
        on_tap=save,
    )
    likes = text(
        (70, top, 150, top + _BUTTONS), compact(relations.like_count(app, card)), cls=BUTTON, size=24
    )
    count = compact(relations.comment_count(app, card))
    comments = text((214, top, 296, top + _BUTTONS), count, cls=BUTTON, size=24)
    return box(
        (0, top, WIDTH, top + _BUTTONS),
        symbols[0],
        likes,
        symbols[1],
        comments,
        symbols[2],
        keep,
        cls="android.view.ViewGroup",
        rid=rid("row_feed_view_group_buttons"),
    )


def _words(app: Surroundings, card: Card, top: int, unfolded: bool, unfold: Unfold) -> list[View]:
    def show_all() -> None:
        unfold.ids.add(card.id)

    caption = card.caption
    if len(caption) > _LONG_CAPTION and not unfolded:
        caption = caption[:_LONG_CAPTION].rstrip() + "… more"
    height = 68 if len(caption) <= _LONG_CAPTION + 10 else 160
    words = text(
        (20, top, 700, top + height),
        f"{card.author} {caption}".rstrip(),
        cls=_LAYOUT_TEXT,
        size=24,
        valign="top",
        on_tap=show_all,
    )
    words.clickable = False
    age = text((20, top + height, 700, top + height + 28), card.age, size=20, color=GREY)
    age.desc = card.age
    return [words, age]
