"""The picture network as a whole phone shows it: its files, its keyboard, its intents."""

import asyncio

import pytest
from small_apps import Unplugged
from uiautomator2 import Selector

from runner.virtual.phone import Phone
from runner.virtual.shell import Shell

PACKAGE = "com.instagram.android"
SHARE = f"{PACKAGE}/com.instagram.share.handleractivity.ShareHandlerActivity"
CAMERA = "/sdcard/DCIM/Camera"


class Silence:
    """A sink for what a command prints."""

    async def write(self, descriptor: int, data: bytes) -> None:
        """Nobody reads it."""


@pytest.fixture
def phone() -> Phone:
    made = Phone("UNIT01")
    made.link = Unplugged()
    made.files.make_folder(CAMERA, parents=True)
    for name, second in (("b.jpg", 300), ("a.mp4", 100), ("c.png", 200), ("words.txt", 400)):
        made.files.write(f"{CAMERA}/{name}", name.encode())
        made.files.touch(f"{CAMERA}/{name}", second)
        made.media.scan(f"{CAMERA}/{name}")
    return made


def run(phone: Phone, line: str) -> None:
    """Carry out a command while the event loop runs that uploads need."""

    async def run_it() -> None:
        await Shell(phone, Silence()).run(line)

    asyncio.run(run_it())


def tap(phone: Phone, name: str) -> None:
    view = phone.find(Selector(resourceId=f"{PACKAGE}:id/{name}"))
    assert view is not None, f"{name} is not on the screen"
    left, top, right, bottom = view.bounds
    phone.tap((left + right) / 2, (top + bottom) / 2)


def test_a_gallery_gets_pictures_and_films_the_newest_first(phone: Phone) -> None:
    files = phone.media_files()

    assert [file.mime_type for file in files] == ["image/jpeg", "image/png", "video/mp4"]
    assert {file.folder for file in files} == {"Camera"}
    assert files[0].modified.timestamp() == 300
    contents = [phone.content(file.uri) for file in files]
    assert [body.data if body else None for body in contents] == [b"b.jpg", b"c.png", b"a.mp4"]


def test_ok_closes_the_keyboard_that_the_caption_has_opened(phone: Phone) -> None:
    uri = "content://media/external/video/media/13"
    run(
        phone,
        f"am start -a com.instagram.share.ADD_TO_FEED -t video/mp4 --eu android.intent.extra.STREAM {uri} -n {SHARE}",
    )
    tap(phone, "clips_right_action_button")
    assert not phone.keyboard_shown
    tap(phone, "caption_input_text_view")
    assert phone.keyboard_shown
    assert phone.type_text("words")
    tap(phone, "action_bar_button_text")

    assert not phone.keyboard_shown and phone.focused is None


def test_several_files_are_shared_as_a_list_of_texts(phone: Phone) -> None:
    uris = ",".join(file.uri for file in phone.media_files()[:2])
    run(
        phone,
        "am start -a android.intent.action.SEND_MULTIPLE -t 'image/*' "
        f"--esal android.intent.extra.STREAM {uris} -p {PACKAGE}",
    )

    tap(phone, "creation_next_button")
    assert phone.windows[0].package == PACKAGE
