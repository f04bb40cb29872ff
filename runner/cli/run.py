"""`runner run`: carry a campaign out now, once, and say what became of every task."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from threading import Event

import click

from runner import backend_registry
from runner.campaign.loader import load_text
from runner.campaign.narrowing import asks_phones
from runner.campaign.nearest import enumeration, nearest
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.cli.follow_daemon import FollowEnd, daemon_pid
from runner.cli.ledger_completion import complete_run
from runner.cli.ledger_option import rehearsal_at
from runner.cli.output import print_json, terminal
from runner.cli.problems import check_or_exit
from runner.cli.run_here import ReadRows, Run, carry_out, follow
from runner.clock import SystemClock, format_instant
from runner.daemon.custody import refuse_rehearsal, refuse_wrong_ledger, take_custody
from runner.errors import LedgerBusy, UsageError
from runner.execution.record_run import record_now, record_scheduled
from runner.exit_codes import EXIT_INTERRUPTED, EXIT_PROBLEMS
from runner.interrupts import stop_at_eof
from runner.planning.plannable_entry import plannable_entries
from runner.private_files import make_folder, write_file
from runner.queries.report import report_of
from runner.queries.report_scope import of_run
from runner.queries.sightings import seen_now
from runner.reports.html import render_report
from runner.reports.run_summary import summary_data, summary_table, totals
from runner.settings import Settings
from runner.state_dir import StateDir, choose_state_dir, new_run_id
from runner.store.ledger import Ledger
from runner.store.lock import holder
from runner.store.rows import TaskRow
from runner.store.sightings import fitting
from runner.tasks import TaskState

EOF_GRACE_S = 10.0
"""How long steps may go on after whoever started this run has gone, or wants its end."""

LEFT_TO = {
    FollowEnd.LEFT: "the daemon goes on with the rest when it may; why it waits: runner why {campaign}/{entry}",
    FollowEnd.DETACHED: "the daemon goes on with the rest; to stop it: runner tasks stop TASK, or runner stop",
    FollowEnd.DAEMON_GONE: "the daemon has ended; the rest waits for the next one, or: {again}",
}
"""How a run that a daemon carries out goes on once it is no longer followed."""


@click.command(
    epilog="""\b
