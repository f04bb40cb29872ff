"""What a person can do, as the commands to type.

`option` names the ledger, with a space in front, where it is not the user's own one.
"""


def go_on(option: str, rehearsed_run: str | None, what: str = "the daemon") -> str:
    """How what is left is carried out; `rehearsed_run` is the run whose rehearsal the ledger is: no daemon may take
    that up, since its phones would be real."""
    if rehearsed_run is not None:
        return f"go on with the rehearsal: runner run --resume {rehearsed_run}"
    return f"start {what}: runner daemon FOLDER{option}"


def accept_restore(option: str) -> str:
    return f"put the newest ledger back; if there is none: runner ledger accept-restore{option}"


def end_pause(subject: str | None, option: str) -> str:
    """Of a campaign or a phone; None: of everything."""
    return f"runner resume{f' {subject}' if subject else ''}{option}"


def release_hold(device: str, option: str) -> str:
    return f"answer what the screen of {device} asks, then: runner holds release {device}{option}"


def settle(task_id: int, option: str) -> str:
    return f"runner tasks resolve {task_id}{option} --happened, or --did-not"


def retry(task_id: int, option: str) -> str:
    return f"runner tasks retry {task_id}{option}"
