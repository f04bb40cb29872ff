"""Screens that come in between and hide everything until they are answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runner.virtual.apps.parts import INK, PALE, WHITE, Action, box, button, text
from runner.virtual.apps.picturenet.chrome import BLUE, page
from runner.virtual.apps.picturenet.ids import PACKAGE, rid
from runner.virtual.apps.picturenet.panels import Choice, dialog
from runner.virtual.apps.picturenet.screen import MAIN
from runner.virtual.views import View, Window

Answer = Callable[[str], None]
"""Called with the words of the button that was tapped."""

BACK = "back"


@dataclass(frozen=True, slots=True)
class Kind:
    """An interrupting screen: how it looks, and where its answers lead.

    `leads_to` maps an answer, or BACK for the back key, to the name of the screen that comes next, empty for the
    end; an answer that is not in it changes nothing.
    """

    window: Callable[[Answer], Window]
    leads_to: Mapping[str, str]
    back_leaves_app: bool = False


def ends(*answers: str) -> Mapping[str, str]:
    """These answers end the screen."""
    return dict.fromkeys(answers, "")


def answering(answer: Answer, words: str) -> Action:
    return lambda: answer(words)


def question(
    answer: Answer, title: str, words: str, choices: Mapping[str, str], activity: str = MAIN
) -> Window:
    """A dialog; `choices` are the words of its buttons with the last parts of their ids."""
    shown = [Choice(one, answering(answer, one), name) for one, name in choices.items()]
    return Window(PACKAGE, activity, page(dialog(title, words, shown)))


def headline_page(
    answer: Answer, title: str, words: str, choices: Mapping[str, str], activity: str = MAIN
) -> Window:
    """A whole page with a headline; its buttons stand at the foot."""
    head = text(
        (60, 260, 660, 380), title, rid=rid("igds_headline_headline"), size=40, bold=True, align="center"
    )
    body = text((60, 400, 660, 560), words, rid=rid("igds_headline_body"), size=28, align="center")
    top = 1500 - 110 * len(choices)
    buttons = [
        choice_button(
            (40, top + 110 * n, 680, top + 96 + 110 * n), one, answering(answer, one), name, strong=n == 0
        )
        for n, (one, name) in enumerate(choices.items())
    ]
    return Window(PACKAGE, activity, page(head, body, *buttons))


def choice_button(
    bounds: tuple[int, int, int, int], words: str, on_tap: Action, name: str = "", *, strong: bool = False
) -> View:
    """A button that tells its words as its description too."""
    return button(
        bounds,
        words,
        on_tap,
        rid=rid(name) if name else "",
        desc=words,
        background=BLUE if strong else PALE,
        color=WHITE if strong else INK,
    )


def permission(
    answer: Answer,
    message: str,
    choices: Mapping[str, str],
    package: str = "com.android.permissioncontroller",
) -> Window:
    """The system's prompt; its ids are the same whatever the package is called."""
    prefix = "com.android.permissioncontroller:id/"
    told = text((100, 640, 620, 800), message, rid=prefix + "permission_message", size=32, align="center")
    buttons = [
        button((100, 830 + 100 * n, 620, 916 + 100 * n), words, answering(answer, words), rid=prefix + name)
        for n, (words, name) in enumerate(choices.items())
    ]
    panel = box(
        (60, 600, 660, 860 + 100 * len(choices)),
        told,
        *buttons,
        rid=prefix + "grant_dialog",
        background=WHITE,
        radius=32,
    )
    root = box((0, 0, 720, 1600), panel, background="#4a4a4e")
    return Window(package, "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity", root)