Examples:
  runner run campaigns/demo.yaml --virtual     rehearse on virtual phones
  runner run campaigns/launch.yaml             do it, on the phones that adb sees
  runner run launch.yaml --backend local_api   do it through the server that RUNNER_API_URL names
  runner run campaigns/launch.yaml --at 09:00  only what is scheduled then, in the daemon's name
  runner run --resume 20261121-180036-3fa9     go on with a run that was stopped"""
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--virtual",
    is_flag=True,
    help="Use virtual phones, and a ledger of their own; with --store, that of a rehearsal.",
)
@click.option(
    "--resume",
    "resume_id",
    metavar="ID",
    shell_complete=complete_run,
    help="Continue the run that printed this id.",
)
@click.option("--at", metavar="T", help="Carry out the occurrences of this time alone, which then are done.")
@click.option("--backend", metavar="NAME", help="Carry it out with this backend, whatever the campaign says.")
@click.option("--store", metavar="URL", help="The ledger (default: in your state directory).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the summary.",
)
@click.option("--until-eof", is_flag=True, hidden=True, help="Stop when standard input ends.")
@click.pass_context
def run(
    ctx: click.Context,
    file: Path | None,
    virtual: bool,
    resume_id: str | None,
    at: str | None,
    backend: str | None,
    store: str | None,
    form: str,
    until_eof: bool,
) -> None:
    """Carry FILE out now: one occurrence of each entry, whatever its start times say.

    With --at it is the scheduled occurrence of that time, of past or future: nobody does it again. While a daemon
    carries tasks out from the same ledger, it carries out these too, and this command follows it.
    """
    if (file is None) == (resume_id is None):
        raise click.UsageError("name a campaign file, or a run to --resume")
    if at and file is None:
        raise click.UsageError("--at goes with a campaign file")
    if backend is not None:
        _require_backend(backend)
    settings = Settings.from_environment()
    if store:
        settings = replace(settings, store_url=store)
    clock = SystemClock()
    campaigns = check_or_exit(ctx, [file], clock.now(), through=backend) if file else []
    run_id = resume_id or new_run_id(clock.now())
    place = _place(settings, run_id, store, virtual=virtual, resume=resume_id is not None)
    this = Run(run_id, place, settings, terminal(err=form == "json"), clock, Event())
    if until_eof:
        stop_at_eof(this.stop, EOF_GRACE_S)
    follow_end = FollowEnd.ALL_ENDED
    with Ledger.open(place.store_url, clock) as ledger, lock_or_find_daemon(ledger, place) as daemon:
        recorded = record(this, ledger, on_fitting_phones(this, ledger, campaigns), at)
        again = recorded.again + ((place.option or f" --store {quote(store)}") if store else "")
        if not recorded.is_over:
            if place.is_shared:
                from runner.cli.run_shared import carry_out_shared  # with what only PostgreSQL needs

                follow_end = carry_out_shared(this, ledger, recorded.read)
            elif daemon is None:
                carry_out(this, ledger, recorded.campaign, recorded.read)
            else:
                follow_end = follow(this, ledger, recorded.read, daemon)
        rows = recorded.read()
        report = write_report(this, ledger)
    conclude(this, rows, report, form, going_on(this, rows, follow_end, again))
    if this.stop.is_set():
        ctx.exit(EXIT_INTERRUPTED)
    if any(row.state is not TaskState.COMPLETED for row in rows):
        ctx.exit(EXIT_PROBLEMS)


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What a run carries out: the campaign, a function that reads its tasks' rows anew, whether all of them had ended
    before, and the command that continues the run."""

    campaign: ResolvedCampaign
    read: ReadRows
    is_over: bool
    again: str


def _place(settings: Settings, run_id: str, store: str | None, *, virtual: bool, resume: bool) -> StateDir:
    """The state folder of the run, made sure of. Raises UsageError if its ledger is none for its phones."""
    if store and virtual:
        return rehearsal_at(settings, store)
    place = choose_state_dir(settings, run_id, virtual=virtual, resume=resume)
    refuse_rehearsal(place)
    if place.phones is None and holder(place.store_url) is None:
        refuse_wrong_ledger(place)
    return place


def _require_backend(name: str) -> None:
    """Raise UsageError unless there is a backend of this name, and RunnerError if its package is broken."""
    if backend_registry.find(name) is None:
        names = backend_registry.names()
        near = nearest(name, names)
        hint = f"did you mean `{near}`?" if near else f"the backends are {enumeration(names, 'and')}"
        raise UsageError(f"--backend: there is no backend `{name}`", hint=hint)


def on_fitting_phones(
    this: Run, ledger: Ledger, campaigns: Sequence[ResolvedCampaign]
) -> Sequence[ResolvedCampaign]:
    """The campaigns on the phones that fit by what they say now, or have said to a daemon."""
    if this.place.phones is not None or not asks_phones(campaigns):
        return campaigns
    found = fitting(ledger, campaigns, seen_now(this.settings.every_adb_server, campaigns))
    for plannable in plannable_entries(found):
        if plannable.why_nobody:
            this.out.say(f"{plannable.entry.name} does nothing: {plannable.why_nobody}")
    return found


def record(this: Run, ledger: Ledger, campaigns: Sequence[ResolvedCampaign], at: str | None) -> RecordedRun:
    """Record the run's occurrences and tasks before anything is sent; a resumed run has them already."""
    again = f"runner run --resume {this.id}"
    if at is None:
        for campaign in campaigns:
            record_now(ledger, campaign, this.id, this.clock.now())
        campaign = campaigns[0] if campaigns else stored_campaign(ledger, this.id)
        return RecordedRun(campaign, lambda: ledger.tasks.all(run_id=this.id), False, again)
    (resolved,) = campaigns
    keys, new = record_scheduled(ledger, resolved, at, this.id, this.clock.now())

    def read() -> list[TaskRow]:
        return [row for key in keys if (row := ledger.tasks.get(key))]

    rows = read()
    is_over = all(row.state.is_final for row in rows)
    before = [row for row in rows if row.task.key not in new]
    if before or not new:
        said = made_before(this, before)
        if new:
            said = f"{len(new)} of {len(rows)} tasks are new; otherwise {said}"
        this.out.say(said)
        again = f"runner run {quote(resolved.path)} --at {quote(at)}"
    return RecordedRun(resolved, read, is_over, again)


