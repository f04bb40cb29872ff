"""A run as one HTML file that needs nothing beside it: every task, attempt, step and screen."""

from base64 import b64encode
from datetime import datetime, tzinfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from runner.reports.run_summary import totals
from runner.store.artifacts import Artifacts
from runner.store.rows import RunRecord


def render_run(record: RunRecord, artifacts: Artifacts, zone: tzinfo) -> str:
    """The report of a run; instants are told in `zone`."""
    environment = Environment(
        loader=PackageLoader("runner.reports"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {
        "local": lambda instant: local(instant, zone),
        "seconds": lambda seconds: "" if seconds is None else f"{seconds:.1f} s",
        "picture": lambda path: b64encode(artifacts.read(path) or b"").decode("ascii"),
        "file": lambda path: (artifacts.read(path) or b"").decode("utf-8", "replace"),
    }
    rows = [item.row for item in record.tasks]
    template = environment.get_template("run.html.j2")
    return template.render(run=record.run, tasks=record.tasks, totals=totals(rows))


def local(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
