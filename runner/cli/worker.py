"""`runner worker`: carry out, on the phones of this machine, what daemons plan in a ledger that hosts share."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from runner.cli.daemon import DurationType
from runner.cli.host_options import host_name, is_pooled
from runner.cli.problems import limits_or_exit
from runner.errors import UsageError
from runner.reports.log_lines import Form, LogLines
from runner.settings import Settings, artifacts_url
from runner.state_dir import host_place
from runner.store.postgres_extra import needs_postgres
from runner.store.url import is_shared

NEEDS_SHARED = "a worker needs a ledger that hosts share: --store postgresql://..."


@click.command(
    epilog="""\b
Examples:
  runner worker --store postgresql://runner@db.example/ledger      until SIGTERM or Ctrl-C
  runner worker --name shelf-2                                     with RUNNER_STORE in the environment
  runner worker --store postgresql://... --virtual --phone A1      rehearse, on a virtual phone"""
)
@click.option("--name", default=None, metavar="HOST", help="The host's name (default: that of this machine).")
@click.option("--store", metavar="URL", help="The ledger: postgresql://USER@HOST/DATABASE.")
@click.option("--virtual", is_flag=True, help="Use virtual phones; the ledger must be a rehearsal's, or new.")
@click.option("--phone", "serials", multiple=True, metavar="SERIAL",
              help="Start a virtual phone with this serial; may be repeated.")  # fmt: skip
@click.option("--api-limits", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Hold tasks made through the Local API to the limits in this file, as daemons do.")  # fmt: skip
@click.option("--artifacts", metavar="URL", help="Keep screenshots there: a folder, s3://BUCKET/PATH, ...")
@click.option("--log-format", "form", type=click.Choice(["auto", "human", "json"]), default="auto",
              show_default=True, help="How to write the log; auto: human on a terminal, otherwise JSON.")  # fmt: skip
@click.option("--verbose", is_flag=True, help="Log each step too, when it begins and when it has ended.")
@click.option("--drain-grace", "grace", type=DurationType(), default="30s", show_default=True,
              help="Let current steps take so long to end after SIGTERM.")  # fmt: skip
@click.pass_context
def worker(
    ctx: click.Context,
    name: str | None,
    store: str | None,
    virtual: bool,
    serials: tuple[str, ...],
    api_limits: Path | None,
    artifacts: str | None,
    form: Form,
    verbose: bool,
    grace: timedelta,
) -> int:
    """Carry out what is due on the phones that are plugged in here.

    The ledger is a PostgreSQL database that several hosts share; a daemon on one of them plans. SIGTERM and Ctrl-C let
    current steps finish.
    """
    settings = Settings.from_environment()
    if artifacts:
        settings = replace(settings, artifacts_url=artifacts_url(artifacts))
    url = store or settings.store_url
    if not is_shared(url):
        raise UsageError(
            NEEDS_SHARED, hint="on one machine `runner daemon` does all of it, and needs no worker"
        )
    if serials and not virtual:
        raise UsageError("--phone starts a virtual phone", hint="add --virtual, or leave it out")
    with needs_postgres(url):
        from runner.daemon.worker import Worker, WorkerOptions  # slow to import: not for --help

    host = host_name(name)
    place = host_place(settings, url, host, virtual=virtual)
    limits = limits_or_exit(ctx, api_limits) if api_limits else {}
    options = WorkerOptions(host, serials, grace, is_pooled(), limits)
    with LogLines(sys.stderr, form, settings.zone, verbose=verbose) as log:
        return Worker(options, settings, place, log).run()
