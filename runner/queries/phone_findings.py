"""What is wrong with phones, and with the adb that leads to them: what, where, and what to do. Pure."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from runner.campaign.nearest import enumeration
from runner.errors import AdbUnavailable
from runner.phone.adb_programs import AdbProgram, AdbServerProcess
from runner.phone.choosing import Device, choose
from runner.phone.condition import Condition
from runner.phone.listing import NO_PERMISSIONS
from runner.queries.advice import Action, EndPause, ReleaseHold, StartHost
from runner.queries.host_words import SKEW, Time, how_gone, skew_words
from runner.store.host_rows import HostRow
from runner.store.phone_rows import LEAST_MB, WARM_C

LEAST_CHARGER_MA = 400
LOW_BATTERY = 20


class FindingKind(StrEnum):
    """What is wrong, for programs."""

    ADB_VERSIONS = "adb-versions"
    ADB_SERVERS = "adb-servers"
    ADB_AWAY = "adb-away"
    NOT_CONNECTED = "not-connected"
    NOT_LISTED = "not-listed"
    UNAUTHORIZED = "unauthorized"
    NO_PERMISSIONS = "no-permissions"
    OFFLINE = "offline"
    SAME_SERIAL = "same-serial"
    SILENT = "silent"
    ON_HOLD = "on-hold"
    PAUSED = "paused"
    HOST = "host"
    LOCKED = "locked"
    ASLEEP = "asleep"
    LOW_SPACE = "low-space"
    INPUT_METHOD = "input-method"
    WEAK_CHARGER = "weak-charger"
    LOW_BATTERY = "low-battery"
    HOT = "hot"


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` is a phone's serial, or adb's name for it, or the program or server that it is about; `advice` is what to
    do, in words or as a command of the runner. One that is not
    `wrong` is only good to know: the runner copes with it."""

    kind: FindingKind
    where: str
    said: str
    advice: str | Action
    is_wrong: bool = True


def of_adb(
    port: int, version: int, programs: Iterable[AdbProgram], servers: Iterable[AdbServerProcess]
) -> Iterator[Finding]:
    """What is wrong with the adb of this computer; `version` is that of the server at `port`, which the runner uses."""
    for program in programs:
        if program.version is not None and program.version != version:
            yield Finding(
                FindingKind.ADB_VERSIONS,
                str(program.path),
                f"this adb has version 1.0.{program.version}, the adb server on port {port} version 1.0.{version}: "
                "whoever calls it ends that server, and every task loses its phone",
                f"call no adb but one of version 1.0.{version}: remove {program.path} or bring it up to date, then run "
                "`adb kill-server` once",
            )
    for server in servers:
        if server.port != port:
            where = f"port {server.port}" if server.port else "another port"
            yield Finding(
                FindingKind.ADB_SERVERS,
                f"process {server.pid}",
                f"a second adb server runs, on {where} ({server.command}); both want the phones on USB, and each phone "
                f"answers only one of them; the runner uses the one on port {port}",
                f"end it: `adb -P {server.port} kill-server`"
                if server.port
                else f"end it: `kill {server.pid}`",
            )


def of_servers(away: Mapping[str, AdbUnavailable]) -> Iterator[Finding]:
    """The adb servers of the settings that do not answer, by address."""
    for address, trouble in away.items():
        _, _, port = address.rpartition(":")
        yield Finding(
            FindingKind.ADB_AWAY,
            address,
            f"the adb server does not answer, and nobody sees its phones: {trouble.message}",
            f"start it there (`adb -P {port} start-server`, from another machine `adb -a -P {port} nodaemon server`), "
            "or take it out of RUNNER_ADB_SERVERS",
        )


def of_campaigns(used_by: Mapping[str, Sequence[str]], listed: Container[str]) -> Iterator[Finding]:
    """The phones, each with the campaigns in force that use it, that no adb server lists."""
    for serial, campaigns in used_by.items():
        if serial not in listed:
            yield Finding(
                FindingKind.NOT_LISTED,
                serial,
                f"adb does not list it, and {enumeration(campaigns, 'and')} would work on it",
                "connect it, switch it on and allow USB debugging; or correct its serial in the campaign",
            )


def of_devices(devices: Sequence[Device]) -> Iterator[Finding]:
    """What is wrong with the way to the phones that adb lists, each phone once."""
    told: set[str] = set()
    for device in devices:
        serial = device.serial or device.transport
        if serial in told:
            continue
        told.add(serial)
        same = [one for one in devices if (one.serial or one.transport) == serial]
        if (found := of_device(serial, device, same)) is not None:
            yield found


def of_device(serial: str, device: Device, same: Sequence[Device]) -> Finding | None:
    """What is wrong with the way to one phone; `same` are all ways to it."""
    if device.serial is not None:
        chosen = choose(serial, same)
        if isinstance(chosen, Device):
            return None
        if all(one.is_ready for one in same) or len(same) > len({one.transport for one in same}):
            advice = chosen.hint or ""
            return Finding(FindingKind.SAME_SERIAL, serial, _without(serial, chosen.message), advice)
    return _of_state(serial, device)


def _without(serial: str, message: str) -> str:
    return message.removeprefix(f"{serial}: ")


