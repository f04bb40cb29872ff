"""reboot, bugreport, run-as and SELinux: what concerns the phone as a whole."""

import io
import zipfile

from runner.virtual import values
from runner.virtual.commands import dumps, system
from runner.virtual.commands.call import Call, Command

_REPORTS = "/data/user_de/0/com.android.shell/files/bugreports"


def _reboot(call: Call) -> int:
    """Whatever it is to start into, the phone starts into its system."""
    call.phone.reboot()
    return 0


def _bugreport(call: Call) -> int:
    """The report as text."""
    return call.print(_report(call))


async def _bugreportz(call: Call) -> int:
    """The report as a file: `-p` tells how far it is, `-v` the version of these words."""
    if "-v" in call.arguments:
        return call.fail("1.2", 0)
    now = call.phone.now()
    name = f"bugreport-{call.phone.product}-{values.BUILD}-{now:%Y-%m-%d-%H-%M-%S}"
    path = f"{_REPORTS}/{name}.zip"
    if "-p" in call.arguments:
        call.print(f"BEGIN:{path}")
        call.print("PROGRESS:10/100")
        await call.deliver()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("version.txt", "2.0")
        archive.writestr("main_entry.txt", f"{name}.txt")
        archive.writestr(f"{name}.txt", _report(call))
    call.phone.files.write(path, file.getvalue())
    return call.print(f"OK:{path}")


def _report(call: Call) -> str:
    """Properties, log and dumps under the headings that dumpstate gives them."""
    phone = call.phone
    log = "\n".join(
        f"{entry.at:%m-%d %H:%M:%S} {entry.tag}: {entry.text}" for entry in phone.log.entries(("main",))
    )
    parts = {
        "SYSTEM LOG (logcat -v threadtime -d *:v)": log,
        "SYSTEM PROPERTIES (getprop)": _output(call, system.COMMANDS["getprop"]),
        "DUMPSYS (dumpsys)": _output(call, dumps.COMMANDS["dumpsys"]),
    }
    known = system.properties(phone)
    head = (
        f"{'=' * 56}\n== dumpstate: {phone.now():%Y-%m-%d %H:%M:%S}\n{'=' * 56}\n\n"
        f"Build: {known['ro.build.display.id']}\nBuild fingerprint: '{known['ro.build.fingerprint']}'\n"
    )
    return head + "".join(f"\n------ {title} ------\n{text}\n" for title, text in parts.items())


def _output(call: Call, command: Command) -> str:
    """What a command without arguments prints."""
    other = Call(call.phone, "", [])
    command(other)
    return other.out.decode(errors="replace")


def _run_as(call: Call) -> int:
    """No package on a virtual phone can be debugged."""
    package = (call.arguments or [""])[0]
    if not call.phone.packages.is_installed(package):
        return call.fail(f"run-as: unknown package: {package}")
    return call.fail(f"run-as: package not debuggable: {package}")


def _get_enforce(call: Call) -> int:
    return call.print("Enforcing")


def _set_enforce(call: Call) -> int:
    wish = (call.arguments or [""])[0]
    return call.fail(f"setenforce: Couldn't set enforcing status to '{wish}': Permission denied")


def _needs_root(call: Call) -> int:
    """start and stop end and begin the system's own services."""
    return call.fail("Must be root")


COMMANDS: dict[str, Command] = {
    "bugreport": _bugreport,
    "bugreportz": _bugreportz,
    "getenforce": _get_enforce,
    "reboot": _reboot,
    "run-as": _run_as,
    "setenforce": _set_enforce,
    "start": _needs_root,
    "stop": _needs_root,
}
