"""Reports as one self-contained HTML file: every task, attempt, step and screen. It needs no network and runs nothing.

The file forbids itself everything but its own style and pictures (`policy`), so that no text from a phone, a campaign
or a server can do more than be read.
"""

from base64 import b64encode
from datetime import tzinfo
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from runner import __version__
from runner.clock import utc
from runner.queries.report import Report
from runner.reports.cards import cards_of
from runner.reports.content import content_lines, content_words
from runner.reports.run_summary import counted
from runner.reports.screens import ReportScreens, Whole
from runner.reports.shown import visible
from runner.reports.task_hints import hint_of_attempt, hint_of_task
from runner.store.artifacts import Artifacts
from runner.store.rows import TaskRecord
from runner.tasks import TaskState

MOST_BYTES = 25_000_000
"""How long a report may be, as far as screens make it long."""

LONGEST = 4000
"""Where a text is cut, in characters."""


@lru_cache(maxsize=1)
def style() -> str:
    return (files("runner.reports") / "templates" / "report.css").read_text("utf-8")


@lru_cache(maxsize=1)
def policy() -> str:
    """The content security policy of a report, for its `<meta>` and for the header of a server."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def render_report(report: Report, artifacts: Artifacts, zone: tzinfo, most_bytes: int = MOST_BYTES) -> str:
    """A report as HTML; instants are told in `zone`."""
    cards = cards_of(report.records)
    values = {
        "report": report,
        "made_utc": report.made_utc,
        "totals": counted(report.counts),
        "cards": cards,
        "states": [(state, report.counts[state]) for state in TaskState if state in report.counts],
        "detailed": {record.row.id for record in report.records},
    }
    return render("report.html.j2", values, [card.record for card in cards], artifacts, zone, most_bytes)


def render(
    template: str,
    values: dict[str, Any],
    records: list[TaskRecord],
    artifacts: Artifacts,
    zone: tzinfo,
    most_bytes: int,
) -> str:
    """A template with these values, and with as many screens of these records as a file of so many bytes has room
    for."""
    screens = ReportScreens(artifacts, records, most_bytes)
    if sum(map(len, screens.definitions.values())) > most_bytes // 2:
        text = _render(template, values, ReportScreens(artifacts, [], 0), zone)
        screens = ReportScreens(artifacts, records, max(most_bytes - len(text.encode()), 0))
    return _render(template, values, screens, zone)


def _render(template: str, values: dict[str, Any], screens: ReportScreens, zone: tzinfo) -> str:
    environment = Environment(
        loader=PackageLoader("runner.reports"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "local": lambda instant: f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        "clock": lambda instant: f"{instant.astimezone(zone):%H:%M:%S}",
        "utc": utc,
        "seconds": seconds,
        "length_of": lambda whole: f"{whole} s" if whole < 100 else seconds(whole),
        "content": lambda task: ", ".join(content_words(task)),
        "content_lines": content_lines,
        "hint_of_task": hint_of_task,
        "hint_of_attempt": hint_of_attempt,
    }
    shared = {
        "screens": screens,
        "style": Markup(style()),  # our own, and its text must be what its hash says
        "policy": policy(),
        "zone": zone,
        "version": __version__,
    }
    return environment.get_template(template).render(values | shared)


def seconds(value: float | None) -> str:
    """`7.3 s`, `2 min 05 s`; nothing for None."""
    if value is None:
        return ""
    if value < 100:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def _shown(value: object) -> object:
    """What stands for a value in the file: of text, all that hides or steers is visible, and no more than can be
    read."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if len(value) > LONGEST and not isinstance(value, Whole):
        value = f"{value[:LONGEST]}... ({len(value) - LONGEST} more characters)"
    return value if value.isprintable() else "\n".join(map(visible, value.split("\n")))
