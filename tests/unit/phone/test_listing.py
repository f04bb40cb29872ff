"""What is read from adb's lists; the lines are as adb 36 prints them."""

from runner.phone.listing import Row, parse

SHORT = """\
R58M123ABC\tdevice
adb-R58M123ABC-Z3uXXq (3)._adb-tls-connect._tcp\toffline
????????????\tno permissions (user in plugdev group; udev rules wrong?); see [a.b]
R58\tunauthorized
"""
LONG = """\
R58M123ABC             device usb:1-1 product:x model:Pixel_8 device:y transport_id:4
adb-R58M123ABC-Z3uXXq (3)._adb-tls-connect._tcp offline transport_id:12
????????????           no permissions (user in plugdev group; udev rules wrong?); see [a.b] usb:1-2 transport_id:5
R58                    unauthorized usb:1-3 transport_id:6
"""


def test_names_and_states_may_hold_blanks() -> None:
    assert parse(SHORT, LONG) == [
        Row("R58M123ABC", "device", "", "4"),
        Row("adb-R58M123ABC-Z3uXXq (3)._adb-tls-connect._tcp", "offline", "", "12"),
        Row(
            "????????????",
            "no permissions",
            "(user in plugdev group; udev rules wrong?); see [a.b]",
            "5",
        ),
        Row("R58", "unauthorized", "", "6"),
    ]


def test_phones_of_one_name_have_ids_of_their_own() -> None:
    long = "A  device usb:1-1 transport_id:1\nA  device usb:1-2 transport_id:2\n"
    assert [row.transport_id for row in parse("A\tdevice\nA\tdevice\n", long)] == ["1", "2"]


def test_the_short_list_is_enough() -> None:
    assert parse("A\tdevice\n\n", "B  device transport_id:1\n") == [Row("A", "device")]
    assert parse("") == []