def _of_state(serial: str, device: Device) -> Finding:
    way = "its cable" if not device.is_on_network else "the network"
    if device.state in ("unauthorized", "authorizing"):
        return Finding(
            FindingKind.UNAUTHORIZED,
            serial,
            "the phone does not know this computer yet, and lets it do nothing",
            "unlock the phone: it asks `Allow USB debugging?`. Tick `Always allow from this computer`, press Allow. "
            "If it asks nothing: in Developer options press `Revoke USB debugging authorizations`, and reconnect it",
        )
    if device.state == NO_PERMISSIONS:
        return Finding(
            FindingKind.NO_PERMISSIONS,
            serial,
            "your user may not open this phone on USB (udev rights)",
            "install Android's udev rules (Debian and Ubuntu: the package android-sdk-platform-tools-common; Arch: "
            "android-udev), join the group plugdev, log in again, run `adb kill-server`, and replug the phone",
        )
    if device.state == "offline":
        return Finding(
            FindingKind.OFFLINE,
            serial,
            f"adb reaches it by {way}, and the phone does not talk to adb",
            "replug it or `adb reconnect offline`; if it stays so, switch USB debugging off and on, or restart it",
        )
    if device.trouble is not None:
        return Finding(
            FindingKind.SILENT,
            serial,
            f"adb lists it as device, and it does not answer: {_without(serial, device.trouble.message)}",
            "restart the phone; if it is reached over the network, look at that too",
        )
    return Finding(
        FindingKind.NOT_CONNECTED,
        serial,
        f"adb lists it as {device.words}",
        "start Android on it, and allow USB debugging",
    )


def of_condition(serial: str, phone: Condition) -> Iterator[Finding]:
    """What may keep a phone that answers from working well."""
    if phone.is_locked:
        yield _locked(serial, phone)
    if phone.is_awake is False:
        yield Finding(
            FindingKind.ASLEEP,
            serial,
            "the screen is off",
            "nothing: the runner wakes it for each task. If it is lost over the network while it sleeps: "
            "`adb shell settings put global stay_on_while_plugged_in 7`",
            is_wrong=False,
        )
    if phone.free_mb is not None and phone.free_mb < LEAST_MB:
        yield Finding(
            FindingKind.LOW_SPACE,
            serial,
            f"{phone.free_mb} MB are free: files to post may find no room, and apps behave oddly",
            f"remove videos and unused apps, until at least {LEAST_MB} MB are free",
        )
    if (phone.keyboards and phone.keyboard not in phone.keyboards) or (
        not phone.keyboards and phone.keyboard
    ):
        yield _keyboard(serial, phone)
    yield from _power(serial, phone)


def _locked(serial: str, phone: Condition) -> Finding:
    if phone.lock_wants_code is False:
        return Finding(
            FindingKind.LOCKED,
            serial,
            "the lock screen is shown; a swipe opens it",
            "nothing: the runner opens it for each task",
            is_wrong=False,
        )
    return Finding(
        FindingKind.LOCKED,
        serial,
        "the phone is locked, and only a person can open it: each task would put it on hold",
        "unlock it, and under Security set the screen lock to None or Swipe while the runner uses it",
    )


def _keyboard(serial: str, phone: Condition) -> Finding:
    which = (
        f"the chosen input method {phone.keyboard} is not there"
        if phone.keyboard
        else "no input method is chosen"
    )
    if phone.keyboards:
        advice = f"choose one: `adb shell ime set {phone.keyboards[0]}`, or `adb shell ime reset`"
    else:
        advice = "install an on-screen keyboard, or enable one: Settings, System, Languages & input"
    return Finding(FindingKind.INPUT_METHOD, serial, f"{which}: no text can be typed", advice)


def _power(serial: str, phone: Condition) -> Iterator[Finding]:
    level = f" (the battery is at {phone.battery} %)" if phone.battery is not None else ""
    if phone.is_plugged_in and (
        phone.gains is False or (phone.charger_ma is not None and phone.charger_ma < LEAST_CHARGER_MA)
    ):
        gives = f"it gives {phone.charger_ma} mA at most" if phone.charger_ma else "the battery gains nothing"
        yield Finding(
            FindingKind.WEAK_CHARGER,
            serial,
            f"the charger gives too little: {gives}, and a busy phone takes more{level}",
            "another cable or port, or a hub with a power supply of its own",
        )
    elif phone.battery is not None and phone.battery < LOW_BATTERY:
        more = "" if phone.is_plugged_in else ", and no charger is plugged in"
        yield Finding(
            FindingKind.LOW_BATTERY, serial, f"the battery is at {phone.battery} %{more}", "charge the phone"
        )
    if phone.temperature_c is not None and phone.temperature_c > WARM_C:
        yield Finding(
            FindingKind.HOT,
            serial,
            f"the battery has {phone.temperature_c:.0f} °C",
            "let it cool down: not on the charger in the sun, nor under others",
        )


def of_ledger(serial: str, hold: str | None, paused_by: str | None) -> Iterator[Finding]:
    """What the ledger says keeps tasks from the phone."""
    if hold is not None:
        yield Finding(
            FindingKind.ON_HOLD,
            serial,
            f"it is on hold: {hold}",
            ReleaseHold(serial),
        )
    if paused_by is not None:
        yield Finding(
            FindingKind.PAUSED,
            serial,
            f"it is paused by {paused_by}",
            EndPause(serial),
            is_wrong=False,
        )


def of_host(serial: str, keeper: HostRow | None, time: Time) -> Iterator[Finding]:
    """Which of several hosts has the phone, and whether that one is gone with it."""
    if keeper is None:
        return
    if keeper.is_alive:
        said, advice = (
            f"host {keeper.name} carries out what is to be done on it",
            "look at the list of all hosts",
        )
        yield Finding(FindingKind.HOST, serial, said, advice, is_wrong=False)
        if abs(keeper.skew) > SKEW:
            said = skew_words(f"host {keeper.name}", keeper.skew)
            yield Finding(FindingKind.HOST, serial, said, "let all machines follow the same time servers")
        return
    said = f"host {keeper.name}, which has it, {how_gone(keeper, time)}"
    yield Finding(FindingKind.HOST, serial, said, StartHost(keeper.name, keeper.is_daemon))
