"""The invisible signs that real screens carry in their texts."""

from runner.virtual.apps.shortvideo.screen import Surroundings

LEFT_TO_RIGHT_MARK = "\u200e"


def noisy(app: Surroundings, words: str) -> str:
    """The words, after a left-to-right mark and before a blank if the rehearsal asked for text noise."""
    return f"{LEFT_TO_RIGHT_MARK}{words} " if app.state.settings.text_noise else words
