"""The invisible signs and odd blanks that real screens carry in their texts, if the rehearsal asked for them."""

from runner.virtual.apps.shortvideo.screen import Surroundings

LEFT_TO_RIGHT_MARK = "\u200e"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
NO_BREAK_SPACE, NARROW_NO_BREAK_SPACE = "\u00a0", "\u202f"


def noisy(app: Surroundings, words: str) -> str:
    """A name or a caption: a left-to-right mark before it and a blank behind it."""
    return f"{LEFT_TO_RIGHT_MARK}{words} " if app.state.settings.text_noise else words


def marked(app: Surroundings, words: str) -> str:
    """Words with a left-to-right mark before them."""
    return f"{LEFT_TO_RIGHT_MARK}{words}" if app.state.settings.text_noise else words


def isolated(app: Surroundings, handle: str) -> str:
    """A handle in a row of results: between direction isolates, so that it reads the same in any line."""
    if not app.state.settings.text_noise:
        return handle
    return f"{LEFT_TO_RIGHT_MARK}{FIRST_STRONG_ISOLATE}{handle}{POP_ISOLATE}"


def counted(app: Surroundings, words: str) -> str:
    """Counts with what they count: a no-break space after a number, a narrow one elsewhere."""
    if not app.state.settings.text_noise:
        return words
    return words.replace(" ", NO_BREAK_SPACE, 1).replace(" ", NARROW_NO_BREAK_SPACE)
