"""Lists of tiles: what surely is new, what surely is not, and what nobody can tell."""

import pytest

from runner.flows.tiles import listed, prepended, unchanged

NEW, OLD, NEITHER = (True, False), (False, True), (False, False)


def tiles(*views, room=False):
    return listed(views, room=room)


def verdict(now, before):
    return prepended(now, before), unchanged(now, before)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        # there was room for one more: the number of tiles tells
        (tiles("12", "7", room=True), tiles("0", "12", "7", room=True), NEW),
        (tiles("12", "7", room=True), tiles("0", "12", "7"), NEW),
        (tiles("0", "0", room=True), tiles("0", "0", room=True), OLD),
        (tiles("12", "7", room=True), tiles("14", "8", room=True), OLD),
        (tiles("12", "7", room=True), tiles("0", "0", "12", "9", room=True), NEW),
        (tiles("12", "7", room=True), tiles("7", room=True), NEITHER),  # the first is gone
        (tiles("12", "7", room=True), tiles("0", "12", room=True), NEITHER),  # one came, one is gone
        (tiles("12", "7", room=True), tiles("0", "3", "7", room=True), NEITHER),  # one is not what it was
        # an account without posts
        (tiles(room=True), tiles("0", room=True), NEW),
        (tiles(room=True), tiles(room=True), OLD),
        (tiles(room=True), tiles("0", "12", "7", "4", room=True), NEITHER),  # the grid was late
        # the screen was full: the last tile makes room for the new one
        (tiles("12", "7", "3"), tiles("0", "12", "7"), NEW),
        (tiles("12", "7", "3"), tiles("12", "7", "3"), OLD),
        (tiles("12", "7", "3", "9"), tiles("0", "12", "8", "3"), NEW),
        (tiles("12", "7", "3", "9"), tiles("13", "7", "3", "9"), OLD),
        (tiles("0", "0", "0"), tiles("0", "0", "0"), NEITHER),
        (tiles("0", "5", "9"), tiles("0", "5", "9"), OLD),
        # every count has grown: a screen that looks altogether different is no new tile
        (tiles("12", "7", "3"), tiles("45", "46", "47"), NEITHER),
        (tiles("9", "8", "7", "6"), tiles("10", "9", "8", "7"), NEITHER),
        (tiles("12", "7", "3", "20"), tiles("0", "15", "9", "4"), NEW),
        # counts that are rounded, or written otherwise
        (tiles("1.2K", "9,999", "3"), tiles("1.2K", "10K", "3"), OLD),
        (tiles("1.2K", "9,999", "3"), tiles("0", "1.2K", "10K"), NEW),
        (tiles("1.2K", "1.2K", "1.2K"), tiles("1.2K", "1.2K", "1.2K"), NEITHER),
        (tiles("1,2 M", "340"), tiles("0", "1,3\u00a0M"), NEW),
        # tiles that say nothing: cut by a bar, or photos
        (tiles("12", "7", ""), tiles("0", "12", ""), NEW),
        (tiles("", "7", "3"), tiles("", "7", "3"), OLD),
        (tiles("", "", ""), tiles("0", "", ""), NEITHER),
        # old posts were deleted
        (tiles("5", "9", "2", "8", "1"), tiles("9", "2", "8", "1", "0"), NEITHER),
        (tiles("5", "9", "2", "8", "1"), tiles("5", "9", "8", "1", "0"), NEITHER),
        # other words than counts
        (tiles("harbour", "market"), tiles("harbour", "market"), OLD),
        (tiles("harbour", "market"), tiles("garden", "harbour"), NEW),
    ],
)
def test_a_new_first_tile(before, now, expected):
    assert verdict(now, before) == expected
