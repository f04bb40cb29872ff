"""What a person can do, as the commands to type.

`option` names the ledger, with a space in front, where it is not the user's own one.
"""


def start_daemon(option: str) -> str:
    return f"runner daemon FOLDER{option}"


def end_pause(subject: str | None, option: str) -> str:
    """Of a campaign or a phone; None: of everything."""
    return f"runner resume{f' {subject}' if subject else ''}{option}"


def release_hold(device: str, option: str) -> str:
    return f"answer what the screen of {device} asks, then: runner holds release {device}{option}"


def settle(task_id: int, option: str) -> str:
    return f"runner tasks resolve {task_id}{option} --happened, or --did-not"


def retry(task_id: int, option: str) -> str:
    return f"runner tasks retry {task_id}{option}"
