"""The grid of an account's posts: cells that tell what they are and where they stand."""

from collections.abc import Callable, Sequence

from runner.virtual.apps.parts import BUTTON, LINEAR, WIDTH, Action, box, picture
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import ALBUM, REEL
from runner.virtual.apps.picturenet.world import Card
from runner.virtual.views import View

_COLUMNS, _WIDTH, _HEIGHT = 3, 242, 320


def post_grid(
    cards: Sequence[Card],
    name: str,
    area: tuple[int, int],
    first_row: int,
    open_card: Callable[[Card], None],
    *,
    capitals: bool = False,
) -> View:
    """Cells in three columns from `first_row` on, within the upper and lower edge `area`.

    `name` is the full name of the account. With `capitals` the cells say "Row" and "Column", as some builds do.
    """
    top, bottom = area
    rows: list[View] = []
    for n in range(first_row, -(-len(cards) // _COLUMNS)):
        y = top + (n - first_row) * _HEIGHT
        if y + 40 > bottom:
            break
        lower = min(y + _HEIGHT - 6, bottom)
        cells = [
            _cell(
                card,
                _words(card, name, n + 1, column + 1, capitals=capitals),
                (column * _WIDTH, y, min((column + 1) * _WIDTH - 6, WIDTH), lower),
                _opening(card, open_card),
            )
            for column, card in enumerate(cards[n * _COLUMNS : (n + 1) * _COLUMNS])
        ]
        row = box((0, y, WIDTH, lower), *cells, cls=LINEAR, rid=rid("media_set_row_content_identifier"))
        rows.append(row)
    bounds = (0, top, WIDTH, bottom)
    recycler = "androidx.recyclerview.widget.RecyclerView"
    return box(bounds, *rows, cls=recycler, rid="android:id/list", scrollable=True)


def _words(card: Card, name: str, row: int, column: int, *, capitals: bool) -> str:
    what = {REEL: "Reel", ALBUM: f"{card.pictures} photos"}.get(card.kind, "Photo")
    place = f"at Row {row}, Column {column}" if capitals else f"at row {row}, column {column}"
    return f"{what} by {name} {place}"


def _cell(card: Card, words: str, bounds: tuple[int, int, int, int], on_tap: Action) -> View:
    cell = picture(bounds, card.image, cls=BUTTON, rid=rid("image_button"), desc=words, on_tap=on_tap)
    # A finger that stays only peeks at the post, which is over when it leaves.
    cell.long_clickable, cell.on_long_tap = True, _peek
    return cell


def _peek() -> None:
    """Nothing is left of it."""


def _opening(card: Card, open_card: Callable[[Card], None]) -> Action:
    return lambda: open_card(card)
