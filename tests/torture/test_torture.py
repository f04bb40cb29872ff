"""A small part of the torture, which `make torture` is the whole of."""

from pathlib import Path

import pytest
from episode import Episode, Kill
from torture import CRASH
from waves import APP

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("torture"), pytest.mark.timeout(600)]

DEATHS = [
    Kill("ledger.migrate within"),
    Kill("ledger.campaigns.bring_into_force within"),
    Kill("ledger.occurrences.record within"),
    Kill("ledger.effects.begin within"),
    Kill("tap before", 2),
    Kill("tap after"),
    CRASH,
    Kill("ledger.attempts.finish within"),  # of the recovery
    Kill("ledger.effects.settle before", 2),
    Kill("ledger.attempts.finish_all before", 2),
    Kill("ledger.tasks.hold_back after", stirred=True),
    Kill("ledger.spans.end within", after_s=1, at_the_end=True),
    Kill(after_s=2.0),
    Kill("tap after", by_term=True),
    Kill("ledger.effects.settle after", by_term=True),
    Kill(after_s=4.0, paused=True),
]


class FailingUpload(Episode):
    """The first upload of one of the phones ends in an error: its post is refuted, and done again."""

    def add_wave(self) -> None:
        if not self._waves:
            self.wish(self.phones.phones[0], "app", package=APP, action="fail_next_upload")
        super().add_wave()


def test_nothing_is_lost_or_done_twice_wherever_the_daemon_is_killed(tmp_path: Path) -> None:
    episode = FailingUpload(tmp_path / "episode", DEATHS)
    result = episode.run()
    assert result.exact, "\n".join([str(result), *result.problems])
    assert result.kills == len(DEATHS)
    assert result.deeds >= 18
    failed = episode.reading.rows("SELECT id FROM effects WHERE kind = 'post' AND state = 'refuted'")
    assert len(list(failed)) >= 1  # and done again: nothing is lost


class PostsAtOnce(Episode):
    """Each post is there when it is tapped: what begins the app afresh ends no upload."""

    def add_wave(self) -> None:
        for phone in self.phones.phones:
            self.wish(phone, "app", package=APP, action="set_upload_seconds", arguments={"seconds": 0})
        super().add_wave()


def test_the_torture_notices_when_no_effect_is_written_down_before_its_tap(tmp_path: Path) -> None:
    taps = 5 * [Kill("tap after")]  # on three phones a follow comes before the post: two of these are posts,
    in_time_s = 15.0  # if the first daemon sees all start times before they come
    result = PostsAtOnce(tmp_path / "episode", taps, ["--without-committing"], ahead_s=in_time_s).run()
    assert result.kills == len(taps), result.problems
    assert result.doubled >= 1, result
