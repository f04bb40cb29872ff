"""Following and unfollowing, on every page that offers it."""

import pytest

USER = "https://www.instagram.com/{}/"


def follows(app):
    return [(entry["user"], entry["state"]) for entry in app.memory()["follows"]]


def test_a_follow_button_is_marked_as_selected_while_it_says_follow(app, hand):
    hand.open_link(USER.format("demo_user_07"))
    button = hand.at("profile_header_follow_button")
    assert (button.text, button.selected, button.desc) == ("Follow", True, "Follow Demo User 07")

    hand.press("profile_header_follow_button")
    assert hand.at("profile_header_follow_button").text == "Following"
    assert follows(app) == [("demo_user_07", "following")]


def test_a_private_account_is_asked_and_shows_nothing(app, hand):
    hand.open_link(USER.format("private_demo"))
    assert hand.at("private_profile_empty_state") is not None and hand.at("image_button") is None

    hand.press("profile_header_follow_button")
    assert hand.at("profile_header_follow_button").text == "Requested"
    assert follows(app) == [("private_demo", "requested")]


def test_somebody_who_follows_is_followed_back(hand):
    hand.open_link(USER.format("fan_demo"))
    assert hand.at("profile_header_follow_button").text == "Follow back"


def test_an_account_that_does_not_exist_has_no_button(hand):
    hand.open_link(USER.format("missing_demo"))

    assert hand.see(textContains="isn't available") is not None
    assert hand.at("profile_header_follow_button") is None


def test_unfollowing_takes_a_sheet(app, hand):
    app.control("set_relation", {"user": "demo_user_07", "state": "following"})
    hand.open_link(USER.format("demo_user_07"))
    hand.press("profile_header_follow_button")
    assert app.memory()["unfollows"] == []
    hand.press("follow_sheet_unfollow_row")

    assert [entry["user"] for entry in app.memory()["unfollows"]] == ["demo_user_07"]
    assert hand.at("profile_header_follow_button").text == "Follow"


def test_back_closes_the_sheet_and_unfollows_nobody(app, hand):
    app.control("open_screen", {"screen": "follow_sheet"})
    assert app.back()
    assert hand.at("follow_sheet_unfollow_row") is None
    assert app.memory()["unfollows"] == []


def test_unfollowing_a_private_account_takes_a_dialog_after_the_sheet(app, hand):
    app.control("set_relation", {"user": "private_demo", "state": "following"})
    hand.open_link(USER.format("private_demo"))
    assert hand.at("image_button") is not None
    hand.press("profile_header_follow_button")
    hand.press("follow_sheet_unfollow_row")
    assert app.memory()["unfollows"] == []
    hand.press("primary_button")

    assert [entry["user"] for entry in app.memory()["unfollows"]] == ["private_demo"]


def test_suggestions_come_up_after_a_follow_and_are_others(app, hand):
    hand.open_link(USER.format("demo_user_07"))
    hand.press("profile_header_follow_button")
    decoy = hand.at("suggested_user_card_follow_button")
    assert decoy.text == "Follow" and not decoy.desc.endswith("demo_user_07")

    hand.press("suggested_user_card_follow_button")
    assert len(follows(app)) == 2


def test_followed_by_begins_like_the_state_and_is_none(hand):
    hand.open_link(USER.format("demo_user_07"))

    assert hand.at("profile_header_follow_context_text").text.startswith("Followed by")


@pytest.mark.parametrize(("result", "label"), [("ignored", "Follow"), ("requested", "Requested")])
def test_the_result_of_a_follow_can_be_ordered(app, hand, result, label):
    app.control("set_follow_result", {"result": result})
    hand.open_link(USER.format("demo_user_07"))
    hand.press("profile_header_follow_button")

    assert hand.at("profile_header_follow_button").text == label


def test_a_limit_shows_the_screen_that_blocks(app, hand):
    app.control("set_follow_result", {"result": "limited"})
    hand.open_link(USER.format("demo_user_07"))
    hand.press("profile_header_follow_button")

    assert hand.at("igds_alert_dialog_headline").text == "Try Again Later"
    assert follows(app) == []


def test_cells_of_others_tell_rows_in_capitals(hand):
    hand.open_link(USER.format("demo_user_07"))
    assert hand.at("image_button").desc.endswith("by Demo User 07 at Row 1, Column 1")
    hand.press("image_button")
    assert hand.see(descriptionContains="demo_user_07") is not None


def test_the_search_finds_the_handle_among_lookalikes(app, hand):
    hand.press("search_tab")
    hand.write("action_bar_search_edit_text", "demo_user_07")
    names = [
        hand.at("row_search_user_username", instance=n).text
        for n in range(hand.count(resourceIdMatches=".*row_search_user_username"))
    ]
    assert names.count("demo_user_07") == 1 and names[0] != "demo_user_07"

    hand.press("row_search_user_username", text="demo_user_07")
    assert hand.at("action_bar_title").text == "demo_user_07"
    assert [search["query"] for search in app.memory()["searches"]] == ["demo_user_07"]
    assert app.back()
    assert hand.at("action_bar_search_edit_text").text == "demo_user_07"


def test_a_search_without_results_says_so(app, hand):
    hand.press("search_tab")
    assert hand.at("image_button") is not None
    hand.press("action_bar_search_edit_text")
    hand.write("action_bar_search_edit_text", "missing_one")
    assert hand.at("row_search_user_username", text="missing_one") is None
    hand.write("action_bar_search_edit_text", "?")
    assert hand.see(text="No results found.") is not None
    assert app.back()
    assert hand.at("image_button") is not None
