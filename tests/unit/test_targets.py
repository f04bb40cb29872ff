"""Accounts and posts, in whatever way they are written."""

import pytest

from runner import targets

SAME_POSTS = [
    (
        "https://www.tiktok.com/@brand.se/video/7300000000000000001",
        "https://tiktok.com/@Brand.SE/video/7300000000000000001/",
        "https://www.tiktok.com/@brand.se/photo/7300000000000000001",
        "https://m.tiktok.com/@brand.se/video/7300000000000000001?_r=1&_t=8abc",
        "https://WWW.TikTok.com/@brand.se/video/7300000000000000001?is_from_webapp=1&sender_device=pc#top",
        " https://www.tiktok.com/@brand.se/video/7300000000000000001 ",
    ),
    (
        "https://m.tiktok.com/v/7300000000000000001.html",
        "https://m.tiktok.com/v/7300000000000000001.html?u_code=0&preview_pb=0",
    ),
    (
        "https://vm.tiktok.com/ZMabc123",
        "https://vm.tiktok.com/ZMabc123/",
        "https://vm.tiktok.com/ZMabc123?k=1",
    ),
    ("https://vt.tiktok.com/ZSabc123", "https://vt.tiktok.com/ZSabc123/"),
    (
        "https://www.tiktok.com/t/ZTabc123",
        "https://tiktok.com/t/ZTabc123/?k=1",
        "https://m.tiktok.com/t/ZTabc123",
    ),
    (
        "https://www.instagram.com/p/CabC_-1",
        "https://instagram.com/p/CabC_-1/",
        "https://www.instagram.com/reel/CabC_-1/?igsh=MzRlODBiNWFlZA==",
        "https://www.instagram.com/reels/CabC_-1/",
        "https://www.instagram.com/tv/CabC_-1",
        "https://www.instagram.com/brand.se/reel/CabC_-1/",
        "https://www.instagram.com/brand.se/p/CabC_-1/",
        "https://m.instagram.com/p/CabC_-1/?utm_source=ig_web_copy_link",
        "https://instagr.am/p/CabC_-1/",
        "https://www.instagr.am/reel/CabC_-1",
    ),
    ("https://www.instagram.com/share/reel/BAbc_1", "https://www.instagram.com/share/reel/BAbc_1/?igsh=x"),
    ("https://www.instagram.com/share/BAbc_1", "https://instagram.com/share/BAbc_1/"),
]


@pytest.mark.parametrize("same", SAME_POSTS, ids=lambda same: same[0])
def test_a_post_has_one_normal_form(same: tuple[str, ...]) -> None:
    assert {targets.post(text) for text in same} == {same[0]}
    assert {targets.kind_of_address(text) for text in same} == {targets.Address.POST}


def test_different_posts_stay_different() -> None:
    assert len({targets.post(same[0]) for same in SAME_POSTS}) == len(SAME_POSTS)
    assert targets.post("https://www.instagram.com/p/CABC") != targets.post(
        "https://www.instagram.com/p/CabC"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://www.tiktok.com/@brand_se", "account"),
        ("https://www.instagram.com/brand_se/?igsh=x", "account"),
        ("https://www.tiktok.com/embed/v2/7300000000000000001", "unknown"),
        ("https://www.instagram.com/stories/brand_se/7300000000000000001/", "unknown"),
        ("https://lite.tiktok.com/t/ZTabc123/", "unknown"),
        ("https://www.tiktok.com/@brand_se/video/abc", "unknown"),
        ("http://vm.tiktok.com/ZMabc123/", "other"),
        ("vm.tiktok.com/ZMabc123/", "other"),
        ("https://www.tiktok.com.evil.example/@a/video/1", "other"),
        ("https://eviltiktok.com/@a/video/1", "other"),
        ("https://user@www.tiktok.com/@a/video/1", "other"),
        ("https://www.tiktok.com:99999999/@a/video/1", "other"),
        ("https://[www.tiktok.com/@a/video/1", "other"),
        ("https://youtu.be/abc", "other"),
        ("lovely", "other"),
        ("", "other"),
    ],
)
def test_what_is_no_address_of_a_post_stays_as_it_is(text: str, kind: str) -> None:
    assert targets.kind_of_address(text) == kind
    assert targets.post(text) == text


@pytest.mark.parametrize("text", ["@Brand_SE", "brand_se", " @@brand_se "])
def test_an_account_has_one_normal_form(text: str) -> None:
    assert targets.account(text) == "@brand_se"


def test_both_are_normal_already() -> None:
    for same in SAME_POSTS:
        for text in same:
            assert targets.post(targets.post(text)) == targets.post(text)
    assert targets.account(targets.account("A")) == "@a"


@pytest.mark.parametrize(
    ("target", "app"),
    [
        ("https://www.tiktok.com/@brand_se/video/7300000000000000001", "tiktok"),
        ("https://vm.tiktok.com/ZMabc123/", "tiktok"),
        ("https://www.instagram.com/reel/CxAbc123/", "instagram"),
        ("https://instagr.am/p/CxAbc123", "instagram"),
        ("https://www.instagram.com/stories/brand_se/73/", "instagram"),
        ("https://www.tiktok.com.evil.example/@a/video/1", None),
        ("https://eviltiktok.com/@a/video/1", None),
        ("@brand_se", None),
        (None, None),
    ],
)
def test_an_address_tells_its_app(target: str | None, app: str | None) -> None:
    assert targets.app_of(target) == app
