"""The kinds of the reasons that the ledger keeps beside states: programs ask the kind, people read the sentence."""

from enum import StrEnum


class ReasonKind(StrEnum):
    """Why a task waits, or why a task or an occurrence was not carried out.

    For a pending task: `limit` and `working_hours` forbid its effects for now; a person has `paused` it, or its device
    is `on_hold`; its phone or backend is `device_away`; another phone works as its account (`account_busy`); its
    files lie on another host, and cannot be had from there now (`material_away`); an effect is `in_doubt` and looked at
    first; an attempt has failed, and the task waits for the `retry`.

    If it was missed, also: the `daemon_was_down`, the `clock_stepped` or the machine slept, the daemon was `held_up`,
    or the `ledger_put_back` was an older copy. If it was cancelled: a person `stopped` it, it was `deleted`, or
    `removed` from its campaign. If it failed: a person has said that its effect `did_not_happen`.
    """

    LIMIT = "limit"
    WORKING_HOURS = "working_hours"
    PAUSED = "paused"
    ON_HOLD = "on_hold"
    DEVICE_AWAY = "device_away"
    ACCOUNT_BUSY = "account_busy"
    MATERIAL_AWAY = "material_away"
    IN_DOUBT = "in_doubt"
    RETRY = "retry"
    DAEMON_WAS_DOWN = "daemon_was_down"
    CLOCK_STEPPED = "clock_stepped"
    HELD_UP = "held_up"
    LEDGER_PUT_BACK = "ledger_put_back"
    STOPPED = "stopped"
    DELETED = "deleted"
    REMOVED = "removed"
    DID_NOT_HAPPEN = "did_not_happen"