def made_before(this: Run, rows: Sequence[TaskRow]) -> str:
    """A sentence that the tasks of an occurrence are in the ledger already, and when they ended."""
    ends = [row.finished_utc for row in rows if row.finished_utc and row.state.is_final]
    if not rows:
        return "its tasks have been made before, and deleted: nothing is done twice"
    if all(row.state.is_final for row in rows):
        when = f", the last at {format_instant(max(ends), this.settings.zone)}" if ends else ""
        return f"it has been done already ({totals(rows)}{when}): nothing is done twice"
    return f"its tasks have been made already ({totals(rows)}): those that are open go on"


@contextmanager
def lock_or_find_daemon(ledger: Ledger, place: StateDir) -> Iterator[int | None]:
    """Hold the executor's lock; if a daemon holds it, yield the id of its process instead.

    Raises LedgerBusy if another run holds it. Of a ledger that hosts share nobody has the whole.
    """
    if place.is_shared:
        if place.witnesses and (problem := ledger.ownership.outdated(place.witnesses)):
            raise problem
        yield None
        return
    with ExitStack() as stack:
        daemon = None
        try:
            stack.enter_context(place.lock())
            take_custody(ledger, place)
        except LedgerBusy:
            daemon = daemon_pid(ledger, place)
            if daemon is None:
                raise
        yield daemon


def stored_campaign(ledger: Ledger, run_id: str) -> ResolvedCampaign:
    """The campaign as it was when the run began."""
    version = ledger.runs.campaign_of(run_id)
    if version is None:
        raise UsageError(
            f"the ledger has no run {run_id}",
            hint="`runner run` prints the id when it starts; a rehearsal is found by its id alone, and a run "
            "in another ledger with --store",
        )
    loaded = load_text(version.text, version.path)
    if loaded.has_errors:  # a flow beside it has changed: the campaign was valid when it was recorded
        raise UsageError(
            f"the run {run_id} cannot go on: {loaded.diagnostics[0].message} ({loaded.diagnostics[0].path})",
            hint="bring the flows and accounts beside the campaign back as they were",
        )
    return resolve_campaign(loaded)


def write_report(this: Run, ledger: Ledger) -> Path | None:
    """Write the run's HTML report and return its path; None if no occurrence is the run's own."""
    run = ledger.runs.get(this.id)
    if run is None:
        return None
    path = this.place.report(this.id)
    record = report_of(ledger, of_run(run), this.clock.now())
    html = render_report(record, this.place.artifacts(ledger), this.settings.zone)
    make_folder(path.parent)
    write_file(path, html.encode(errors="replace"))
    return path


def going_on(this: Run, rows: Sequence[TaskRow], follow_end: FollowEnd, again: str) -> str | None:
    """How the tasks that are still open go on; None if there are none."""
    left = next((row.task for row in rows if not row.state.is_final), None)
    if left is None:
        return None
    said = LEFT_TO.get(follow_end, "to go on: {again}")
    return said.format(again=again, campaign=left.campaign, entry=left.entry)


def conclude(
    this: Run, rows: Sequence[TaskRow], report: Path | None, form: str, going_on: str | None
) -> None:
    """Print the result of the run, and how to go on if it is not over."""
    if form == "json":
        print_json(summary_data(this.id, rows, str(report) if report else None))
        return
    this.out.say()
    this.out.print(summary_table(rows))
    this.out.say()
    this.out.say(totals(rows))
    if report:
        this.out.say(f"report: {report}")
    if going_on:
        this.out.say(going_on)
