"""The campaign files on disk, and what of them is in force: the last good text of each campaign."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.campaign.revision import git_folder
from runner.clock import Clock
from runner.errors import FolderError
from runner.planning.plannable_entry import plannable_entries
from runner.scheduling.campaign_files import CampaignFile, CampaignFiles
from runner.scheduling.folder_decision import Bad, FolderDecision, decide_files
from runner.scheduling.reload import CampaignChange, ChangeKind, Reload, differences, short
from runner.scheduling.unread_changes import PATIENCE_S, QUIET_S, is_locked
from runner.store.campaign_rows import CampaignRow, GoodText, InvalidFile
from runner.store.last_good import restore
from runner.store.ledger import Ledger

_Rows = Mapping[str, CampaignRow]
_Commits = Mapping[Path, str | None]
_Invalid = Sequence[InvalidFile]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A campaign in force, and the file that it was made from; None if it was the ledger's text."""

    campaign: ResolvedCampaign
    file: CampaignFile | None


class CampaignFolder:
    """The campaigns of files and folders. Any thread may call it; it does one reload at a time."""

    def __init__(self, paths: Sequence[Path], ledger: Ledger, clock: Clock, fleet_zone: tzinfo = UTC) -> None:
        self._files = CampaignFiles(paths, fleet_zone)
        self._ledger = ledger
        self._clock = clock
        self._standing: dict[str, _Standing] = {}
        self._reported: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def campaigns(self) -> tuple[ResolvedCampaign, ...]:
        """The campaigns in force now, by name."""
        return tuple(standing.campaign for _, standing in sorted(self._standing.items()))

    def load(self, *, anew: bool = False) -> Reload:
        """Read files that have changed, or all of them `anew`, and put them in force, in the ledger too.

        Raises FolderError if a path is not there or a folder has no campaigns any more: what was in force stays, over
        a restart too. Raises LedgerError if the ledger cannot be read or written.
        """
        with self._lock:
            if anew:
                self._files.forget()
            rows = {row.name: row for row in self._ledger.campaigns.all()}
            invalid = self._ledger.campaigns.invalid_files()
            try:
                decision, commits = self._decide(rows, invalid)
            except FolderError as error:
                # Never a deletion: a folder that is missing or empty is mostly a mount that failed, or a checkout.
                self._keep_last_good(rows)
                self._record_lost(rows, invalid, error.message)
                raise
            after = self._after(decision, rows, commits)
            changes = [
                *self._changes(decision, rows, commits, after),
                *_mended(decision, commits, invalid),
                *_vanished(decision, invalid),
            ]
            changes.sort(key=lambda change: change.campaign)
            # The ledger before our own memory: if it fails, the next reload finds the same differences again.
            self._write(decision, rows, commits, after)
            self._record_invalid(decision.bad, invalid)
            self._standing = after
            self._reported = {bad.path: bad.problem for bad in decision.bad}
            return Reload(self.campaigns, tuple(changes), decision.problems)

    def _decide(self, rows: _Rows, invalid: _Invalid) -> tuple[FolderDecision, _Commits]:
        """Decide for the files as they are; again if git was changing the work tree, since files are gone or wrong for
        a moment then."""
        folders = [folder for path in self._files.paths if (folder := git_folder(path))]
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            reading = self._files.read(self._clock.now())
            places = {file.place for file in reading.files}
            lost = [Path(row.path) for row in rows.values() if row.path not in places]
            commits = reading.commits(lost)
            decision = decide_files(reading, rows, commits, invalid)
            # Only bad news waits for git: files that are right and there have been written completely.
            is_worse = decision.gone or any(
                self._reported.get(bad.path) != bad.problem for bad in decision.bad
            )
            if not is_worse or not is_locked(folders) or time.monotonic() > give_up_at:
                return decision, commits
            time.sleep(QUIET_S)

    def _keep_last_good(self, rows: _Rows) -> None:
        """Keep in force, without any file, what was so when the daemon ended, unless it is known already."""
        roots = [Path(path).absolute() for path in self._files.paths]
        for name, row in () if self._standing else rows.items():
            is_ours = any(Path(row.path).is_relative_to(root) for root in roots)
            if is_ours and (standing := self._last_good(row)):
                self._standing[name] = standing

    def _record_lost(self, rows: _Rows, invalid: _Invalid, problem: str) -> None:
        """Write down for each campaign in force that its file is gone, unless that was wrong before."""
        known = [Bad(file.path, file.campaign, file.problem, file.commit) for file in invalid]
        wrong = {file.campaign for file in invalid}
        stands = [rows[name] for name in self._standing if name in rows and name not in wrong]
        self._record_invalid([*known, *(Bad(row.path, row.name, problem) for row in stands)], invalid)

    def _record_invalid(self, found: Iterable[Bad], invalid: _Invalid) -> None:
        """Write down which files are wrong now; `invalid` are those that were before."""
        now = self._clock.now()
        by_path = {bad.path: _invalid(bad, invalid, now) for bad in found}
        files = [file for _, file in sorted(by_path.items())]
        if files != list(invalid):
            self._ledger.campaigns.replace_invalid_files(files)

    def _after(self, decision: FolderDecision, rows: _Rows, commits: _Commits) -> dict[str, _Standing]:
        """The campaigns in force from now on."""
        found = {
            name: self._from_file(name, file, commits[file.path]) for name, file in decision.good.items()
        }
        for bad in decision.bad:
            row = rows.get(bad.campaign) if bad.campaign else None
            if row and (standing := self._last_good(row)):
                found[row.name] = standing
        return found

    def _from_file(self, name: str, file: CampaignFile, commit: str | None) -> _Standing:
        known = self._standing.get(name)
        if known is None or known.file is not file:
            return _Standing(resolve_campaign(file.loaded, commit), file)
        return (
            known
            if known.campaign.commit == commit
            else _Standing(replace(known.campaign, commit=commit), file)
        )

    def _last_good(self, row: CampaignRow) -> _Standing | None:
        """The text that stays in force of a campaign whose file is wrong; None if there is none."""
        if row.withdrawn_utc is not None:
            return None
        if known := self._standing.get(row.name):
            return known
        campaign = restore(row)
        return _Standing(campaign, None) if campaign else None

    def _write(
        self, decision: FolderDecision, rows: _Rows, commits: _Commits, after: Mapping[str, _Standing]
    ) -> None:
        for old, new in decision.renamed.items():
            self._ledger.campaigns.rename(old, new, self._clock.now())
        texts, found_at = [], {}
        for name, file in decision.good.items():
            row, commit = rows.get(name), commits[file.path]
            if row is None or _takes_effect(file, row):
                rules = _rules(after[name].campaign)
                texts.append(GoodText(name, file.place, file.text, file.texts_beside, commit, rules))
            elif row.commit != commit:
                found_at[name] = commit
        if texts:
            self._ledger.campaigns.bring_into_force(texts)
        if found_at:
            self._ledger.campaigns.record_commits(found_at)
        for name, reason in decision.gone.items():
            self._ledger.campaigns.withdraw(name, reason)

    def _changes(
        self, decision: FolderDecision, rows: _Rows, commits: _Commits, after: Mapping[str, _Standing]
    ) -> Iterator[CampaignChange]:
        for old, new in decision.renamed.items():
            commit = short(after[new].campaign.commit)
            yield CampaignChange(new, None, ChangeKind.RENAMED, f"it was called {old}", commit)
        yield from self._differences(decision, rows, after)
        for name, reason in decision.gone.items():
            yield CampaignChange(
                name, None, ChangeKind.WITHDRAWN, reason, short(commits.get(Path(rows[name].path)))
            )
        for bad in decision.bad:
            if self._reported.get(bad.path) != bad.problem:
                stays = after.get(bad.campaign or "")
                name = bad.campaign or Path(bad.path).stem
                yield CampaignChange(
                    name, None, ChangeKind.INVALID, _explained(bad, stays), short(bad.commit)
                )

    def _differences(
        self, decision: FolderDecision, rows: _Rows, after: Mapping[str, _Standing]
    ) -> Iterator[CampaignChange]:
        """How entries differ, of campaigns whose own text or a flow's text does."""
        before, changed, flows = [], [], set()
        former = {new: old for old, new in decision.renamed.items()}
        for name, file in decision.good.items():
            row = rows.get(former.get(name, name))
            if row and row.withdrawn_utc is None:
                if (row.text, row.flows) == (file.text, file.texts_beside):
                    continue
                texts = file.texts_beside.items()
                differ = {script for script, text in texts if row.flows.get(script) != text}
                own = after[name].campaign.flows.items()
                uses = {script for (_, script), flow in own if differ & {used.name for used in flow.used}}
                flows |= {(name, script) for script in differ | uses}
                if standing := self._standing.get(row.name) or self._last_good(row):
                    before.append(standing.campaign)
            changed.append(after[name].campaign)
        yield from differences(before, changed, flows)


