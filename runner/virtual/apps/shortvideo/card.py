"""One video on the whole screen: the picture, the rail of buttons at its right, the words at its foot."""

from runner.virtual.apps.parts import (
    ACCENT,
    BUTTON,
    FRAME,
    LINEAR,
    RELATIVE,
    WHITE,
    WIDTH,
    Action,
    box,
    icon,
    picture,
    text,
)
from runner.virtual.apps.shortvideo import relations, special_cards
from runner.virtual.apps.shortvideo.chrome import BAR_TOP
from runner.virtual.apps.shortvideo.noise import noisy
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.apps.shortvideo.world import Video, compact
from runner.virtual.views import View

_RAIL_LEFT, _RAIL_RIGHT = 612, 708
_LONG_CAPTION = 110
"""Longer captions are cut on the card until they are tapped."""

_BADGES = {"photo": "Photo", "ad": "Ad", "sponsored": "Sponsored"}
_AD_BUTTONS = {"ad": "Learn more", "sponsored": "Learn more", "ad_unlabelled": "Shop now"}
_NO_VIDEO = {"stories": special_cards.stories, "people": special_cards.people}
_ADDITIONS = {"survey": special_cards.survey, "place": special_cards.place}


def video_card(
    app: Surroundings, video: Video, *, unfolded: bool, unfold: Action, age: str = ""
) -> list[View]:
    """The views of one card, back to front. `unfold` is called when the words are tapped; `age` is told if given."""
    screen = (0, 0, WIDTH, BAR_TOP)
    film = picture(screen, video.image, cls="android.view.TextureView")
    player = box(screen, film, rid=app.ids("player_view"))
    touch = View(screen, desc="Video", rid=app.ids("long_press_layout"))
    if video.kind == "live":
        return [player, touch, *_live_notice(video)]
    if video.kind in _NO_VIDEO:
        return [player, touch, special_cards.backdrop(), *_NO_VIDEO[video.kind](app, video)]
    if app.state.settings.withheld == "videos":
        return [player, touch]
    words = _words(app, video, unfolded=unfolded, unfold=unfold)
    if age:
        top = words.children[0].bounds[1]
        words.children.insert(
            1, text((410, top, 590, top + 44), f"· {age}", rid=app.ids("age"), size=26, color=WHITE)
        )
    return [player, touch, _rail(app, video), words, *_additions(app, video)]


def _additions(app: Surroundings, video: Video) -> list[View]:
    """What some kinds of cards have beside the video."""
    if video.kind in _AD_BUTTONS:
        return [special_cards.advertisement(app, _AD_BUTTONS[video.kind])]
    return _ADDITIONS[video.kind](app, video) if video.kind in _ADDITIONS else []


def _live_notice(video: Video) -> list[View]:
    return [
        text((160, 860, 560, 930), "Tap to watch LIVE", size=34, color=WHITE, bold=True, align="center"),
        text((24, 1340, 560, 1390), video.author, size=30, color=WHITE, bold=True),
    ]


def _rail(app: Surroundings, video: Video) -> View:
    buttons = [
        _avatar(app, video),
        _like(app, video),
        _comments(app, video),
        _favourite(app, video),
        _share(app, video),
        _sound(app, video),
    ]
    return box((600, 620, WIDTH, 1480), *buttons, cls=LINEAR, rid=app.ids("rail"))


def _avatar(app: Surroundings, video: Video) -> View:
    def open_author() -> None:
        app.go_profile(video.author)

    def follow() -> None:
        relations.follow(app, video.author)

    face = picture(
        (616, 636, 704, 724),
        f"face/{video.author}",
        rid=app.ids("user_avatar"),
        desc=f"{video.author} profile",
        on_tap=open_author,
        radius=44,
    )
    children = [face]
    if video.author != app.state.account and video.author not in app.state.relations:
        plus = icon((640, 704, 680, 744), "plus", size=22, color=WHITE, background=ACCENT, radius=20)
        children.append(
            box(
                (632, 700, 688, 748),
                plus,
                cls=BUTTON,
                rid=app.ids("rail_follow"),
                desc=f"Follow {video.author}",
                on_tap=follow,
            )
        )
    return box((_RAIL_LEFT, 632, _RAIL_RIGHT, 752), *children, rid=app.ids("rail_slot"))


def _like(app: Surroundings, video: Video) -> View:
    liked = video.id in app.state.liked
    count = compact(video.likes + liked)

    def toggle() -> None:
        relations.toggle_like(app, video)

    heart = icon(
        (620, 776, 700, 844), "heart", desc="Like", size=64, color=ACCENT if liked else WHITE, selected=liked
    )
    style = app.state.settings.like_style
    words = f"Like video. {count} likes"
    if liked and style != "flag":
        words = f"Video liked. {count} likes" if style == "counted" else "Video liked"
    is_selected = liked and style == "counted"
    return _slot(app, 776, heart, count, desc=words, on_tap=toggle, part="rail_action", selected=is_selected)


