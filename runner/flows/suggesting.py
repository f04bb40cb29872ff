"""What an element may be on a screen on which its profile does not find it: proposals for a person. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from runner.flows.cases import Case
from runner.flows.matching import matches
from runner.flows.pointing import Said, class_name, id_name, selector, ways_to
from runner.flows.profile import Labels, Profile
from runner.flows.screen_check import check_screen
from runner.flows.selectors import Selector
from runner.phone.screen import Element, Screen, normalise

LEAST = 0.45
"""How like an element has to be to be proposed at all, from 0 to 1."""
MOST = 3
"""How many proposals there are for one element."""

_WORDY = ("text", "desc", "text_starts", "desc_starts", "text_matches", "desc_matches", "hint_matches")
_ABOUT_PLACE = (
    "region",
    "below",
    "gap",
    "beside",
    "parent",
    "within",
    "while_shown",
    "unless_shown",
    "min_height",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate for an element of a profile: what its selector says, what it finds on the screen, and how like the
    element that is, from 0 to 1 and in words."""

    element: str
    said: Said
    found: Element
    likeness: float
    reasons: tuple[str, ...]


def suggest(name: str, case: Case, others: Sequence[Case]) -> list[Proposal]:
    """Proposals for an element on the screen of a case, the likeliest first.

    Each finds exactly one element there, and nothing on those of the `others` where the element is expected absent.
    """
    profile = case.profile.in_language(case.check().language)
    known = profile.elements.get(name, ())
    # What another element of the profile has found already is that one.
    taken = {found.bounds for other, found in case.check().elements.items() if other != name}
    made = []
    for element in case.screen.elements():
        if (element.package and element.package not in profile.packages) or element.bounds in taken:
            continue
        likeness, reasons = _likeness(name, known, element, case.screen)
        if likeness >= LEAST:
            made.append((likeness, reasons, element))
    proposals: list[Proposal] = []
    for likeness, reasons, element in sorted(made, key=lambda one: -one[0]):
        said = next(_safe_ways(name, known, element, case, others), None)
        if said is not None and all(one.found is not element for one in proposals):
            proposals.append(Proposal(name, said, element, likeness, tuple(reasons)))
        if len(proposals) == MOST:
            break
    return proposals


def patch(profile: Profile, language: str, proposals: Sequence[Proposal]) -> dict[str, Any]:
    """The overlay that puts one proposal for each element behind the candidates that the profile has already.

    Labels of another language than the profile's own stand under `languages`.
    """
    is_own = language.partition("-")[0] == profile.language.partition("-")[0]
    labels: Profile | Labels = profile if is_own else profile.languages.get(language, Labels())
    elements: dict[str, Any] = {}
    for proposal in proposals:
        before = [one for one in labels.elements.get(proposal.element, ()) if not one.unverified]
        kept = [one.model_dump(by_alias=True, exclude_defaults=True, mode="json") for one in before]
        elements[proposal.element] = [*kept, dict(proposal.said)]
    return {"elements": elements} if is_own else {"languages": {language: {"elements": elements}}}


def _safe_ways(
    name: str, known: Sequence[Selector], element: Element, case: Case, others: Sequence[Case]
) -> Iterator[Said]:
    """Ways to the element that find nothing where it must not be. Those within the place that the profile names come
    first: it keeps the old selector from the wrong element, and the new one too."""
    place = _place(known, element, case.screen)
    for said in ways_to(element, case.screen, case.profile.packages, place):
        if not any(_finds_more(said, other) for other in others if name in other.expected.absent):
            yield said


def _place(known: Sequence[Selector], element: Element, screen: Screen) -> dict[str, Any]:
    """What the profile's candidates say of the element's place, as far as it is true of this one."""
    for one in known:
        said = one.model_dump(by_alias=True, exclude_defaults=True, mode="json")
        place = {key: value for key, value in said.items() if key == "region"}
        if place and matches(selector(place), element, screen):
            return place
    return {}


def _finds_more(said: Said, case: Case) -> bool:
    """Whether a selector finds anything on the screen of a case."""
    name = "proposed"
    alone = Profile(
        version=1, app="proposed", packages=case.profile.packages, elements={name: (selector(said),)}
    )
    return name in check_screen(alone, case.screen, language=alone.language).elements


def _likeness(
    name: str, known: Sequence[Selector], element: Element, screen: Screen
) -> tuple[float, list[str]]:
    """How like an element is to one of the profile, and what makes it so."""
    if not (element.words or element.rid or element.hint):
        return 0.0, []
    reasons = []
    words = _best(_words_of(known), (element.text, element.desc, element.hint))
    called = _best(
        [name.replace("_", " ")], (element.words, element.hint, id_name(element).replace("_", " "))
    )
    ids = [one.id.partition("/")[2] or one.id for one in known if one.id]
    by_id = _best(ids, (id_name(element),))
    if words >= 0.6:
        reasons.append("its words are similar")
    if called >= 0.6:
        reasons.append("it is called like the element")
    if by_id >= 0.6:
        reasons.append("its id is similar")
    place = [one for one in known if any(key in one.model_fields_set for key in _ABOUT_PLACE)]
    stands = [_share(one, element, screen) for one in place]
    if stands and max(stands) >= 0.5:
        reasons.append("it stands where the element stood")
    classes = {part for one in known if one.cls for part in one.cls.split("|")}
    is_kind = class_name(element) in classes
    if is_kind:
        reasons.append(f"it is a {class_name(element)} too")
    said = max(words, 0.9 * called, by_id)
    placed = max(stands, default=0.0)
    # Words decide where there are some; a place makes the likely one likelier, and rarely stands for itself.
    likeness = 0.7 * said + 0.2 * placed + 0.1 * is_kind if place else 0.9 * said + 0.1 * is_kind
    if element.clickable and placed >= 1.0:
        likeness += 0.15
    return min(1.0, likeness), reasons


def _share(one: Selector, element: Element, screen: Screen) -> float:
    """How much of what a selector says of the place is true of an element, from 0 to 1."""
    said = one.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    parts = [{key: said[key]} for key in _ABOUT_PLACE if key in said and key != "gap"]
    if "below" in said and "gap" in said:
        parts = [part | {"gap": said["gap"]} if "below" in part else part for part in parts]
    true = sum(matches(selector(part), element, screen) for part in parts)
    return true / len(parts) if parts else 0.0


def _words_of(known: Sequence[Selector]) -> list[str]:
    """What candidates say in words; of a pattern its letters."""
    found = []
    for one in known:
        for key in _WORDY:
            if value := getattr(one, key):
                plain = re.sub(r"\$\{\w+\}", " ", value)
                plain = re.sub(r"\(\?\w+\)|\\.|[^\w' ]", " ", plain) if key.endswith("_matches") else plain
                found.append(normalise(re.sub(r"\s+", " ", plain)))
    return found


def _best(wanted: Sequence[str], said: Sequence[str]) -> float:
    """The greatest likeness of any two texts, from 0 to 1."""
    pairs = ((one.casefold(), other.casefold()) for one in wanted for other in said if one and other)
    return max((_like(one, other) for one, other in pairs), default=0.0)


def _like(one: str, other: str) -> float:
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    ones, others = set(one.split()), set(other.split())
    shared = len(ones & others) / max(1, min(len(ones), len(others)))
    # A word in common counts, but less than the same text.
    return max(ratio, 0.8 * shared if max(len(ones), len(others)) <= 6 else 0.0)


def missing(case: Case) -> Mapping[str, None]:
    """The elements that are expected on a case and not found."""
    now = case.check()
    return {name: None for name in case.expected.found if name not in now.elements}
