"""The client is killed around its POST: nothing doubled, nothing lost. `make torture-api` does it 200 times."""

from local_api_kills import kill


def test_no_kill_around_the_post_doubles_or_loses_a_task() -> None:
    count = kill(25, seed=11)
    assert count.made > 25
    assert (count.doubled, count.lost, count.provable) == (0, 0, 0), "\n".join(count.odd)
