"""Campaigns: every text that was read, the one that is in force, and its start times."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, Text, bindparam, delete, func, insert, select, update

from runner.store import schema
from runner.store.asked.campaigns import AskedCampaigns
from runner.store.campaign_rows import (
    CampaignVersion,
    GoodText,
    InForce,
    InvalidFile,
    VersionRow,
)
from runner.store.columns import Instant
from runner.store.part import Part, new_id
from runner.store.request_rows import PauseScope

CAMPAIGN, SCHEDULE, VERSION = schema.campaigns.c, schema.schedules.c, schema.campaign_versions.c
INVALID, PAUSE = schema.invalid_files.c, schema.pauses.c


class Campaigns(AskedCampaigns, Part):
    def record(self, name: str, path: Path | str, text: str, commit: str | None) -> int:
        """Keep a campaign's text; returns the id of its version. The same text in the same file is one version."""
        now = self._clock.now()
        return self._write(
            f"record the campaign {name}",
            lambda connection: _record(connection, name, str(path), text, commit, now),
        )

    def newest_version(self, name: str) -> CampaignVersion | None:
        """The newest text of a campaign, whether or not it is in force."""
        query = (
            select(VERSION.id, VERSION.name, VERSION.path, VERSION.text, VERSION.git_commit)
            .filter_by(name=name)
            .order_by(VERSION.seen_utc.desc(), VERSION.id.desc())
            .limit(1)
        )
        found = self._read(
            f"read the campaign {name}", lambda connection: connection.execute(query).one_or_none()
        )
        return None if found is None else CampaignVersion(*found)

    def versions(self, name: str, limit: int = 50) -> list[VersionRow]:
        """The texts of a campaign, the one that was first read last comes first."""
        columns = (VERSION.id, VERSION.name, VERSION.path, VERSION.git_commit, VERSION.first_seen_utc)
        query = (
            select(*columns, VERSION.seen_utc, func.length(VERSION.text))
            .where(VERSION.name == name)
            .order_by(VERSION.first_seen_utc.desc(), VERSION.id.desc())
            .limit(limit)
        )

        def work(connection: Connection) -> list[VersionRow]:
            return [VersionRow(*row) for row in connection.execute(query)]

        return self._read(f"read the versions of {name}", work)

    def version(self, version_id: int) -> CampaignVersion | None:
        """One text of a campaign, by its id."""
        columns = (VERSION.id, VERSION.name, VERSION.path, VERSION.text, VERSION.git_commit)
        query = select(*columns).where(VERSION.id == version_id)
        found = self._read(f"read the version {version_id}", lambda it: it.execute(query).one_or_none())
        return None if found is None else CampaignVersion(*found)

    def put_in_force(self, campaign: InForce) -> None:
        """Put a text in force, and make the campaign's schedules those of the text.

        A start time that it had before stays as it is, one that it has no longer is gone, and a new one is first seen
        now. The row's `since_utc` stays as long as the version does.
        """
        self._write(
            f"put the campaign {campaign.name} in force",
            lambda connection: _put_in_force(connection, campaign),
        )

    def bring_into_force(self, texts: Sequence[GoodText]) -> None:
        """Record texts, and put them in force, in one transaction."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            for one in texts:
                version = _record(connection, one.name, one.path, one.text, one.commit, now)
                _put_in_force(
                    connection, InForce(one.name, one.path, version, one.commit, one.rules, now, one.flows)
                )

        self._write(f"put {len(texts)} campaigns in force", work)

    def record_commits(self, commits: Mapping[str, str | None]) -> None:
        """Note the commits at which the texts in force were found, by campaign."""
        now = self._clock.now()
        rows = [{"campaign": name, "at": commit, "now": now} for name, commit in commits.items()]
        one = CAMPAIGN.name == bindparam("campaign")
        in_force = select(CAMPAIGN.campaign_version_id).where(one).scalar_subquery()

        def work(connection: Connection) -> None:
            at = bindparam("at", type_=Text)
            version = update(schema.campaign_versions).where(VERSION.id == in_force)
            seen = bindparam("now", type_=Instant)
            connection.execute(version.values(git_commit=at, seen_utc=seen), rows)
            connection.execute(update(schema.campaigns).where(one).values(git_commit=at), rows)

        self._write(f"record the commits of {len(rows)} campaigns", work)

    def replace_invalid_files(self, files: Sequence[InvalidFile]) -> None:
        """Keep these files as the invalid ones, and no others."""
        rows = [
            {
                "path": file.path,
                "campaign": file.campaign,
                "problem": file.problem,
                "git_commit": file.commit,
                "since_utc": file.since_utc,
            }
            for file in files
        ]

        def work(connection: Connection) -> None:
            connection.execute(delete(schema.invalid_files))
            if rows:
                connection.execute(insert(schema.invalid_files), rows)

        self._write(f"record that {len(rows)} campaign files are invalid", work)

    def rename(self, old: str, new: str, at: datetime) -> None:
        """Call the campaign `new` from this instant on: its schedules move to that name, and a pause of the old name
        holds for the new one.

        What it did before stays under the old name, withdrawn. Nothing happens if the ledger does not know it.
        """

        def work(connection: Connection) -> None:
            moved = update(schema.schedules).where(SCHEDULE.campaign == old, SCHEDULE.gone_utc.is_(None))
            connection.execute(moved.values(campaign=new))
            _pause_too(connection, old, new)
            _withdraw(connection, old, f"renamed to {new}", at)

        self._write(f"rename the campaign {old} to {new}", work)

    def withdraw(self, name: str, reason: str) -> None:
        """Take a campaign out of force, for a reason; its schedules are gone then."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            _withdraw(connection, name, reason, now)
            _schedule(connection, name, frozenset(), now)

        self._write(f"withdraw the campaign {name}", work)


