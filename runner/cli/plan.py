"""`runner plan`: show every task of a window with its exact instant, or what changed since a git revision."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click

from runner.campaign.loader import Loaded, discover, load
from runner.campaign.narrowing import asks_phones, narrowed
from runner.campaign.nearest import enumeration
from runner.campaign.quantities import Duration
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.campaign.revision import files_at
from runner.checks import CheckResult, check_campaigns
from runner.cli.now_option import now_option
from runner.cli.output import print_json_lines, say_bytes, say_lines
from runner.cli.problems import check_or_exit, show
from runner.clock import SystemClock
from runner.diagnostics import Severity
from runner.errors import LedgerError, UsageError
from runner.exit_codes import EXIT_PROBLEMS
from runner.planning.attention import attention
from runner.planning.difference import differences
from runner.planning.limits import Usage
from runner.planning.material import Material
from runner.planning.notes import Note
from runner.planning.plan import Plan
from runner.planning.plan import plan as make_plan
from runner.planning.plannable_entry import plannable_entries
from runner.planning.source import Window
from runner.queries.material import material_of
from runner.reports import plan_diff, plan_ics, plan_json, plan_markdown, plan_table
from runner.reports.streams import columns, has_colors
from runner.settings import Settings, fleet_zone
from runner.store.rehearsals import is_rehearsal
from runner.store.url import may_be_there, rehearsal_only, shown

FORMATS = ("table", "json", "ics", "markdown")
DEFAULT_PATHS = (Path("campaigns"),)
DEFAULT_LENGTH = timedelta(days=1)

NOT_AT_A_REVISION = {"missing-file", "unreadable-media"}
"""Problems that do not count for an old revision: only its YAML files are read, not its media."""


@click.command(
    epilog="""\b
