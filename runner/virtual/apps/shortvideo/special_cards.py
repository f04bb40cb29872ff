"""Cards of the feed that are not simply a video: what looks like a place to act on, and is none."""

from functools import partial

from runner.virtual.apps.parts import ACCENT, INK, PALE, WHITE, WIDTH, box, button, icon, picture, text
from runner.virtual.apps.shortvideo import relations
from runner.virtual.apps.shortvideo.chrome import BAR_TOP
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.apps.shortvideo.world import Video
from runner.virtual.views import View

SURVEY = "Is this video appropriate for TikTok?"
_ANSWERS = ("Yes", "No", "Yes but only for over 18's")
_FACES = 3


def survey(app: Surroundings, video: Video) -> list[View]:
    """A question over an ordinary card; the answer is kept, and the question stays."""

    def answer(words: str) -> None:
        app.state.answers.append({"screen": "survey", "answer": words, "at": app.now()})

    buttons = [
        button((56, 640 + 96 * n, 560, 720 + 96 * n), words, partial(answer, words), rid=app.ids("survey"))
        for n, words in enumerate(_ANSWERS)
    ]
    question = text((56, 560, 580, 630), SURVEY, color=WHITE, bold=True, rid=app.ids("survey_question"))
    return [question, *buttons]


def stories(app: Surroundings, video: Video) -> list[View]:
    """Faces of people who have a story, in place of a video."""
    title = text((60, 420, 660, 480), "Stories", size=36, color=WHITE, bold=True, align="center")
    faces = []
    for n in range(_FACES):
        name = _name(video, n)
        bounds = (40 + 220 * n, 560, 240 + 220 * n, 760)
        faces.append(
            picture(
                bounds,
                f"face/{name}",
                desc=f"{name}'s story",
                radius=100,
                on_tap=partial(app.go_profile, name),
            )
        )
        under = (40 + 220 * n, 770, 240 + 220 * n, 810)
        faces.append(text(under, name, size=22, color=WHITE, align="center"))
    return [title, *faces]


def people(app: Surroundings, video: Video) -> list[View]:
    """Accounts with Follow buttons, in place of a video."""
    title = text((60, 300, 660, 360), "People you may know", size=36, color=WHITE, bold=True, align="center")
    skip = text((60, 1180, 660, 1230), "Swipe up to skip", size=26, color=WHITE, align="center")
    return [title, *(_person(app, _name(video, n), 420 + 220 * n) for n in range(_FACES)), skip]


def _person(app: Surroundings, name: str, top: int) -> View:
    label = relations.follow_label(app, name)
    is_new = name not in app.state.relations
    children = [
        picture((60, top, 200, top + 140), f"face/{name}", radius=70, on_tap=partial(app.go_profile, name)),
        text((220, top + 20, 460, top + 70), name, color=WHITE, bold=True, rid=app.ids("person_name")),
        button(
            (470, top + 30, 660, top + 110),
            label,
            partial(relations.follow, app, name),
            rid=app.ids("person_follow"),
            background=ACCENT if is_new else PALE,
            color=WHITE if is_new else INK,
        ),
    ]
    return box((40, top, 680, top + 180), *children, rid=app.ids("person"))


def place(app: Surroundings, video: Video) -> list[View]:
    """A place above the author: a second part with the id of the author's name."""
    words = "The demo harbour"
    sign = icon((24, 1176, 64, 1216), "place", size=30, color=WHITE)
    return [sign, text((70, 1170, 400, 1222), words, rid=app.ids("title"), size=26, color=WHITE)]


def advertisement(app: Surroundings, words: str) -> View:
    """The button of an advertisement, above the author."""
    return button(
        (24, BAR_TOP - 350, 420, BAR_TOP - 286),
        words,
        lambda: app.device.toast("Advertisements lead nowhere in a rehearsal"),
        rid=app.ids("ad_button"),
        background="#3a3a3c",
        color=WHITE,
    )


def backdrop() -> View:
    return box((0, 0, WIDTH, BAR_TOP), cls="android.view.View", background=INK)


def _name(video: Video, place: int) -> str:
    return f"demo_user_{(int(video.id[-4:]) + place) % 60 + 1:02d}"
