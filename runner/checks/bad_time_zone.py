"""Check `bad-time-zone`: a time zone that does not exist, none where a wall-clock time is used, or two for a phone."""

from collections.abc import Iterator

from runner.campaign import rewriting
from runner.campaign.nearest import nearest, only_answer
from runner.checks.calendar import zone_named
from runner.checks.offsets import offset_hint
from runner.checks.view import CampaignView
from runner.checks.written import Item, Path, WrittenEntry, mapping
from runner.diagnostics import Diagnostic, Fix
from runner.planning.rules import needs_zone

CODE = "bad-time-zone"

_HINT = "add `timezone: Europe/Stockholm`, or where you are"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    name = campaign.text("timezone")
    for item in (*([name] if name else []), *campaign.group_zones.values()):
        if zone_named(item.text) is None:
            yield _unknown(campaign, item)
    if "timezone" not in campaign.data and (use := next(_uses(campaign), None)):
        path, what = use
        yield campaign.problem(CODE, path, f"{what}, and the campaign names no time zone", _HINT)
    for entry in campaign.entries:
        yield from _torn(campaign, entry)


def _unknown(campaign: CampaignView, item: Item) -> Diagnostic:
    message = f"there is no time zone `{item.text}`"
    if hint := offset_hint(item.text, campaign.horizon.now):
        return campaign.problem(CODE, item.path, message, hint)
    return campaign.problem(CODE, item.path, message, _hint(item.text), fix=_fix(campaign, item))


def _torn(campaign: CampaignView, entry: WrittenEntry) -> Iterator[Diagnostic]:
    """The first phone or account that is in two groups of an entry with different zones."""
    known: dict[str, tuple[str, Item]] = {}
    zoned = ((item, zone) for item in entry.devices if (zone := campaign.group_zones.get(item.text)))
    for item, zone in zoned:
        for name in campaign.members(item.text):
            group, other = known.setdefault(name, (item.text, zone))
            if other.text != zone.text:
                message = (
                    f"{name} is in the group `{group}`, in {other.text}, and in `{item.text}`, in {zone.text}: "
                    "nothing says on whose clocks it works here"
                )
                related = (campaign.related(other.path, f"the zone of `{group}`"),)
                hint = "leave it out of one of them, or make two entries"
                yield campaign.problem(CODE, item.path, message, hint, related=related)
                return


def _hint(name: str) -> str:
    from zoneinfo import available_timezones

    near = nearest(name, sorted(available_timezones()))
    return f"did you mean `{near}`?" if near else "write an IANA name, such as Europe/Stockholm or UTC"


def _fix(campaign: CampaignView, name: Item) -> Fix | None:
    from zoneinfo import available_timezones

    answer = only_answer(name.text, available_timezones())
    return rewriting.fix(campaign.document, name.path, answer) if answer else None


def _uses(campaign: CampaignView) -> Iterator[tuple[Path, str]]:
    """The places where the campaign's zone is needed, and for what. The check tells only the first."""
    here = [entry for entry in campaign.entries if _is_here(campaign, entry)]
    used = {time for entry in campaign.entries for time in entry.times}
    needing = {time for entry in here for time in entry.times}
    for time in campaign.times:
        if time.rule and needs_zone(time.rule) and (time in needing or time not in used):
            yield time.path, f"{time.rule.written} is a wall-clock time"
    if campaign.section("active") and here:
        yield ("active",), "days begin when the clocks of a time zone say so"


def _is_here(campaign: CampaignView, entry: WrittenEntry) -> bool:
    """Whether some of an entry's phones are in no group that names a zone, so that the campaign's zone is theirs."""
    groups = campaign.section("devices")
    return not all("timezone" in mapping(groups.get(item.text)) for item in entry.devices)
