"""A run as one self-contained HTML file: every task, attempt, step and screen."""

from base64 import b64encode
from datetime import datetime, tzinfo
from hashlib import blake2b

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from runner.reports.run_summary import totals
from runner.reports.task_hints import hint_of_attempt, hint_of_task
from runner.store.artifacts import Artifacts
from runner.store.rows import RunRecord


class Pictures(dict[str, str]):
    """The screenshots of a report in base64, by CSS class; each is stored once, however many steps show it."""

    def __init__(self, artifacts: Artifacts) -> None:
        super().__init__()
        self._artifacts = artifacts

    def add(self, path: str) -> str:
        """Add a picture; returns its class."""
        jpeg = self._artifacts.read(path) or b""
        name = f"p{blake2b(jpeg, digest_size=8).hexdigest()}"
        if name not in self:
            self[name] = b64encode(jpeg).decode("ascii")
        return name


def render_run(record: RunRecord, artifacts: Artifacts, zone: tzinfo) -> str:
    """The report of a run; instants are told in `zone`."""
    pictures = Pictures(artifacts)
    environment = Environment(
        loader=PackageLoader("runner.reports"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {
        "local": lambda instant: local(instant, zone),
        "seconds": lambda seconds: "" if seconds is None else f"{seconds:.1f} s",
        "picture": pictures.add,
        "hint_of_task": hint_of_task,
        "hint_of_attempt": hint_of_attempt,
        "file": lambda path: (artifacts.read(path) or b"").decode("utf-8", "replace"),
    }
    rows = [item.row for item in record.tasks]
    template = environment.get_template("run.html.j2")
    return template.render(run=record.run, tasks=record.tasks, totals=totals(rows), pictures=pictures)


def local(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
