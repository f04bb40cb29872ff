"""Looks at a phone's screen: waits for elements, declines dialogs, stops where a person is needed."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from runner.clock import Clock
from runner.errors import ElementMissing, NeedsPerson, Stopped, TaskError
from runner.flows.app_view import AppView, Dialog
from runner.flows.conditions import Condition
from runner.flows.durations import seconds
from runner.flows.elements import ElementRef, spoken, variables_of
from runner.flows.matching import has_room
from runner.flows.templates import fill, names_in
from runner.flows.tiles import listed
from runner.flows.touching import Finger, TouchPlace
from runner.phone.driver import Driver
from runner.phone.screen import Element, Screen, focused_field

T = TypeVar("T")

POLL_S = 0.2
OPAQUE_S = 8.0
"""How long the app may be shown without a word before the back key is tried, once; half as long after that it counts
as a screen that only a person may pass."""

NOT_READ = "(not read)"
"""What people read in place of a value that could not be read."""

SYSTEM_UI = "com.android.systemui"

DISMISSALS = 5
"""How many dialogs are declined in a row; more of them are one that comes back."""


class Watch(ABC):
    """What an attempt sees of one app on one phone.

    `variables` are what `${name}` stands for, without those that could not be read. The deadline, in the clock's
    monotonic seconds, cuts every wait short, and so does a request to stop: before an input that loses nothing.
    """

    def __init__(
        self,
        app: AppView,
        phone: Driver,
        variables: dict[str, str],
        clock: Clock,
        deadline: float,
    ) -> None:
        self.app = app
        self.phone = phone
        self.finger = Finger(phone, clock)
        self.variables = variables
        self._clock = clock
        self._deadline = deadline
        self._seen: Screen | None = None
        self._never = threading.Event()

    @abstractmethod
    def _may_stop(self) -> bool:
        """Whether a wait may end at once, because somebody asks for a stop."""

    def fill(self, text: str) -> str:
        """The text with its variables filled in. Raises TaskError if one of them could not be read."""
        filled = self.known(text)
        if filled is None:
            raise TaskError(
                f"{self.phone.serial}: what the step needs could not be read: {self.text_for_people(text)}"
            )
        return filled

    def known(self, text: str) -> str | None:
        """The text with its variables filled in; None if one of them could not be read."""
        is_known = all(name in self.variables for name in names_in(text))
        return fill(text, self.variables) if is_known else None

    def text_for_people(self, text: str) -> str:
        """The text for messages, with the values of its variables; as it is written, if it cannot be computed."""
        try:
            return fill(text, dict.fromkeys(names_in(text), NOT_READ) | self.variables)
        except TaskError:
            return text

    def is_true(self, condition: Condition) -> bool:
        """Whether a condition is true of the present screen."""
        return self.holds(condition, self.read_screen())

    def seconds(self, text: str) -> float:
        return seconds(self.fill(text))

    def holds(self, condition: Condition, screen: Screen) -> bool:
        return condition.holds(lambda element: self._shown(element, screen), self.known)

    def _shown(self, element: ElementRef, screen: Screen) -> bool | None:
        """Whether an element is shown; None if a value that describes it could not be read."""
        if any(name not in self.variables for name in variables_of(element)):
            return None
        return self.find(element, screen) is not None

    def find(self, element: ElementRef, screen: Screen) -> Element | None:
        """The first such element on the screen."""
        return next(iter(self.find_all(element, screen)), None)

    def find_all(self, element: ElementRef, screen: Screen) -> list[Element]:
        """All such elements on the screen, in the order of the tree. Raises TaskError if a value that describes them
        could not be read."""
        if isinstance(element, str):
            return self.app.find_all(element, screen)
        for name in variables_of(element):
            self.fill(f"${{{name}}}")
        return self.app.search(element, screen)

    def spoken(self, element: ElementRef) -> str:
        """The element for messages, with the values of its variables."""
        return self.text_for_people(spoken(element))

    def pause(self, pause_s: float) -> None:
        self._clock.wait(self._never, pause_s)

    def read_screen(self) -> Screen:
        """The screen, after declining dialogs that may be declined. Raises NeedsPerson at a stop screen."""
        declined = ""
        for _ in range(DISMISSALS + 1):
            self._seen = screen = self.phone.screen()
            # Before the dialogs: nothing is tapped on a screen that only a person may pass.
            stop = self.app.stop_of(screen)
            if stop is not None:
                raise NeedsPerson(
                    f"{self.phone.serial}: {stop.message}",
                    hint="go on by hand on the phone, then release its hold",
                )
            dialog = self.app.dialog_of(screen)
            if dialog is None:
                return screen
            declined = dialog.name
            self._decline(dialog, screen)
        raise TaskError(f"{self.phone.serial}: the dialog {declined!r} comes back each time it is declined")

    def _decline(self, dialog: Dialog, screen: Screen) -> None:
        # A button of which nothing is visible cannot be tapped: the back key declines, too.
        point = self.app.point(dialog.button, screen) if dialog.button is not None else None
        if point is None:
            self.phone.press("back")
        else:
            self.phone.tap(*point)
        self.pause(POLL_S)
        if dialog.to_front:
            self.phone.launch(self.app.package, self.app.profile.launch_activity)

    def await_words(self, name: ElementRef, timeout_s: float) -> str:
        """What an element says, as soon as it is shown and says something. Raises ElementMissing."""

        def words(screen: Screen) -> str | None:
            element = self.find(name, screen)
            return element.words or None if element is not None else None

        return self._await(words, timeout_s, self.spoken(name))

    def await_place(self, name: ElementRef, timeout_s: float, *, still: bool = False) -> TouchPlace:
        """Where to tap an element, as soon as it is shown and, with `still`, no longer moves."""
        last: tuple[int, int] | None = None

        def found(screen: Screen) -> TouchPlace | None:
            nonlocal last
            element = self.find(name, screen)
            place = self._place(element, screen) if element is not None else None
            point = place[:2] if place is not None else None
            moved, last = last != point, point
            return None if still and moved else place

        return self._await(found, timeout_s, self.spoken(name))

    def await_places(self, name: ElementRef, count: int, timeout_s: float) -> list[TouchPlace]:
        """Where to tap the first `count` elements of a name, as soon as so many are shown and stay where they are."""
        last: list[tuple[int, int]] = []

        def found(screen: Screen) -> list[TouchPlace] | None:
            nonlocal last
            shown = (self._place(element, screen) for element in self.find_all(name, screen))
            places = [place for place in shown if place is not None][:count]
            points = [place[:2] for place in places]
            moved, last = last != points, points
            return None if moved or len(places) < count else places

        return self._await(found, timeout_s, f"{count} of {self.spoken(name)}")

    def _place(self, element: Element, screen: Screen) -> TouchPlace | None:
        """Where to tap an element; None if nothing of it is visible."""
        point = self.app.point(element, screen)
        return TouchPlace(*point, element.bounds, screen.size) if point is not None else None

    def await_focus(self, name: ElementRef, timeout_s: float) -> None:
        """Wait until a text field has the focus that a tap gave it."""
        self._await(focused_field, timeout_s, f"the cursor in {self.spoken(name)}", before_input=False)

    def await_condition(self, condition: Condition, timeout_s: float, settle_s: float = 0.0) -> None:
        """Wait until a condition is true and has been so for `settle_s`."""
        since: float | None = None

        def settled(screen: Screen) -> bool | None:
            nonlocal since
            now = self._clock.monotonic()
            since = (now if since is None else since) if self.holds(condition, screen) else None
            return True if since is not None and now - since >= settle_s else None

        self._await(settled, timeout_s, self.text_for_people(condition.words()))

    def appears(self, condition: Condition, timeout_s: float) -> bool:
        """Whether a condition becomes true in time. Raises NeedsPerson if the screen stays unreadable."""
        until = self._clock.monotonic() + timeout_s

        def decided(screen: Screen) -> bool | None:
            if self.holds(condition, screen):
                return True
            is_over = self._clock.monotonic() >= until and not self._is_opaque(screen)
            return False if is_over else None

        # Longer than that: a screen that becomes unreadable at the end must count as such, not as "no".
        wait_s = timeout_s + 1.5 * OPAQUE_S + 2 * POLL_S
        return self._await(decided, wait_s, self.text_for_people(condition.words()))

    def await_list(self, name: ElementRef, timeout_s: float, settle_s: float) -> str:
        """The words of all elements of a name, once they have stayed the same for `settle_s`.

        Grids fill late, so an empty one counts only when the time is up.
        """
        until = self._clock.monotonic() + timeout_s
        last, since = "", 0.0

        def settled(screen: Screen) -> str | None:
            nonlocal last, since
            tiles = self.find_all(name, screen)
            room = has_room(tiles, screen, self.app.bar_top(screen))
            now, value = self._clock.monotonic(), listed([_all_words(tile) for tile in tiles], room=room)
            if value != last:
                last, since = value, now
            return value if now - since >= settle_s and (tiles or now >= until) else None

        return self._await(settled, timeout_s, f"a settled list of {self.spoken(name)}")

    def _await(
        self,
        look_for: Callable[[Screen], T | None],
        timeout_s: float,
        what: str,
        *,
        before_input: bool = True,
    ) -> T:
        """Look again and again until `look_for` finds something; a screen that stays unreadable needs a person, unless
        the back key closes it: offers and hints to update are cards with drawn letters.

        Raises Stopped if somebody asks for that, unless the step has given the phone an input already.
        """
        started = readable = self._clock.monotonic()
        tried_back = False
        while True:
            screen = self.read_screen()
            found = look_for(screen)
            if found is not None:
                return found
            now = self._clock.monotonic()
            readable = readable if self._is_opaque(screen) else now
            if now - readable >= (OPAQUE_S / 2 if tried_back else OPAQUE_S):
                if not tried_back:
                    self.phone.press("back")
                    tried_back, readable = True, now
                    continue
                raise NeedsPerson(
                    f"{self.phone.serial}: the screen cannot be read while waiting for {what}: "
                    "it may be a verification, or a page that hides its texts",
                    hint="look at the phone, go on by hand, then release its hold",
                )
            if now >= min(started + timeout_s, self._deadline):
                raise self._missing(what, now - started, screen)
            if before_input and self._may_stop():
                raise Stopped
            self.pause(POLL_S)

    def _is_opaque(self, screen: Screen) -> bool:
        return screen.is_opaque(self.app.profile.packages)

    def _missing(self, what: str, waited_s: float, screen: Screen) -> TaskError:
        # The clock, the battery and the keys of the system are on every screen, and tell nothing.
        packages = [package for package in screen.packages if package != SYSTEM_UI]
        is_shown = self.app.package in packages
        told = self.app.profile.packages if is_shown else packages
        shown = [e.words for e in screen.elements() if e.words and (not e.package or e.package in told)]
        words = (
            ", ".join(repr(text[:40]) for text in list(dict.fromkeys(shown))[:8])
            or "nothing that can be read"
        )
        front = "" if is_shown else f" of {' and '.join(packages) or 'no app'}"
        return ElementMissing(
            f"{self.phone.serial}: waited {waited_s:.0f} s for {what}; the screen{front} shows {words}",
            hint="the screen is kept with the step; if the app has changed its labels, correct its profile",
        )


def _all_words(element: Element) -> str:
    return " ".join(part.words for part in element.walk() if part.words)
