"""`devices.yaml` beside campaigns: it is kept with them, a change of it takes effect, and a mistake does no harm."""

from campaign_place import Place, campaign

DEVICES = """\
version: 1
devices:
  shelf_1: {serial: R58M123ABC, tags: [studio]}
  shelf_2: {serial: R59M123ABC}
"""
TAGGED = campaign("autumn").replace("studio: [R58M123ABC]", "studio: {match: {tag: studio}}")


def phones(place: Place) -> tuple[str, ...]:
    (entry,) = place.daemon.campaigns[0].entries
    return entry.devices


def test_a_file_of_phones_is_no_campaign(place: Place) -> None:
    place.write("autumn.yaml", TAGGED)
    place.write("devices.yaml", DEVICES)
    assert place.load().problems == ()
    assert [one.name for one in place.daemon.campaigns] == ["autumn"]
    assert phones(place) == ("R58M123ABC",)


def test_a_phone_that_gets_a_tag_is_a_change_of_the_campaigns_that_ask_for_it(place: Place) -> None:
    place.write("autumn.yaml", TAGGED)
    place.write("winter.yaml", campaign("winter"))
    place.write("devices.yaml", DEVICES)
    place.load()
    place.write("devices.yaml", DEVICES.replace("R59M123ABC}", "R59M123ABC, tags: [studio]}"))

    changes = place.load().changes

    assert [(one.campaign, one.entry, one.what) for one in changes] == [("autumn", "greet", "changed")]
    assert phones(place) == ("R58M123ABC", "R59M123ABC")


def test_a_wrong_file_leaves_the_good_one_in_force_over_restarts(place: Place) -> None:
    place.write("autumn.yaml", TAGGED)
    file = place.write("devices.yaml", DEVICES)
    place.load()
    file.write_text(DEVICES.replace("tags", "tigs"))

    for _ in range(2):
        (change,) = place.load().changes
        assert (change.campaign, change.what) == ("autumn", "invalid")
        assert f"{file}:3:33: error: unknown key `tigs`" in change.detail
        assert phones(place) == ("R58M123ABC",)
        place.restart()

    file.unlink()
    assert [one.what for one in place.load().changes] == ["invalid"]
    assert phones(place) == ("R58M123ABC",)
    file.write_text(DEVICES)
    assert [one.what for one in place.load().changes] == ["mended"]