def _comments(app: Surroundings, video: Video) -> View:
    count = compact(relations.comment_count(app, video))

    def open_comments() -> None:
        app.go_comments(video)

    bubble = icon((620, 896, 700, 964), "comment", size=60, color=WHITE)
    words = f"Read or add comments. {count} comments"
    return _slot(app, 896, bubble, count, desc=words, on_tap=open_comments, part="rail_comments")


def _favourite(app: Surroundings, video: Video) -> View:
    kept = video.id in app.state.favourites
    count = compact(video.favourites + kept)
    shape = icon(
        (620, 1016, 700, 1084), "bookmark", size=56, color="#face15" if kept else WHITE, selected=kept
    )
    label = text((612, 1084, 708, 1116), count, size=22, color=WHITE, bold=True, align="center")
    bounds = (_RAIL_LEFT, 1016, _RAIL_RIGHT, 1120)
    words = "Add or remove this video from Favorites."
    inner = box(bounds, shape, label, cls=BUTTON, rid=app.ids("rail_favourite"), desc=words)

    def toggle() -> None:
        relations.toggle_favourite(app, video)

    return box(bounds, inner, cls=FRAME, rid=app.ids("rail_favourite_slot"), on_tap=toggle, selected=kept)


def _share(app: Surroundings, video: Video) -> View:
    def tell() -> None:
        app.device.toast("Sharing is not part of this rehearsal")

    arrow = icon((620, 1136, 700, 1204), "share", size=60, color=WHITE)
    count = compact(video.shares)
    words = f"Share video. {count} shares"
    return _slot(app, 1136, arrow, count, desc=words, on_tap=tell, part="rail_action")


def _sound(app: Surroundings, video: Video) -> View:
    disc = picture((624, 1384, 696, 1456), f"sound/{video.id}", radius=36)
    return box(
        (_RAIL_LEFT, 1368, _RAIL_RIGHT, 1472),
        disc,
        cls=BUTTON,
        rid=app.ids("rail_sound"),
        desc=f"Sound: {video.sound}",
        on_tap=lambda: None,
    )


def _slot(
    app: Surroundings,
    top: int,
    shape: View,
    count: str,
    *,
    desc: str,
    on_tap: Action,
    part: str,
    selected: bool = False,
) -> View:
    bounds = (_RAIL_LEFT, top, _RAIL_RIGHT, top + 104)
    label = text(
        (_RAIL_LEFT, top + 68, _RAIL_RIGHT, top + 100),
        count,
        rid=app.ids(part + "_count"),
        size=22,
        color=WHITE,
        bold=True,
        align="center",
    )
    inner = box(
        bounds, shape, label, cls=BUTTON, rid=app.ids(part), desc=desc, on_tap=on_tap, selected=selected
    )
    return box(bounds, inner, rid=app.ids("rail_slot"))


def _words(app: Surroundings, video: Video, *, unfolded: bool, unfold: Action) -> View:
    def open_author() -> None:
        app.go_profile(video.author)

    caption = video.caption
    if len(caption) > _LONG_CAPTION and not unfolded:
        caption = caption[: _LONG_CAPTION - 10].rstrip() + "... more"
    top = 1180 if unfolded else 1330
    children = [
        text(
            (24, top - 50, 400, top - 6),
            noisy(app, video.author),
            cls=BUTTON,
            rid=app.ids("title"),
            on_tap=open_author,
            size=32,
            color=WHITE,
            bold=True,
        ),
        icon((24, 1428, 56, 1464), "note", size=28, color=WHITE),
        text((64, 1424, 590, 1468), video.sound, rid=app.ids("sound_strip"), size=24, color=WHITE),
    ]
    if caption and app.state.settings.withheld != "captions":
        children.insert(
            1,
            text(
                (24, top, 590, 1418),
                noisy(app, caption),
                rid=app.ids("desc"),
                on_tap=unfold,
                color=WHITE,
                valign="top",
            ),
        )
    if video.title:
        above = (24, top - 2, 590, top + 34)
        children.insert(1, text(above, noisy(app, video.title), rid=app.ids("title"), color=WHITE, bold=True))
        top += 36
    badge = _BADGES.get(video.kind)
    if badge is not None:
        children.append(
            text(
                (24, top - 94, 160, top - 56),
                badge,
                size=22,
                color=WHITE,
                align="center",
                background="#3a3a3c",
                radius=6,
            )
        )
    return box((0, top - 100, 600, 1480), *children, cls=RELATIVE, rid=app.ids("words"))