def _record(
    connection: Connection, name: str, path: str, text: str, commit: str | None, now: datetime
) -> int:
    identity = {"name": name, "path": path, "sha256": sha256(text.encode()).hexdigest()}
    seen = {"git_commit": commit, "seen_utc": now}
    known = connection.scalar(select(VERSION.id).filter_by(**identity))
    if known is not None:
        connection.execute(update(schema.campaign_versions).filter_by(id=known).values(seen))
        return int(known)
    row = {**identity, **seen, "text": text, "first_seen_utc": now}
    return new_id(connection, insert(schema.campaign_versions).values(row))


def _put_in_force(connection: Connection, campaign: InForce) -> None:
    before = connection.execute(select(schema.campaigns).filter_by(name=campaign.name)).one_or_none()
    # Back in force with the same text after a withdrawal counts as new: its start times were gone meanwhile.
    stays = (
        before is not None
        and before.withdrawn_utc is None
        and before.campaign_version_id == campaign.version_id
    )
    since = before.since_utc if before is not None and stays else campaign.since_utc
    values = {
        "path": campaign.path,
        "campaign_version_id": campaign.version_id,
        "git_commit": campaign.commit,
        "since_utc": since,
        "flows": dict(campaign.flows),
        **dict.fromkeys(("withdrawn_utc", "withdrawn_reason")),
    }
    if before is None:
        connection.execute(insert(schema.campaigns).values(name=campaign.name, **values))
    else:
        connection.execute(update(schema.campaigns).filter_by(name=campaign.name).values(values))
    _schedule(connection, campaign.name, campaign.rules, campaign.since_utc)


def _schedule(connection: Connection, name: str, rules: frozenset[tuple[str, str]], at: datetime) -> None:
    """Make the open schedules of a campaign those of `rules`."""
    query = select(SCHEDULE.id, SCHEDULE.entry, SCHEDULE.rule)
    rows = connection.execute(query.where(SCHEDULE.campaign == name, SCHEDULE.gone_utc.is_(None))).all()
    gone = [row.id for row in rows if (row.entry, row.rule) not in rules]
    new = sorted(rules - {(row.entry, row.rule) for row in rows})
    for schedule_id in gone:
        connection.execute(update(schema.schedules).filter_by(id=schedule_id).values(gone_utc=at))
    if new:
        connection.execute(insert(schema.schedules), _schedule_rows(name, new, at))


def _schedule_rows(name: str, rules: Sequence[tuple[str, str]], at: datetime) -> list[dict[str, object]]:
    return [{"campaign": name, "entry": entry, "rule": rule, "first_seen_utc": at} for entry, rule in rules]


def _pause_too(connection: Connection, old: str, new: str) -> None:
    """Give a pause of the old name to the new one too; the tasks of the old name keep theirs."""
    lasting = select(PAUSE.subject, PAUSE.requested_by, PAUSE.since_utc).where(
        PAUSE.scope == PauseScope.CAMPAIGN, PAUSE.subject.in_((old, new)), PAUSE.ended_utc.is_(None)
    )
    paused = {row.subject: row for row in connection.execute(lasting)}
    if old in paused and new not in paused:
        by, since = paused[old].requested_by, paused[old].since_utc
        row = {"scope": PauseScope.CAMPAIGN, "subject": new, "requested_by": by, "since_utc": since}
        connection.execute(insert(schema.pauses).values(row))


def _withdraw(connection: Connection, name: str, reason: str, at: datetime) -> None:
    standing = update(schema.campaigns).where(CAMPAIGN.name == name, CAMPAIGN.withdrawn_utc.is_(None))
    connection.execute(standing.values(withdrawn_utc=at, withdrawn_reason=reason))
