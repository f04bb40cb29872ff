"""Check `altered-text`: text for people that YAML reads otherwise than it looks, without a word."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Item
from runner.diagnostics import Diagnostic, Fix

CODE = "altered-text"

_ONE_TEXT = {"post": ("captions", "sound_name", "custom_sound_keyword", "materials_tags")}
"""By script: the keys that hold a text for people, in which a line end counts."""
_LINES = {"comment": ("comment_content",), "account_warmup": ("comment", "topic")}
"""By script: the keys that hold such texts, one a line."""

_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)\s+")
_HEADER = re.compile(r"[|>][0-9+-]*")
_COMMENT = re.compile(r"[ \t]+#.*")
_REMARK = re.compile(r"[ \t]{2,}#(?:[ \t].*)?$")
"""A comment as it is usually set apart: two blanks before it, and one in it."""
_NEXT_LINE = re.compile(r"[ \t]*\r?\n([ \t]+)#\S")
_ESCAPE = re.compile(r"(?<!\\)\\[nt]")


class _Text(NamedTuple):
    """A text for people: what it is read as, where it is written, and the whole file."""

    campaign: CampaignView
    config: ConfigUse
    item: Item
    file: str
    start: int
    end: int
    is_one: bool

    @property
    def source(self) -> str:
        return self.file[self.start : self.end]

    def warning(
        self, place: tuple[int, int], message: str, hint: str, fix: tuple[int, str] | None = None
    ) -> Diagnostic:
        """A diagnostic at a place; `fix` is the end of what a text replaces from the start of this one on."""
        view = self.campaign
        answer = Fix(view.document.span_of(self.start, fix[0]), fix[1]) if fix else None
        span = view.document.span_of(*place)
        return view.warning(CODE, span, message, hint, config=self.config, fix=answer)


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    seen = set()
    for text in _texts(campaign):
        if text.start not in seen:  # an alias leads here again
            seen.add(text.start)
            yield from _problems(text)


def _texts(campaign: CampaignView) -> Iterator[_Text]:
    document = campaign.document
    for config in campaign.configs:
        for item, is_one in _items(config):
            if campaign.is_sound(item.path):
                start, end = document.offsets(document.span(item.path))
                yield _Text(campaign, config, item, document.text, start, end, is_one)


def _items(config: ConfigUse) -> Iterator[tuple[Item, bool]]:
    """Each text for people, and whether a line end in it counts."""
    script = config.script
    if script.flow is not None:
        properties = script.config_schema()["properties"]
        for key in config.values:
            if "enum" not in properties.get(key, {}):
                yield from ((item, True) for item in config.texts(key))
        return
    yield from ((item, True) for key in _ONE_TEXT.get(script.name, ()) for item in config.texts(key))
    yield from ((item, False) for key in _LINES.get(script.name, ()) for item in config.texts(key))
    if script.name == "account_warmup":
        yield from ((item, False) for item in config.texts("chatgpt_settings", "prompt"))


def _problems(text: _Text) -> Iterator[Diagnostic]:
    source = text.source
    if source[:1] in ("|", ">"):
        yield from _line_end(text)
        return
    if (anchor := _ANCHOR.match(source)) and not re.search(rf"\*{re.escape(anchor[1])}(?!\S)", text.file):
        message = f"YAML takes `&{anchor[1]}` for an anchor, and `{_short(text.item.text)}` is left"
        place, answer = (text.start, text.start + len(anchor[1]) + 1), _quoted(source)
        yield text.warning(place, message, f"put quotes around it: {_short(answer)}", (text.end, answer))
        return
    yield from _dropped(text)
    if source[:1] != '"' and (escape := _ESCAPE.search(source)):
        message = f"`{escape[0]}` is no line end or tab here, but a backslash and a letter"
        at = text.start + escape.start()
        yield text.warning((at, at + 2), message, "it is one within double quotes only")


def _line_end(text: _Text) -> Iterator[Diagnostic]:
    """A block that says nothing of its last line end keeps it."""
    header = _HEADER.match(text.source)
    if header is None or header[0][-1] in "+-" or not text.is_one or not text.item.text.endswith("\n"):
        return
    message, right = f"`{header[0]}` ends the text with a line end", f"{header[0]}-"
    fix = (text.end, right + text.source[header.end() :]) if len(header[0]) == 1 else None
    place = (text.start, text.start + header.end())
    yield text.warning(place, message, f"write `{right}` to have none, or `{header[0]}+` to keep it", fix)


def _dropped(text: _Text) -> Iterator[Diagnostic]:
    """What stands behind a text and is a comment to YAML."""
    line_end = re.compile("$", re.MULTILINE).search(text.file, text.end)
    rest = text.file[text.end : line_end.start() if line_end else None]
    comment, is_quoted = _COMMENT.match(rest), text.source[:1] in ("'", '"')
    if comment is None:
        yield from () if is_quoted else _dropped_lines(text)
        return
    lost = rest.rstrip()
    if remark := _REMARK.search(lost):
        lost = lost[: remark.start()]
    is_tag = lost.lstrip()[1:2].strip() != ""
    if not lost or (is_quoted and not is_tag):
        return
    at = text.end + len(lost) - len(lost.lstrip())
    place = (at, text.end + len(lost))
    message = f"`{_short(lost.strip())}` is a comment to YAML, and no part of the text"
    if "\n" in text.source:
        yield text.warning(place, message, "put quotes around the whole text")
        return
    answer = _quoted(text.source, lost)
    if is_tag and not _REMARK_LIKE.search(lost):
        yield text.warning(place, message, f"write {_short(answer)}", (text.end + len(lost), answer))
    else:
        hint = f"quote it if it belongs to the text: {_short(answer)}; a comment stands two blanks behind the text"
        yield text.warning(place, message, hint)


_REMARK_LIKE = re.compile(r"\s#(?:\s|$)")


def _dropped_lines(text: _Text) -> Iterator[Diagnostic]:
    """A line below a text, further in than its key, that begins with a hashtag."""
    below = _NEXT_LINE.match(text.file, text.end)
    key = text.campaign.document.span(text.item.path, key=True)
    if below is None or len(below[1]) < key.column:
        return
    end = re.compile("$", re.MULTILINE).search(text.file, below.end())
    place = (below.end() - 2, end.start() if end else below.end())
    lost = text.file[place[0] : place[1]].rstrip()
    message = f"`{_short(lost)}` is a comment to YAML, and no part of the text"
    yield text.warning(place, message, "put quotes around the whole text, or begin it with `|-`")


def _quoted(source: str, more: str = "") -> str:
    """A text in quotes, with what belongs to it too; one that has quotes keeps them."""
    if source[:1] == "'":
        return source[:-1] + more.replace("'", "''") + "'"
    if source[:1] == '"':
        return source[:-1] + more.replace("\\", "\\\\").replace('"', '\\"') + '"'
    text = source + more
    return "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
