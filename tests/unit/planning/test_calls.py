from resolved_campaigns import PHONES, day, greet, publish, resolved

from runner.planning.calls import calls
from runner.planning.plan import plan

DAY = day("2026-11-22T00:00")


def made(
    scripts: str, head: str = "backend: local_api"
) -> list[tuple[tuple[str, ...], tuple[str | None, ...], int]]:
    tasks = plan([resolved(scripts, head)], DAY).tasks()
    return [(call.serials or call.usernames, call.targets, len(call.tasks)) for call in calls(tasks)]


def test_every_target_on_every_device_is_one_call() -> None:
    assert made(greet("09:00")) == [(PHONES, ("@north", "@south"), 4)]


def test_each_entry_and_each_due_instant_has_its_own() -> None:
    scripts = greet("09:00", more="spread: 10m") + "\n" + publish("09:00")

    assert made(scripts) == [
        (("R58M123ABC",), ("@north", "@south"), 2),
        (PHONES, (None,), 2),
        (("R58M456DEF",), ("@north", "@south"), 2),
    ]


def test_with_jitter_a_call_never_makes_a_task_that_is_not_in_the_plan() -> None:
    users = tuple(f"@u{number}" for number in range(20))
    shaken = plan([resolved(greet("09:00", users=users, more="jitter: 5s"), "backend: local_api")], DAY)
    found = list(calls(shaken.tasks()))

    keys = [task.key for call in found for task in call.tasks]
    assert sorted(keys) == sorted(task.key for task in shaken.tasks())
    assert all(len(call.tasks) == len(call.serials) * len(call.targets) for call in found)
    assert all(len({task.due_utc for task in call.tasks}) == 1 for call in found)
    assert len(found) < 40


def test_accounts_are_named_where_devices_are_not_known() -> None:
    head = 'backend: local_api\ndevices: {brand: {usernames: ["@brand_se", "@brand_no"]}}'

    assert made(publish("09:00", devices=("brand",)), head) == [(("@brand_se", "@brand_no"), (None,), 2)]


def test_another_backend_makes_no_calls() -> None:
    assert not made(greet("09:00"), "")
