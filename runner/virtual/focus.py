"""Which field of the screen typed text goes to, and whether the keyboard shows for it."""

from runner.virtual.views import Bounds, View, Window


class TextFocus:
    """The focus of text: where a tap has put it, else where the app has."""

    def __init__(self) -> None:
        self._field: tuple[str, str, tuple[int, ...]] | None = None
        self._closed_on: Bounds | None = None

    def field(self, windows: list[Window]) -> View | None:
        """The field that typed text goes to."""
        views = (view for window in windows for view in window.root.walk())
        return next((view for view in views if view.focused and view.on_text), None)

    def put(self, windows: list[Window], wanted: View) -> None:
        """Let typed text go to an editable view of these windows; the keyboard comes."""
        self._closed_on = None
        for window in windows:
            for path, view in _paths(window.root):
                if view is wanted:
                    self._field = (window.activity, view.rid, path)

    def mark(self, windows: list[Window]) -> None:
        """Put the focus where the last tap put it, unless that field is gone: then it is the app's choice."""
        if self._field is None:
            return
        activity, rid, path = self._field
        for window in windows:
            for place, view in _paths(window.root):
                is_same = place == path or (rid and view.rid == rid)
                if window.activity == activity and view.on_text and is_same:
                    for other in window.root.walk():
                        other.focused = other is view
                    return
        self._field = None

    def close_keyboard(self, field: View) -> None:
        """A person has closed it, for this field."""
        self._closed_on = field.bounds

    def wants_keyboard(self, field: View) -> bool:
        return self._closed_on != field.bounds


def _paths(root: View, above: tuple[int, ...] = ()) -> "list[tuple[tuple[int, ...], View]]":
    """Every view of a window with its place: the index among its siblings, for each level."""
    found = [(above, root)]
    for index, child in enumerate(root.children):
        found.extend(_paths(child, (*above, index)))
    return found
