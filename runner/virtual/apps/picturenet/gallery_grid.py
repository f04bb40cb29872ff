"""The cells of the gallery, the list of albums, and the strip that names where a post goes."""

from collections.abc import Callable, Sequence

from runner.virtual.apps.app import MediaFile
from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    INK,
    LINEAR,
    PALE,
    WHITE,
    WIDTH,
    Action,
    box,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.views import View

DESTINATIONS = (("cam_dest_feed", "POST"), ("cam_dest_story", "STORY"), ("cam_dest_clips", "REEL"))
STRIP_TOP = 1480
RECENTS = "Recents"

_COLUMNS = 3


def cells(
    files: Sequence[MediaFile],
    chosen: Sequence[str],
    area: tuple[int, int],
    choose: Callable[[MediaFile], None],
    open_camera: Action,
) -> View:
    """The camera first, then the files, newest first. `chosen` are the URIs of the selected ones, in order."""
    top, bottom = area
    side = WIDTH // _COLUMNS
    shown: list[View] = [_camera((3, top + 3, side - 3, top + side - 3), open_camera)]
    for n, file in enumerate(files, start=1):
        left, upper = (n % _COLUMNS) * side, top + (n // _COLUMNS) * side
        if upper + side > bottom:
            break
        bounds = (left + 3, upper + 3, left + side - 3, upper + side - 3)
        shown += _cell(file, chosen, bounds, choose)
    grid = box(
        (0, top, WIDTH, bottom), *shown, cls="android.widget.GridView", rid=rid("gallery_recycler_view")
    )
    return box((0, top, WIDTH, bottom), grid, rid=rid("gallery_grid_container"))


def _camera(bounds: tuple[int, int, int, int], open_camera: Action) -> View:
    symbol = icon(bounds, "dot", rid=rid("gallery_grid_camera_item_icon"), desc="Camera", background=PALE)
    return box(bounds, symbol, cls=BUTTON, desc="Open camera", on_tap=open_camera)


def _cell(
    file: MediaFile,
    chosen: Sequence[str],
    bounds: tuple[int, int, int, int],
    choose: Callable[[MediaFile], None],
) -> list[View]:
    film = file.mime_type.startswith("video/")
    words = f"{'Video' if film else 'Photo'} thumbnail created on {_moment(file)}"
    if file.uri in chosen:
        number = chosen.index(file.uri) + 1
        words = f"Selected media number {number} {words}" if len(chosen) > 1 else f"Selected {words}"
    else:
        words = f"Unselected {words}"

    def tap() -> None:
        choose(file)

    thumbnail = picture(
        bounds, f"file/{file.uri}", cls=BUTTON, rid=rid("gallery_grid_item_thumbnail"), desc=words, on_tap=tap
    )
    left, _, right, bottom = bounds
    views = [thumbnail]
    if film:
        label = text(
            (right - 90, bottom - 40, right - 8, bottom - 6), "0:12", size=22, color=WHITE, align="right"
        )
        label.rid = rid("gallery_grid_item_label")
        views.append(label)
    if file.uri in chosen:
        mark = icon((left + 8, bottom - 48, left + 48, bottom - 8), "check", size=30, color=WHITE)
        mark.rid = rid("gallery_grid_item_selection_overlay")
        views.append(mark)
    return views


def _moment(file: MediaFile) -> str:
    when = file.modified
    hour = when.hour % 12 or 12
    return f"{when:%B} {when.day}, {when.year} {hour}:{when:%M} {'AM' if when.hour < 12 else 'PM'}"


def albums(files: Sequence[MediaFile], choose: Callable[[str], None]) -> View:
    """Every directory that holds a picture or film, after all of them together."""
    names = [RECENTS, *sorted({file.folder for file in files})]

    def choosing(name: str) -> Action:
        return lambda: choose(name)

    lines = [
        text(
            (40, 220 + 90 * n, 680, 310 + 90 * n),
            name,
            cls=BUTTON,
            rid=rid("folder_name"),
            size=30,
            on_tap=choosing(name),
        )
        for n, name in enumerate(names[:13])
    ]
    title = text((40, 140, 680, 210), "Select album", size=32, bold=True, rid=rid("title_text_view"))
    return box((0, 120, WIDTH, 1460), title, *lines, cls=LINEAR, background=WHITE)


def destination_strip(chosen: str, choose: Callable[[str], None]) -> View:
    """POST, STORY and REEL at the foot."""

    def choosing(name: str) -> Action:
        return lambda: choose(name)

    names = []
    for n, (name, words) in enumerate(DESTINATIONS):
        bounds = (180 + 120 * n, STRIP_TOP + 10, 300 + 120 * n, STRIP_TOP + 90)
        view = text(
            bounds,
            words,
            rid=rid(name),
            size=26,
            bold=name == chosen,
            color=INK if name == chosen else GREY,
            align="center",
            selected=name == chosen,
            on_tap=choosing(name),
        )
        view.desc = words
        names.append(view)
    bounds = (0, STRIP_TOP, WIDTH, STRIP_TOP + 100)
    return box(bounds, *names, rid=rid("multi_destination_scroll_view"), background=WHITE)
