"""The templates, and the filters that they may use. All text from outside is escaped; what steers is made visible."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2_fragments import render_block

from runner.campaign.short_commit import short_commit
from runner.clock import utc
from runner.reports.advice import command, to_do
from runner.reports.shown import visible
from runner.server.dashboard.assets import Assets
from runner.server.dashboard.changes import topic


class Templates:
    """Every template sees what `pages/page.py` puts into its context, and `ui`, the macros of macros.html.j2, in blocks
    and fragments too."""

    def __init__(self, assets: Assets) -> None:
        self.environment = Environment(
            loader=PackageLoader("runner.server.dashboard"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.environment.globals |= {"static": assets.url, "topic": topic, "command": command, "to_do": to_do}
        self.environment.filters |= {
            "local": _local,
            "day": _day,
            "since": _since,
            "until": _until,
            "lasts": lasts,
            "iso": utc,
            "visible": lambda text: visible(str(text)),
            "lines_visible": lambda text: "\n".join(map(visible, str(text).split("\n"))),
            "short_commit": short_commit,
            "segment": lambda text: quote(str(text), safe=""),
        }

    def render(self, name: str, context: Mapping[str, Any], block: str | None = None) -> str:
        """A page, or one block of it: the top level of a template, with its `set` and `import`, is not seen there."""
        macros = self.environment.get_template("macros.html.j2")
        everything = {**context, "ui": macros.make_module(dict(context))}
        if block is None:
            return self.environment.get_template(name).render(everything)
        return render_block(self.environment, name, block, everything)

    def has_block(self, name: str, block: str) -> bool:
        return block in self.environment.get_template(name).blocks


@pass_context
def _local(context: Context, instant: datetime | None, form: str = "auto") -> str:
    """An instant on the reader's clocks. `auto`: the time if it is today, else with its date; `full`: with seconds and
    zone; or a form of strftime."""
    if instant is None:
        return ""
    local = instant.astimezone(context["zone"])
    if form == "full":
        return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"
    if form != "auto":
        return local.strftime(form)
    is_today = local.date() == context["now"].astimezone(context["zone"]).date()
    clock = "%H:%M:%S" if local.second else "%H:%M"
    return local.strftime(clock if is_today else f"%Y-%m-%d {clock}")


@pass_context
def _day(context: Context, instant: datetime) -> str:
    """The day of an instant on the reader's clocks: `Mon 30 Nov`."""
    return f"{instant.astimezone(context['zone']):%a %d %b}"


@pass_context
def _since(context: Context, instant: datetime | None) -> str:
    """How long ago an instant was: `3 min`."""
    return "" if instant is None else lasts(max(context["now"] - instant, timedelta()))


@pass_context
def _until(context: Context, instant: datetime | None) -> str:
    """How far ahead an instant is: `3 min`."""
    return "" if instant is None else lasts(max(instant - context["now"], timedelta()))


def lasts(length: timedelta | float | None) -> str:
    """A length of time in at most two units: `850 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `12 d 3 h`."""
    if length is None:
        return ""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    rest = round(seconds)
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, rest = divmod(rest, size)
        parts.append((count, unit))
    first = next(at for at, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)
