"""Whose a name is: campaigns and files that are renamed, and files that claim one name."""

from campaign_place import Place, campaign, told


def test_a_second_file_of_one_name_is_the_newcomer(place: Place) -> None:
    """The copy sorts first, and is right by itself; who was there before stays in force."""
    place.write("autumn.yaml", campaign("autumn"))
    place.load()
    copy = place.write("a-copy.yaml", campaign("autumn", at="10:00"))

    for _ in range(2):
        reload = place.load()
        assert [change.what for change in reload.changes] == ["invalid"]
        assert str(copy) in reload.changes[0].detail
        assert "is the campaign of" in reload.changes[0].detail
        assert "newcomer" in reload.changes[0].detail
        assert place.times() == {"autumn": ["09:00"]}
        assert [(file.path, file.campaign) for file in place.invalid()] == [(str(copy), None)]
        place.restart()

    (place.folder / "autumn.yaml").unlink()
    assert ("autumn", "greet", "moved") in told(place.load())
    assert place.times() == {"autumn": ["10:00"]}


def test_a_newcomer_does_not_take_the_name_of_a_campaign_whose_file_is_wrong(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    file.write_text("\t")
    place.write("a-copy.yaml", campaign("autumn", at="10:00"))

    place.load()

    assert place.times() == {"autumn": ["09:00"]}


def test_of_two_new_files_of_one_name_neither_is_in_force(place: Place) -> None:
    place.write("one.yaml", campaign("autumn"))
    place.write("two.yaml", campaign("autumn", at="10:00"))

    reload = place.load()

    assert [problem.code for problem in reload.problems] == ["duplicate-name"] * 2
    assert place.times() == {}

    place.write("two.yaml", campaign("winter", at="10:00"))
    place.load()
    assert place.times() == {"autumn": ["09:00"], "winter": ["10:00"]}


def test_renaming_a_file_changes_nothing(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    schedules = place.ledger.campaigns.schedules()
    file.rename(place.folder / "renamed.yaml")

    reload = place.load()

    assert reload.changes == ()
    assert place.times() == {"autumn": ["09:00"]}
    assert place.row("autumn").path == str(place.folder / "renamed.yaml")
    assert place.ledger.campaigns.schedules() == schedules


def test_a_renamed_campaign_carries_its_history(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    first_seen = place.ledger.campaigns.schedules("autumn")[0].first_seen_utc
    file.write_text(campaign("winter", more="formerly: [autumn]"))

    reload = place.load()

    assert [(change.what, change.detail) for change in reload.changes] == [
        ("renamed", "it was called autumn")
    ]
    assert place.times() == {"winter": ["09:00"]}
    assert [one.first_seen_utc for one in place.ledger.campaigns.schedules("winter")] == [first_seen]
    assert place.row("autumn").withdrawn_utc is not None
    assert place.load().changes == ()


def test_a_renamed_copy_beside_its_original_waits(place: Place) -> None:
    original = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    place.write("a-winter.yaml", campaign("winter", at="10:00", more="formerly: [autumn]"))

    reload = place.load()

    assert told(reload) == [("winter", None, "invalid")]
    assert "`autumn` belongs to another campaign" in reload.changes[0].detail
    assert place.times() == {"autumn": ["09:00"]}

    original.unlink()
    assert told(place.load()) == [
        ("winter", None, "renamed"),
        ("winter", "greet", "moved"),
        ("winter", None, "mended"),
    ]


def test_the_old_file_of_a_renamed_campaign_is_a_newcomer_when_it_comes_back(place: Place) -> None:
    file = place.write("autumn.yaml", campaign("autumn"))
    place.load()
    file.rename(place.folder / "winter.yaml")
    place.write("winter.yaml", campaign("winter", more="formerly: [autumn]"))
    place.load()
    place.write("autumn.yaml", campaign("autumn"))

    reload = place.load()

    assert told(reload) == [("autumn", None, "invalid")]
    assert "carries its history" in reload.changes[0].detail
    assert place.times() == {"winter": ["09:00"]}