def _takes_effect(file: CampaignFile, row: CampaignRow) -> bool:
    """Whether a good file changes more in the ledger than its commit."""
    known = (row.path, row.text, row.flows)
    return row.withdrawn_utc is not None or known != (file.place, file.text, file.texts_beside)


def _rules(campaign: ResolvedCampaign) -> frozenset[tuple[str, str]]:
    return frozenset(
        (plannable.entry.name, rule.written)
        for plannable in plannable_entries([campaign])
        for rule in plannable.rules
    )


def _mended(decision: FolderDecision, commits: _Commits, invalid: _Invalid) -> Iterator[CampaignChange]:
    """Good files that were wrong before, or whose campaign's file was."""
    paths, names = {file.path for file in invalid}, {file.campaign for file in invalid}
    for name, file in decision.good.items():
        if file.place in paths or name in names:
            detail, commit = f"{file.path} is right again", short(commits[file.path])
            yield CampaignChange(name, None, ChangeKind.MENDED, detail, commit)


def _vanished(decision: FolderDecision, invalid: _Invalid) -> Iterator[CampaignChange]:
    """Files that were wrong and are not there now, if no campaign's own change tells of them."""
    paths = {file.place for file in decision.good.values()} | {bad.path for bad in decision.bad}
    names = {*decision.good, *decision.gone, *decision.renamed, *(bad.campaign for bad in decision.bad)}
    for file in invalid:
        if file.path not in paths and (file.campaign is None or file.campaign not in names):
            name = file.campaign or Path(file.path).stem
            detail = f"{file.path}, which was wrong, is not among the files any more"
            yield CampaignChange(name, None, ChangeKind.WITHDRAWN, detail, None)


def _invalid(bad: Bad, before: _Invalid, now: datetime) -> InvalidFile:
    """A file that is wrong: since now, unless it or its campaign's file was wrong before."""
    for file in before:
        if file.path == bad.path or (bad.campaign and file.campaign == bad.campaign):
            commit = file.commit if file.problem == bad.problem else bad.commit
            return InvalidFile(bad.path, bad.campaign, bad.problem, commit, file.since_utc)
    return InvalidFile(bad.path, bad.campaign, bad.problem, bad.commit, now)


def _explained(bad: Bad, stays: _Standing | None) -> str:
    """What is wrong with a file, and what that means for its campaign."""
    if stays is None:
        return f"it is not in force, since it never was right:\n{bad.problem}"
    commit = short(stays.campaign.commit)
    return f"its last good text{f' ({commit})' if commit else ''} stays in force:\n{bad.problem}"
