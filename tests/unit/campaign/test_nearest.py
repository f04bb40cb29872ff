"""Which name was meant: probably, and without doubt."""

import pytest

from runner.campaign.nearest import only_answer

FOLLOW = ("target_users", "target_user", "access_method")
SCRIPTS = ("post", "follow", "unfollow", "comment", "account_warmup")


@pytest.mark.parametrize(
    ("written", "names", "meant"),
    [
        ("timezon", ("timezone", "version"), "timezone"),
        ("Captions", ("captions", "content_type"), "captions"),
        ("folow", SCRIPTS, "follow"),
        ("unfolow", SCRIPTS, "unfollow"),
        ("target_username", FOLLOW, "target_user"),
        ("follow_probable", ("like_probable", "floow_probable"), "floow_probable"),
    ],
)
def test_a_slip_of_the_pen_has_one_answer(written: str, names: tuple[str, ...], meant: str) -> None:
    assert only_answer(written, names) == meant


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("color", ("captions", "content_type")),
        ("target_userz", FOLLOW),
        ("nfollow", SCRIPTS),
        ("studio-2", ("studio-1",)),
        ("studio2", ("studio",)),
        ("target_username", ("target_users",)),
        ("anything", ()),
    ],
)
def test_where_there_may_be_a_doubt_there_is_no_answer(written: str, names: tuple[str, ...]) -> None:
    assert only_answer(written, names) is None
