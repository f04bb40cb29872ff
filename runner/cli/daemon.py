"""`runner daemon`: carry campaign files out for months: on time, exactly once, able to say why."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from runner.campaign.quantities import Duration
from runner.cli.host_options import host_name, is_pooled
from runner.cli.problems import limits_or_exit
from runner.errors import UsageError
from runner.reports.log_lines import Form, LogLines
from runner.server.ports import DEFAULT_HOST, DEFAULT_PORT, is_loopback
from runner.settings import Settings, artifacts_url
from runner.state_dir import daemon_rehearsal, host_place, real_state_dir
from runner.store.postgres_extra import needs_postgres
from runner.store.url import is_shared


class DurationType(click.ParamType[timedelta]):
    """A length of time, as campaign files write it."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            return value if isinstance(value, timedelta) else Duration.parse(str(value)).delta
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(
    epilog="""\b
Examples:
  runner daemon campaigns/                        until SIGTERM or Ctrl-C
  runner daemon campaigns/ --open                 and show the dashboard
  runner daemon campaigns/ --virtual --phones 2   rehearse, on virtual phones
  runner daemon --api-only                        without campaigns: for the Local API
  runner daemon --host 0.0.0.0 --port 8080        metrics for the network; needs RUNNER_TOKEN
  runner daemon --store postgresql://... --no-phones    one of several, beside workers"""
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--api-only", is_flag=True, help="Serve the Local API without any campaign files.")
@click.option("--virtual", is_flag=True, help="Use virtual phones, and a ledger of their own.")
@click.option("--phones", type=click.IntRange(1, 2000), metavar="N",
              help="Start so many virtual phones beyond those that the campaigns declare.")  # fmt: skip
@click.option("--store", metavar="URL", help="The ledger (default: in your state directory).")
@click.option(
    "--host",
    default=DEFAULT_HOST,
    show_default=True,
    help="Serve the dashboard, the Local API, metrics and health at this address.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True,
              help="Serve on this port; 0 picks a free one.")  # fmt: skip
@click.option("--api-limits", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Hold tasks made through the Local API to the limits in this file.")  # fmt: skip
@click.option("--media", type=click.Path(path_type=Path), multiple=True, metavar="DIR",
              help="Post files of tasks made through the Local API from here only; may be repeated.")  # fmt: skip
@click.option("--name", metavar="HOST",
              help="The host's name, where hosts share the ledger (default: that of this machine).")  # fmt: skip
@click.option("--no-phones", is_flag=True, help="Carry nothing out on phones; workers on other hosts do.")
@click.option("--artifacts", metavar="URL", help="Keep screenshots there: a folder, s3://BUCKET/PATH, ...")
@click.option("--wait", is_flag=True, help="Wait while another process carries tasks out from the ledger.")
@click.option("--retention", type=DurationType(), default="90d", show_default=True,
              help="Remove records and screenshots of tasks that ended longer ago.")  # fmt: skip
@click.option("--log-format", "form", type=click.Choice(["auto", "human", "json"]), default="auto",
              show_default=True, help="How to write the log; auto: human on a terminal, otherwise JSON.")  # fmt: skip
@click.option("--verbose", is_flag=True, help="Log each step too, when it begins and when it has ended.")
@click.option("--drain-grace", "grace", type=DurationType(), default="30s", show_default=True,
              help="Let current steps take so long to end after SIGTERM.")  # fmt: skip
@click.option("--open", "opens", is_flag=True, help="Open the dashboard in a browser, if on a terminal.")
@click.pass_context
def daemon(
    ctx: click.Context,
    paths: tuple[Path, ...],
    api_only: bool,
    virtual: bool,
    phones: int | None,
    store: str | None,
    host: str,
    port: int,
    api_limits: Path | None,
    media: tuple[Path, ...],
    name: str | None,
    no_phones: bool,
    artifacts: str | None,
    wait: bool,
    retention: timedelta,
    form: Form,
    verbose: bool,
    grace: timedelta,
    opens: bool,
) -> int:
    """Carry out the campaigns in PATH (default: campaigns/) whenever their start times come.

    Files are watched: what is changed takes effect at once. SIGTERM and Ctrl-C let current steps finish; SIGHUP
    reads the files again.
    """
    from runner.daemon.daemon import (  # slow to import: not for --help, nor for a mistyped command
        Daemon,
        DaemonOptions,
    )
    from runner.daemon.notifying import refuse_wrong_recipients
    from runner.hosts.about import HostAbout
    from runner.notifications.recipients import NotifySettings
    from runner.server.local_api.requested_files import RequestedFiles

    settings = Settings.from_environment()
    if artifacts:
        settings = replace(settings, artifacts_url=artifacts_url(artifacts))
    if api_only and paths:
        raise UsageError("--api-only means without campaign files", hint="leave it out, or the paths")
    shares = is_shared(store or settings.store_url)
    if virtual and store and not shares:
        raise UsageError(
            "--store and --virtual exclude each other", hint="a rehearsal has a ledger of its own"
        )
    if (name or no_phones) and not shares:
        raise UsageError(
            "--name and --no-phones are for a ledger that hosts share",
            hint="name it: --store postgresql://USER@HOST/DATABASE",
        )
    if phones and not virtual:
        raise UsageError("--phones counts virtual phones", hint="add --virtual, or leave it out")
    if not is_loopback(host) and settings.token is None:
        raise UsageError(
            f"--host {host} can be reached from other machines, and no token protects it",
            hint="set RUNNER_TOKEN to a long random text, or leave --host out",
        )
    limits = limits_or_exit(ctx, api_limits) if api_limits else {}
    if not paths and not api_only:
        paths = (Path("campaigns"),)
    notify = NotifySettings.from_environment()
    refuse_wrong_recipients(notify)
    files = RequestedFiles(media)
    common = (paths, phones, host, port, limits, files, wait, retention, grace, notify, opens)
    with LogLines(sys.stderr, form, settings.zone, verbose=verbose) as log:
        if shares:
            with needs_postgres(store or settings.store_url):
                from runner.daemon.shared_daemon import SharedDaemon

            about = HostAbout(host_name(name), has_phones=not no_phones, is_pooled=is_pooled())
            place = host_place(settings, store or settings.store_url, about.name, virtual=virtual)
            return SharedDaemon(DaemonOptions(*common, about), settings, place, log).run()
        place = daemon_rehearsal(settings) if virtual else real_state_dir(settings, store)
        return Daemon(DaemonOptions(*common), settings, place, log).run()
