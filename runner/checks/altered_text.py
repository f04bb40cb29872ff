"""Check `altered-text`: text for people that YAML silently reads differently from how it looks."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Path, mapping
from runner.diagnostics import Diagnostic, Fix

CODE = "altered-text"

_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)\s+")
_HEADER = re.compile(r"[|>][0-9+-]*")
_COMMENT_BEHIND = re.compile(r"[ \t]+#|[ \t]*\r?\n[ \t]+#")
_COMMENT = re.compile(r"[ \t]+#.*")
_REMARK = re.compile(r"[ \t]{2,}#(?:[ \t].*)?$")
"""A comment as people usually set it apart: two blanks before it, and one in it. It is not taken for lost text."""
_NEXT_LINE = re.compile(r"[ \t]*\r?\n([ \t]+)#\S")
_LINE_END = re.compile("$", re.MULTILINE)
_ESCAPE = re.compile(r"(?<!\\)\\[nt]")


class _Text(NamedTuple):
    """A text for people: what it is read as, and where it is written. `is_one` says that a line end in it counts."""

    campaign: CampaignView
    config: ConfigUse
    path: Path
    value: str
    start: int
    end: int
    is_one: bool

    @property
    def file(self) -> str:
        return self.campaign.document.text

    @property
    def source(self) -> str:
        return self.file[self.start : self.end]

    @property
    def is_suspicious(self) -> bool:
        """Whether the text is worth a closer look: most are not, and patterns take time."""
        first = self.file[self.start]
        return (
            first in "|>&"
            or (first != '"' and "\\" in self.value)
            or _COMMENT_BEHIND.match(self.file, self.end) is not None
        )

    def warning(
        self, place: tuple[int, int], message: str, hint: str, fix: tuple[int, str] | None = None
    ) -> Diagnostic:
        """A diagnostic at a place. `fix` replaces this text, up to an offset, by another text."""
        view = self.campaign
        answer = Fix(view.document.span_of(self.start, fix[0]), fix[1]) if fix else None
        span = view.document.span_of(*place)
        return view.warning(CODE, span, message, hint, config=self.config, fix=answer)


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    seen = set()
    for config in campaign.configs:
        for path, value, is_one in _texts(config):
            start, end = campaign.document.place(path)
            text = _Text(campaign, config, path, value, start, end, is_one)
            if start < end and text.is_suspicious and start not in seen and campaign.is_sound(path):
                seen.add(start)  # an alias may lead to this text again
                yield from _problems(text)


def _texts(config: ConfigUse) -> Iterator[tuple[Path, str, bool]]:
    """Each text for people, and whether a line end in it counts: in texts that stand one a line it does not."""
    script, values = config.script, config.values
    if script.flow is not None:
        properties = script.config_schema()["properties"]
        for key in values:
            if "enum" not in properties.get(key, {}):
                yield from ((item.path, item.text, True) for item in config.texts(key))
        return
    for way, is_one in (*(((key,), True) for key in script.texts), *((way, False) for way in script.lines)):
        inner = mapping(values.get(way[0])) if len(way) > 1 else values
        if isinstance(value := inner.get(way[-1]), str):
            yield (*config.path, *way), value, is_one


def _problems(text: _Text) -> Iterator[Diagnostic]:
    source = text.source
    if source[:1] in ("|", ">"):
        yield from _line_end(text)
        return
    if (anchor := _ANCHOR.match(source)) and not re.search(rf"\*{re.escape(anchor[1])}(?!\S)", text.file):
        message = f"YAML takes `&{anchor[1]}` for an anchor, and `{_short(text.value)}` is left"
        place, answer = (text.start, text.start + len(anchor[1]) + 1), _quoted(source)
        yield text.warning(place, message, f"put quotes around it: {_short(answer)}", (text.end, answer))
        return
    yield from _dropped(text)
    if source[:1] != '"' and (escape := _ESCAPE.search(source)):
        message = f"`{escape[0]}` is no line end or tab here, but a backslash and a letter"
        at = text.start + escape.start()
        yield text.warning((at, at + 2), message, "it is one within double quotes only")


def _line_end(text: _Text) -> Iterator[Diagnostic]:
    """A block text keeps its last line end unless its header says otherwise: a caption would end with a blank line."""
    header = _HEADER.match(text.source)
    if header is None or header[0][-1] in "+-" or not text.is_one or not text.value.endswith("\n"):
        return
    message, right = f"`{header[0]}` ends the text with a line end", f"{header[0]}-"
    fix = (text.end, right + text.source[header.end() :]) if len(header[0]) == 1 else None
    place = (text.start, text.start + header.end())
    yield text.warning(place, message, f"write `{right}` to have none, or `{header[0]}+` to keep it", fix)


def _dropped(text: _Text) -> Iterator[Diagnostic]:
    """Text behind a text that YAML takes for a comment: usually a hashtag."""
    line_end = _LINE_END.search(text.file, text.end)
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
    key = text.campaign.document.span(text.path, key=True)
    if below is None or len(below[1]) < key.column:
        return
    end = _LINE_END.search(text.file, below.end())
    place = (below.end() - 2, end.start() if end else below.end())
    lost = text.file[place[0] : place[1]].rstrip()
    message = f"`{_short(lost)}` is a comment to YAML, and no part of the text"
    yield text.warning(place, message, "put quotes around the whole text, or begin it with `|-`")


def _quoted(source: str, more: str = "") -> str:
    """A text in quotes, with the part that was lost; a text that has quotes keeps them."""
    if source[:1] == "'":
        return source[:-1] + more.replace("'", "''") + "'"
    if source[:1] == '"':
        return source[:-1] + more.replace("\\", "\\\\").replace('"', '\\"') + '"'
    text = source + more
    return "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
