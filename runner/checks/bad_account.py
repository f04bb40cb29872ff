"""Check `bad-account`: an account that cannot do what an entry wants of it, or that is declared twice."""

from collections.abc import Iterator

from runner.campaign.accounts_file import FILE, DeclaredAccount, declared_twice, twins
from runner.campaign.members import called, on_phone
from runner.campaign.nearest import enumeration
from runner.checks.compact_campaign import CompactCampaign
from runner.checks.members import account_groups, names_accounts, username_groups
from runner.checks.outlook import Outlook
from runner.checks.view import CampaignView
from runner.checks.written import Item, WrittenEntry, item_of
from runner.diagnostics import Diagnostic, Related
from runner.targets import account

CODE = "bad-account"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    yield from _declared_twice(campaign)
    backend = campaign.backend
    if backend is None or not backend.works_as_accounts:
        return
    for entry in campaign.entries:
        app = item_of(entry.values, entry.path, "app")
        if app and app.text not in backend.apps and app.text not in campaign.loaded.apps:
            app = None  # a misspelt app is told by itself
        for item, one in _used(campaign, entry):
            yield from _misplaced(campaign, item, one, app)
        yield from _usernames(campaign, entry, app)
        if entry.values.get("multi_account") is True:
            yield from _phones(campaign, entry, app)


def check_together(outlook: Outlook) -> Iterator[tuple[CompactCampaign, Diagnostic]]:
    """An account that two campaigns declare on two phones."""
    first: dict[str, tuple[CompactCampaign, DeclaredAccount]] = {}
    for campaign in outlook.campaigns:
        for one in campaign.own_accounts:
            other, known = first.setdefault(one.identity, (campaign, one))
            if other is not campaign and known.device != one.device and known.device and one.device:
                place = campaign.view.head(("accounts", one.name))
                where = f"on {one.device} here, and on {known.device} in another campaign"
                message = f"{one.handle} in {one.app} is declared {where}"
                hint = f"declare it once, in {FILE} beside the campaigns: it never works on both at a time"
                home = other.view
                related = (home.related(home.head(("accounts", known.name)), "declared here"),)
                yield campaign, campaign.view.warning(CODE, place, message, hint, related=related)


def _declared_twice(campaign: CampaignView) -> Iterator[Diagnostic]:
    own, groups = campaign.section("accounts"), campaign.section("devices")
    shared = campaign.loaded.shared_accounts
    for name in own:
        if name in shared:
            message = f"the account `{name}` is declared in {FILE} too"
            yield campaign.problem(
                CODE, campaign.head(("accounts", name)), message, "declare it in one place"
            )
    for name in own:
        if name in groups:
            message = (
                f"`{name}` is an account and a group of devices, and entries that name it mean the group"
            )
            group, hint = campaign.head(("devices", name)), "give one of them another name"
            related = (campaign.related(group, "the group"),)
            yield campaign.problem(CODE, campaign.head(("accounts", name)), message, hint, related=related)
    for first, second in twins(campaign.accounts.values()):
        here, other = (second, first) if second.name in own else (first, second)
        if here.name in own and here.name not in shared:
            place, what = campaign.head(("accounts", here.name)), declared_twice(here, other)
            yield campaign.problem(CODE, place, *what, related=_where(campaign, other))


def _where(campaign: CampaignView, one: DeclaredAccount) -> tuple[Related, ...]:
    """The declaration of an account, if it is in the campaign itself."""
    if one.name not in campaign.section("accounts"):
        return ()
    return (campaign.related(campaign.head(("accounts", one.name)), "declared here"),)


def _used(campaign: CampaignView, entry: WrittenEntry) -> Iterator[tuple[Item, DeclaredAccount]]:
    """The declared accounts that an entry names, in its groups or by itself, each where it is named."""
    groups, in_groups = campaign.section("devices"), campaign.once(account_groups)
    for item in entry.devices:
        members = in_groups.get(item.text, ()) if item.text in groups else (item,)
        for member in members:
            if one := campaign.accounts.get(member.text):
                yield member, one


def _misplaced(
    campaign: CampaignView, item: Item, one: DeclaredAccount, app: Item | None
) -> Iterator[Diagnostic]:
    if one.device is None:
        message = f"the account `{one.name}` names no phone, and the backend works on phones"
        hint = "add `device: ...`, the phone on which it is logged in"
        yield campaign.problem(CODE, item.path, message, hint, related=_where(campaign, one))
    if app and app.text != one.app:
        message = f"the account `{one.name}` is one of {one.app}, and the entry's app is {app.text}"
        yield campaign.problem(
            CODE,
            item.path,
            message,
            "remove the entry's `app`: its accounts tell it",
            related=_where(campaign, one),
        )


def _usernames(campaign: CampaignView, entry: WrittenEntry, app: Item | None) -> Iterator[Diagnostic]:
    """Accounts by their names in the app, each of which must be one that is declared."""
    groups = campaign.once(username_groups)
    for item in entry.devices:
        for name in groups.get(item.text, ()):
            found = called(name.text, campaign.accounts, app.text if app else None)
            if not found:
                yield _undeclared(campaign, name, app)
            elif len(apps := dict.fromkeys(one.app for one in found)) > 1:
                message = f"{account(name.text)} is declared for {enumeration(apps, 'and')}"
                hint = "say `app:` in the entry, or name the account as it is declared"
                yield campaign.problem(CODE, name.path, message, hint)
            else:
                yield from _misplaced(campaign, name, found[0], app)


def _undeclared(campaign: CampaignView, name: Item, app: Item | None) -> Diagnostic:
    in_app = f" for {app.text}" if app else ""
    message = (
        f"no account {account(name.text)} is declared{in_app}, so that nobody knows on which phone it is"
    )
    handles = [one.handle for one in campaign.accounts.values()]
    near = campaign.nearest(account(name.text), handles)
    hint = (
        f"did you mean {near}?"
        if near
        else f"declare it under `accounts:`, or in {FILE} beside the campaigns"
    )
    return campaign.problem(CODE, name.path, message, hint)


def _phones(campaign: CampaignView, entry: WrittenEntry, app: Item | None) -> Iterator[Diagnostic]:
    """The first phone of an entry for all accounts on which none is declared."""
    place = (*entry.path, "multi_account")
    for item in entry.devices:
        if names_accounts(campaign, item):  # another check tells
            continue
        for serial in campaign.phones_named(item):
            if not on_phone(serial, campaign.accounts, app.text if app else None):
                in_app = f" for {app.text}" if app else ""
                message = f"no account is declared on {serial}{in_app}, so that nobody knows which there are"
                hint = f"declare its accounts under `accounts:`, or in {FILE} beside the campaigns"
                yield campaign.problem(CODE, place, message, hint)
                return
