"""`accounts.yaml` beside campaigns: it is kept with them, and a mistake in it does no harm."""

from campaign_place import Place, campaign

ACCOUNTS = """\
version: 1
accounts:
  brand_se: {app: tiktok, device: R58M123ABC}
"""
BRAND = (
    campaign("autumn")
    .replace("devices: studio", "devices: brand_se")
    .replace("devices:\n  studio: [R58M123ABC]\n", "")
)


def phones(place: Place) -> list[tuple[str, str | None]]:
    (entry,) = place.daemon.campaigns[0].entries
    return [(one.identity, one.device) for one in entry.accounts]


def test_a_file_of_accounts_is_no_campaign(place: Place) -> None:
    place.write("autumn.yaml", BRAND)
    place.write("accounts.yaml", ACCOUNTS)
    assert place.load().problems == ()
    assert [one.name for one in place.daemon.campaigns] == ["autumn"]
    assert phones(place) == [("tiktok:@brand_se", "R58M123ABC")]


def test_an_account_that_moves_is_a_change_of_the_campaigns_that_name_it(place: Place) -> None:
    place.write("autumn.yaml", BRAND)
    place.write("winter.yaml", campaign("winter"))
    place.write("accounts.yaml", ACCOUNTS)
    place.load()
    place.write("accounts.yaml", ACCOUNTS.replace("R58M123ABC", "R59M123ABC"))

    changes = place.load().changes

    assert [(one.campaign, one.entry, one.what) for one in changes] == [("autumn", "greet", "changed")]
    assert "tiktok:@brand_se on R59M123ABC" in changes[0].detail
    assert phones(place) == [("tiktok:@brand_se", "R59M123ABC")]


def test_a_wrong_file_leaves_the_good_one_in_force_over_restarts(place: Place) -> None:
    place.write("autumn.yaml", BRAND)
    file = place.write("accounts.yaml", ACCOUNTS)
    place.load()
    file.write_text(ACCOUNTS.replace("device", "devise"))

    for _ in range(2):
        (change,) = place.load().changes
        assert (change.campaign, change.what) == ("autumn", "invalid")
        assert f"{file}:3:27: error: unknown key `devise`" in change.detail
        assert phones(place) == [("tiktok:@brand_se", "R58M123ABC")]
        place.restart()

    file.unlink()
    assert [one.what for one in place.load().changes] == ["invalid"]
    assert phones(place) == [("tiktok:@brand_se", "R58M123ABC")]
    file.write_text(ACCOUNTS)
    assert [one.what for one in place.load().changes] == ["mended"]


def test_accounts_that_come_later_mend_a_campaign(place: Place) -> None:
    place.write("winter.yaml", campaign("winter"))
    place.write("autumn.yaml", BRAND)
    place.load()
    assert [one.name for one in place.daemon.campaigns] == ["winter"]
    place.write("accounts.yaml", ACCOUNTS)
    place.load()
    assert [one.name for one in place.daemon.campaigns] == ["autumn", "winter"]
