"""What a process had sent and was told done before it died is not sent again by the one after."""

from api_desk import Desk
from batch_desk import make_tasks
from fault_server_process import FaultServer

from runner.tasks import AttemptOutcome, EffectState


def posts(server: FaultServer) -> list[str]:
    return [path for method, path, _ in server.truth()["requests"] if method == "POST"]


def test_what_a_lost_process_had_committed_is_not_sent_again(server: FaultServer, desk: Desk) -> None:
    tasks = make_tasks(devices=["D1", "D2"])
    desk.perform(tasks[:1])
    assert desk.effects() == [EffectState.COMMITTED]
    later = Desk(server.url)
    later.memory.effects |= desk.memory.effects  # its attempt has no end
    later.memory.places |= desk.memory.places
    later.perform(tasks[:1])
    assert later.outcomes() == [AttemptOutcome.COMPLETED]
    assert later.messages() == {"an earlier attempt had done it"}
    assert later.effects() == [EffectState.COMMITTED]
    assert posts(server) == ["task"]
    later.perform(tasks[1:])
    assert posts(server) == ["task", "task"]


def test_of_a_batch_only_what_was_not_committed_is_sent_again(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D2": "the phone was away"})
    tasks = make_tasks(devices=["D1", "D2", "D3"])
    desk.perform(tasks[:2])
    assert desk.effects() == [EffectState.COMMITTED, EffectState.REFUTED]
    desk.memory.outcomes.clear()
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED] * 3
    made = {task["serial"]: task["runs"] for task in server.truth()["tasks"]}
    assert made == {"D1": 1, "D2": 1, "D3": 1}
    assert sorted(posts(server)) == ["task", "task", "task/2/retry"]
