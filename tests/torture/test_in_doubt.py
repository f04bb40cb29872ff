"""A daemon that ends between tap and proof: whatever comes next, what was begun is proved before it."""

import json
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from episode import SERIALS, Episode, Kill, memory
from waves import APP, VIDEO, limits

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("in-doubt"), pytest.mark.timeout(300)]

SERIAL = SERIALS[0]
TAPPED = "SELECT 1 FROM effects WHERE state NOT IN ('committing', 'refuted', 'uncertain')"
ALL_OVER = "SELECT 1 WHERE (SELECT count(*) FROM tasks WHERE state IN ('pending', 'running')) = 0"


class TwoPosts(Episode):
    """One phone posts "Good evening" and "Good morning", each of its own campaign; no other work is asked for."""

    def live(self) -> None:
        """What happens to the daemons."""
        raise NotImplementedError

    def begin(self, *captions: str, upload_s: float = 0.5, retries: int = 0, ahead_s: float = 12.0) -> None:
        """Ask for these posts, a few seconds from now, the second one second after the first."""
        phone = self.phones.phones[0]
        self.wish(phone, "app", package=APP, action="set_upload_seconds", arguments={"seconds": upload_s})
        first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=ahead_s)
        for number, caption in enumerate(captions):
            campaign = {
                "version": 1,
                "name": caption.split()[1],
                "timezone": "Europe/Stockholm",
                "defaults": {"on_missed": "run_all", "grace": "12h", "retry": {"max": retries}},
                "limits": limits(),
                "scripts": {
                    "publish": {
                        "script": "post",
                        "config": {"captions": caption, "material_list": [str(VIDEO)]},
                        "devices": [SERIAL],
                        "start_times": [(first + timedelta(seconds=number)).isoformat()],
                    }
                },
            }
            (self.campaigns / f"{campaign['name']}.yaml").write_text(json.dumps(campaign), encoding="utf-8")

    def run_it(self) -> list[str]:
        """Live, and tell what the phone remembers to have posted, newest first."""
        self.campaigns.mkdir(parents=True)
        self.state.mkdir(exist_ok=True)
        self._api_limits.write_text(json.dumps(limits()), encoding="utf-8")
        with self.phones:
            self.adb_port = self.phones.adb_server_port
            # The first command waits for the zygote's imports; a start time that comes meanwhile would not be owed.
            self.runner("--version")
            self.live()
            if self.is_alive:
                self.end(self._process)
            posts = memory(self.phones.phones[0])["apps"][APP]["posts"]
        assert not self.result.problems, self.result.problems
        return [
            post["caption"]
            for post in posts
            if post["caption"].startswith("Good ") and post["state"] == "posted"
        ]

    def until(self, query: str, limit_s: float = 120.0) -> None:
        """Wait until the ledger has such a row."""
        until = time.monotonic() + limit_s
        while not self.reading.rows(query):
            assert self.is_alive, self.log.read_text()[-2000:]
            assert time.monotonic() < until, self.reading.rows("SELECT key, state, reason FROM tasks")
            time.sleep(0.02)

    def until_dead(self) -> None:
        assert self._process.wait(60) == -signal.SIGKILL

    def effects(self) -> list[tuple[str, str]]:
        """The caption and the state of each effect, in the order in which they were begun."""
        rows = self.reading.rows("SELECT evidence, state FROM effects ORDER BY id")
        return [(json.loads(evidence)["caption"], state) for evidence, state in rows]


def test_a_post_that_waits_in_a_paused_campaign_does_not_go_before_one_in_doubt(tmp_path: Path) -> None:
    """It would be the newest on the page on which the one in doubt is looked for."""

    class Paused(TwoPosts):
        def live(self) -> None:
            self.begin("Good evening", "Good morning")
            self.start(Kill("tap after"))
            self.until("SELECT 1 FROM campaigns WHERE name = 'evening'")
            self.runner("pause", "evening")
            self.until_dead()
            self.runner("resume", "evening")
            self.start(Kill())
            self.until(ALL_OVER)

    episode = Paused(tmp_path / "episode")
    assert sorted(episode.run_it()) == ["Good evening", "Good morning"]
    assert episode.effects() == [("Good morning", "committed"), ("Good evening", "committed")]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_an_upload_that_fails_while_no_daemon_is_there_is_not_taken_for_made(
    tmp_path: Path, end: signal.Signals
) -> None:
    class Ended(TwoPosts):
        def live(self) -> None:
            self.begin("Good morning", upload_s=5)
            self.wish(self.phones.phones[0], "app", package=APP, action="fail_next_upload")
            process = self.start(Kill())
            self.until(TAPPED)
            if end is signal.SIGTERM:
                self.end(process)
            else:
                process.kill()
                process.wait()
            self.between = self.effects()
            self.start(Kill())
            self.until(ALL_OVER)

    episode = Ended(tmp_path / "episode")
    assert episode.run_it() == ["Good morning"]
    assert episode.between == [("Good morning", "made")]
    assert episode.effects() == [("Good morning", "refuted"), ("Good morning", "committed")]
