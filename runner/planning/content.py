"""What a task posts and writes: its files, and one choice among the texts of its config.

It depends only on what the ledger keeps of the task (config, key, ordinal, app), so plan, reports and every attempt
tell the same, and a retry writes what the first attempt would have written.
"""

import re
from functools import lru_cache

from runner.backend_registry import declared
from runner.campaign.paths import here
from runner.planning.draw import draw
from runner.planning.spintax import choose
from runner.scripts import SCRIPTS
from runner.scripts.post import FILES_KEY
from runner.scripts.script import Writing
from runner.targets import TIKTOK
from runner.tasks import Task

EMOJI = ("😊", "😍", "👏", "🔥", "🎉", "💯", "🙌", "✨")
"""Those that `insert_emoji` chooses from: each is one character, which every keyboard and font of a phone has."""

OWN_FLOW = (Writing("caption", "captions"),)
"""What a flow of the user's own writes: its parameter `captions`, if it has one, has alternatives as in a post."""

_BREAK, _TITLE_END = "###", "##"
"""The Local API's marks in a caption: a line break, and the end of the title."""


def files(task: Task) -> tuple[str, ...]:
    """The paths of what the task posts, as far as they are known: chosen when its row is made, or the only one there
    is."""
    if task.options.files or task.script != "post":
        return tuple(file.path for file in task.options.files)
    only = set(task.config.get(FILES_KEY, ()))
    return tuple(map(here, only)) if len(only) == 1 else ()


def texts(task: Task) -> dict[str, str]:
    """The texts that the task writes, by the variable by which flows know them, none of them empty.

    `caption` and `title` of a post, `comment`, or `nickname`, `username` and `bio` of a profile. A Local API chooses
    among alternatives itself: nobody knows what until it is done.
    """
    is_sent = declared(task.backend).speaks_local_api
    script = SCRIPTS.get(task.script)
    found: dict[str, str] = {}
    for writing in OWN_FLOW if script is None else script.writes:
        written = task.config.get(writing.key)
        if isinstance(written, str) and written and not (is_sent and _has_choice(task, writing, written)):
            text = choose(written, task.key) if writing.order is None else _line(task, writing, written)
            found |= _titled(text, task) if writing.variable == "caption" else {writing.variable: text}
    if "username" in found:
        found["username"] = found["username"].removeprefix("@")
    return {variable: text for variable, text in found.items() if text}


def _has_choice(task: Task, writing: Writing, written: str) -> bool:
    if writing.order is None:
        return "{" in written and "|" in written
    return len(_lines(written)) > 1 or bool(writing.emoji and task.config.get(writing.emoji))


def _titled(caption: str, task: Task) -> dict[str, str]:
    """A caption without the marks of the Local API, and its title, if the post has room for one.

    Only TikTok has titles, and only a post of images has a field for it; over a video the title is the first line of
    the caption.
    """
    caption = caption.replace(_BREAK, "\n")
    title, mark, description = caption.partition(_TITLE_END)
    if not mark or task.options.app != TIKTOK:
        return {"caption": caption}
    if task.config.get("content_type") == 1:
        return {"title": title.strip(), "caption": description.strip()}
    return {"caption": f"{title.strip()}\n{description.strip()}".strip()}


def _line(task: Task, writing: Writing, written: str) -> str:
    """The line that the task takes. The tasks of an occurrence take all lines before one of them takes a line again."""
    lines = _lines(written)
    if not lines:
        return ""
    place = task.ordinal % len(lines)
    if task.config.get(writing.order or "") != "sequential":
        place = _shuffled(len(lines), f"{writing.variable}:{task.campaign}/{task.entry}/{task.nominal}")[
            place
        ]
    line = lines[place]
    if writing.emoji and task.config.get(writing.emoji):
        line = f"{line} {EMOJI[draw(f'emoji:{task.key}') % len(EMOJI)]}"
    return line


@lru_cache(maxsize=64)
def _lines(written: str) -> tuple[str, ...]:
    return tuple(line for line in map(str.strip, re.split(r"[\r\n]+", written)) if line)


@lru_cache(maxsize=64)
def _shuffled(count: int, seed: str) -> tuple[int, ...]:
    """The numbers below `count` in an order that depends on the seed alone."""
    return tuple(sorted(range(count), key=lambda number: draw(f"{number}:{seed}")))
