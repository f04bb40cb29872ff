"""Android's own prompts for what the app may use."""

from runner.virtual.apps.parts import SCREEN, WHITE, box, button, text
from runner.virtual.apps.shortvideo.dialogs import DIMMED, Answer
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.views import View, Window

_IDS = "com.android.permissioncontroller"


def contacts(app: Surroundings, answer: Answer) -> Window:
    return _prompt(
        answer,
        "Allow TikTok to access your contacts?",
        (("Allow", "permission_allow_button"), ("Don't allow", "permission_deny_button")),
    )


def _prompt(answer: Answer, question: str, choices: tuple[tuple[str, str], ...]) -> Window:
    buttons = [_choice(answer, 860 + 100 * n, words, name) for n, (words, name) in enumerate(choices)]
    message = text(
        (100, 700, 620, 830),
        question,
        rid=f"{_IDS}:id/permission_message",
        size=32,
        align="center",
    )
    panel = box((60, 660, 660, 880 + 100 * len(choices)), message, *buttons, background=WHITE, radius=32)
    activity = f"{_IDS}.permission.ui.GrantPermissionsActivity"
    return Window(_IDS, activity, box(SCREEN, panel, background=DIMMED))


def _choice(answer: Answer, top: int, words: str, name: str) -> View:
    return button((100, top, 620, top + 80), words, lambda: answer(words), rid=f"{_IDS}:id/{name}")
