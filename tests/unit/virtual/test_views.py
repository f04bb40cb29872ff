from runner.virtual.views import View, Window, hit, hit_window


def nothing() -> None:
    pass


def test_a_tap_reaches_the_deepest_view_that_takes_taps():
    label = View((10, 10, 50, 50), text="Follow")
    row = View((0, 0, 100, 100), clickable=True, on_tap=nothing, children=[label])
    root = View((0, 0, 200, 200), children=[row])

    assert hit(root, 20, 20) is row


def test_the_view_drawn_last_gets_the_tap():
    below = View((0, 0, 100, 100), clickable=True)
    above = View((50, 50, 100, 100), clickable=True)
    root = View((0, 0, 200, 200), children=[below, above])

    assert hit(root, 60, 60) is above
    assert hit(root, 40, 40) is below


def test_a_tap_falls_through_a_view_that_takes_none():
    button = View((0, 0, 100, 100), on_tap=nothing)
    picture = View((0, 0, 100, 100))
    root = View((0, 0, 200, 200), children=[button, picture])

    assert hit(root, 5, 5) is button


def test_right_and_bottom_edges_belong_to_the_neighbour():
    left = View((0, 0, 100, 100), clickable=True)
    right = View((100, 0, 200, 100), clickable=True)
    root = View((0, 0, 200, 100), children=[left, right])

    assert hit(root, 99, 50) is left
    assert hit(root, 100, 50) is right
    assert hit(root, 200, 50) is None


def test_a_window_in_front_hides_what_is_behind_it():
    badge = Window("app", "A", View((0, 0, 50, 50)))
    button = View((0, 0, 100, 100), clickable=True)
    page = Window("app", "A", View((0, 0, 100, 100), children=[button]))

    assert hit_window([badge, page], 25, 25) is None
    assert hit_window([badge, page], 75, 75) is button


def test_an_empty_field_tells_its_hint_and_a_password_its_dots():
    assert View((0, 0, 1, 1), hint="Add description").shown_text == "Add description"
    assert View((0, 0, 1, 1), text="words", hint="Add description").shown_text == "words"
    assert View((0, 0, 1, 1), text="abc", password=True).shown_text == "\N{BULLET}" * 3
