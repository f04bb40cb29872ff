"""Pages of the app without a word that could be read."""

from runner.virtual.apps.parts import ACCENT, PALE, SCREEN, WHITE, box
from runner.virtual.apps.shortvideo.dialogs import DIMMED, Answer
from runner.virtual.apps.shortvideo.ids import CONTENT, PACKAGE
from runner.virtual.apps.shortvideo.screen import MAIN, Surroundings
from runner.virtual.views import Paint, View, Window

_GROUP = "android.view.ViewGroup"


def verification(app: Surroundings, _answer: Answer) -> Window:
    """A puzzle in a page of the web, over the whole screen."""
    return _web_page(app, "puzzle/slider")


def web_page(app: Surroundings, _answer: Answer) -> Window:
    """An offer in such a page."""
    return _web_page(app, "offer/page")


def _web_page(app: Surroundings, image: str) -> Window:
    page = View(SCREEN, cls="android.webkit.WebView", rid=app.ids("web"), paint=Paint(image=image))
    return Window(PACKAGE, MAIN, box(SCREEN, page, background=PALE))


def update(app: Surroundings, answer: Answer) -> Window:
    """A card in the middle that asks for an update in drawn letters, which accessibility does not tell."""
    card = box(
        (100, 380, 620, 1120),
        View(
            (180, 960, 540, 1060), cls=_GROUP, on_tap=lambda: answer("update"), paint=Paint(background=ACCENT)
        ),
        cls=_GROUP,
        background=WHITE,
        radius=24,
    )
    content = box(SCREEN, box(SCREEN, box(SCREEN, cls=_GROUP), card, cls=_GROUP), rid=CONTENT)
    return Window(PACKAGE, MAIN, box(SCREEN, content, background=DIMMED))
