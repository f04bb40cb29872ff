"""A folder of campaign files, with real git and a real ledger, and a daemon's view of it."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runner.clock import ManualClock
from runner.planning.plan import plan
from runner.planning.source import Window
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.reload import Reload
from runner.store.campaign_rows import CampaignRow, InvalidFile
from runner.store.ledger import Ledger

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def campaign(name: str, *, at: str = "09:00", more: str = "", script: str = "follow") -> str:
    config = "target_users: ['@one']" if script == "follow" else "greeting: hello"
    return f"""\
version: 1
name: {name}
timezone: Europe/Stockholm
{more}
devices:
  studio: [R58M123ABC]
scripts:
  greet:
    script: {script}
    devices: studio
    start_times: ["{at}"]
    config: {{{config}}}
"""


FLOW = """\
version: 1
name: wave
app: tiktok
effects: none
parameters:
  greeting: {type: string}
steps:
  - launch:
"""


class Place:
    """A folder of campaigns, and a daemon that can be started anew."""

    def __init__(self, folder: Path, ledger: Ledger, clock: ManualClock) -> None:
        self.folder, self.ledger, self.clock = folder, ledger, clock
        self.daemon = CampaignFolder([folder], ledger, clock)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def load(self) -> Reload:
        self.clock.advance(60)
        return self.daemon.load()

    def restart(self) -> None:
        self.daemon = CampaignFolder([self.folder], self.ledger, self.clock)

    def row(self, name: str) -> CampaignRow:
        return next(row for row in self.ledger.campaigns.all() if row.name == name)

    def invalid(self) -> list[InvalidFile]:
        return self.ledger.campaigns.invalid_files()

    def times(self) -> dict[str, list[str]]:
        """The campaigns in force: the times of day of each one's tasks on the first day."""
        made = plan(self.daemon.campaigns, Window(NOW, NOW + timedelta(days=1)))
        found: dict[str, list[str]] = {campaign.name: [] for campaign in self.daemon.campaigns}
        for task in made.tasks():
            found[task.campaign].append(task.nominal[11:16])
        return found


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
    answer = subprocess.run(
        ["git", *author, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


def told(reload: Reload) -> list[tuple[str, str | None, str]]:
    return [(change.campaign, change.entry, str(change.what)) for change in reload.changes]
