"""The small version of the torture: `make torture N=...` runs more of it."""

from pathlib import Path

import click
import pytest
from episode import Episode, Kill
from torture import torture

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("torture"), pytest.mark.timeout(900)]


def test_nothing_is_lost_or_done_twice_wherever_the_daemon_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = torture(tmp_path, number=40, seed=1, jobs=2)
    with capsys.disabled():
        click.echo(f"\n{result}")
    assert result.exact, "\n".join(result.problems)
    assert result.kills >= 2 * len(set(result.points)) + 40


def test_the_torture_notices_when_no_effect_is_written_down_before_its_tap(tmp_path: Path) -> None:
    taps = [Kill("tap after", count) for count in (4, 3, 2, 1)]
    result = Episode(tmp_path / "episode", taps, ["--without-committing"]).run()
    assert result.kills == len(taps), result.problems
    assert result.doubled >= 1, result