Examples:
  runner plan                                       campaigns/ in the next 24 hours
  runner plan campaigns/demo.yaml --until 7d        one campaign, a week
  runner plan --from 2027-01-01 --until 365d --format json
  runner plan --format ics > plan.ics               for a calendar
  runner plan --diff main --exit-code               what differs from a git revision
  runner plan --diff main --format markdown         the same, for the comment of a pull request"""
)
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--from", "start", metavar="T", help="Where the window begins, on the campaign's clocks (default: now)."
)
@click.option(
    "--until",
    "end",
    metavar="T",
    help="Where it ends: a time, or how long: 7d (default: 1d).",
)
@now_option
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.option("--store", metavar="URL", help="The ledger whose effects count against limits, if it is there.")
@click.option("--diff", "revision", metavar="REV", help="Show what changed since a git revision.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if something changed; goes with --diff.")
@click.pass_context
def plan(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    start: str | None,
    end: str | None,
    now: datetime | None,
    form: str,
    store: str | None,
    revision: str | None,
    exit_code: bool,
) -> None:
    """Show every task of campaign files and folders (default: campaigns/) with its exact instant: by default
    those of the next 24 hours."""
    if exit_code and revision is None:
        raise click.UsageError("--exit-code needs --diff")
    if revision is not None and form == "ics":
        raise click.UsageError("--diff has no --format ics; take table, json or markdown")
    _refuse_rehearsal(store or Settings.from_environment().store_url)
    at = now or SystemClock().now()
    campaigns = check_or_exit(ctx, paths or DEFAULT_PATHS, at)
    window = _window(campaigns, start, end, at)
    if asks_phones(campaigns):
        campaigns = _on_fitting_phones(campaigns, store)
    if revision is None:
        known = _known(campaigns, window, store, at)
        made = make_plan(campaigns, window, known.material)
        notes = chain(known.notes, attention(made, fleet_zone(), known.past))
        match form:
            case "json":
                print_json_lines(plan_json.render(made, notes))
            case "ics":
                say_bytes("".join(f"{line}\n" for line in plan_ics.render(made, notes)).encode())
            case "markdown":
                say_lines(plan_markdown.render(made, notes))
            case _:
                say_lines(plan_table.render(made, notes, columns(sys.stdout)))
        return
    made = make_plan(campaigns, window)
    before = make_plan(list(_sources_at(revision, paths or DEFAULT_PATHS, at)), window)
    if _print_differences(before, made, revision, form) and exit_code:
        ctx.exit(EXIT_PROBLEMS)


def _refuse_rehearsal(url: str) -> None:
    try:
        is_one = is_rehearsal(url)
    except LedgerError:  # told with the limits
        return
    if is_one:
        raise rehearsal_only(shown(url), hint="leave --store out, or name another ledger")


def _on_fitting_phones(campaigns: list[ResolvedCampaign], store: str | None) -> list[ResolvedCampaign]:
    """The campaigns on the phones that fit by what they say now, or have said to a daemon."""
    from runner.queries.sightings import seen_now

    settings = Settings.from_environment()
    now, url = seen_now(settings.every_adb_server, campaigns), store or settings.store_url
    if not may_be_there(url):
        return [narrowed(campaign, now) for campaign in campaigns]
    from runner.store.ledger import Ledger
    from runner.store.sightings import fitting
    from runner.store.upgrade import Upgrades

    try:
        with Ledger.open(url, SystemClock(), Upgrades.NONE) as ledger:
            return fitting(ledger, campaigns, now)
    except LedgerError:  # told with the limits
        return [narrowed(campaign, now) for campaign in campaigns]


class Known(NamedTuple):
    """What a plan knows of the world beside the campaigns: the effects that count already, by device or account, what
    there is to post, and what to say of both."""

    past: Mapping[str, Usage]
    material: Material
    notes: tuple[Note, ...] = ()


def _known(campaigns: Sequence[ResolvedCampaign], window: Window, store: str | None, at: datetime) -> Known:
    """What the ledger holds, if there is one, and the files. This makes no ledger."""
    url = store or Settings.from_environment().store_url
    is_there = may_be_there(url)
    if store and not is_there:
        raise UsageError(f"there is no ledger {shown(url)}", hint="leave --store out to plan without one")
    if not is_there:
        return Known({}, material_of(campaigns, window, None, at))
    from runner.queries.usage import usage_until  # heavy, and of use only where there is a ledger
    from runner.store.ledger import Ledger
    from runner.store.upgrade import Upgrades

    lanes = [lane for plannable in plannable_entries(campaigns) for lane in plannable.lanes]
    try:
        with Ledger.open(url, SystemClock(), Upgrades.NONE) as ledger:
            past = usage_until(ledger, lanes, at)
            material = material_of(campaigns, window, ledger, at)
    # A plan needs no ledger: one that cannot be read costs the counts, not the plan.
    except LedgerError as error:
        note = Note("ledger-usage", f"what was done before does not count: {error.message}")
        return Known({}, material_of(campaigns, window, None, at), (note,))
    if not past:
        return Known(past, material)
    # By lane: an account on a phone has made nothing that its phone has not made.
    totals = _totals([past[name] for name in {lane.name for lane in lanes} & past.keys()])
    note = Note("ledger-usage", f"limits count what the ledger {shown(url)} holds: {totals}")
    return Known(past, material, (note,))


def _totals(past: Iterable[Usage]) -> str:
    """`4 follow, 1 post`."""
    made = Counter[str]()
    for usage in past:
        for kind, instants in (usage.device or usage.account).items():
            made[kind] += len(instants)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(made.items()))


def _window(
    campaigns: Sequence[ResolvedCampaign], from_: str | None, until_: str | None, at: datetime
) -> Window:
    """The window that was asked for. Raises UsageError for a text that is no time, or differs by campaign."""
    start = _instant(campaigns, from_, at) if from_ else at
    length = _length(until_)
    until = start + (length or DEFAULT_LENGTH)
    if until_ and length is None:
        until = _instant(campaigns, until_, at, "or how long: 7d")
    if until <= start:
        raise click.UsageError(
            f"the window ends ({until:%Y-%m-%dT%H:%MZ}) before it begins ({start:%Y-%m-%dT%H:%MZ})"
        )
    return Window(start.astimezone(UTC), until)


def _length(written: str | None) -> timedelta | None:
    try:
        return Duration.parse(written).delta if written else None
    except ValueError:
        return None


def _instant(campaigns: Sequence[ResolvedCampaign], written: str, now: datetime, *hints: str) -> datetime:
    """A time as typed, on the clocks of the campaigns; on those of the fleet if no campaign names a zone."""
    from runner.queries.asked_times import TypedTime

    named = {campaign.zone for campaign in campaigns if campaign.timezone}
    zones = sorted(named or {fleet_zone()}, key=str)
    try:
        instants = {TypedTime.read(written, zone, now).instant_utc for zone in zones}
    except UsageError as error:
        raise UsageError(error.message, hint=", ".join(filter(None, (error.hint, *hints)))) from None
    if len(instants) > 1:
        raise UsageError(
            f"{written} is another instant for each campaign: they are in {enumeration(zones, 'and')}",
            hint=f"name the zone, {written}[{zones[0]}], or write an offset",
        )
    return instants.pop()


def _print_differences(before: Plan, after: Plan, revision: str, form: str) -> bool:
    """Print how the plans differ; returns whether they do."""
    found = list(differences(before, after))
    if form == "json":
        print_json_lines(plan_json.render_differences(before, after, found))
    elif form == "markdown":
        say_lines(plan_markdown.render_differences(before, after, found, revision))
    else:
        color = has_colors(sys.stdout)
        say_lines(plan_diff.render(before, after, found, revision, color=color), painted=color)
    return bool(found)


def _sources_at(revision: str, paths: Sequence[Path], at: datetime) -> Iterator[ResolvedCampaign]:
    """The campaigns of a revision; one that was wrong is reported, and has no tasks."""
    campaigns = list(_loaded_at(revision, paths))
    report = check_campaigns(campaigns, at, fleet_zone())
    errors = [problem for problem in report.diagnostics if problem.severity is Severity.ERROR]
    wrong = [problem for problem in errors if problem.code not in NOT_AT_A_REVISION]
    if wrong:
        texts = {f"{revision}:{path}": text for path, text in report.texts.items()}
        told = [replace(problem, path=f"{revision}:{problem.path}") for problem in wrong]
        show(CheckResult(texts, tuple(told)), sys.stderr)
    for one in campaigns:
        if one.document.path not in {problem.path for problem in wrong}:
            yield resolve_campaign(one, revision)


def _loaded_at(revision: str, paths: Sequence[Path]) -> Iterator[Loaded]:
    """The campaigns as they were, each with its path in the working tree."""
    # Written to a folder, so that they are found and read as any others, with the flows beside them.
    with TemporaryDirectory(prefix="runner-plan-") as folder:
        for file, content in files_at(revision, paths).items():
            there = _beneath(folder, file)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(content)
        for path in paths:
            there = _beneath(folder, path.resolve())
            for file in _campaigns_at(there):
                yield _named(load(file), str(path / file.relative_to(there)))


def _beneath(folder: str, path: Path) -> Path:
    return Path(folder, path.relative_to(path.anchor))


def _campaigns_at(path: Path) -> list[Path]:
    try:
        return discover([path])
    except UsageError:  # there was none
        return []


def _named(loaded: Loaded, path: str) -> Loaded:
    """The campaign as if it had been read from `path`."""
    there, document = loaded.document.path, replace(loaded.document, path=path)
    problems = (replace(one, path=path) if one.path == there else one for one in loaded.diagnostics)
    return replace(loaded, document=document, diagnostics=tuple(problems))
