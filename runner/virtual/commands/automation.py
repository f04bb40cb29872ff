"""app_process: what starts the uiautomator2 server."""

from runner.virtual.automation import DEFAULT_PORT, MAIN_CLASS, Automation
from runner.virtual.commands.call import Call, Command

_KILLED = 137
_ABORTED = 134


async def _app_process(call: Call) -> int:
    """Run the uiautomator2 server until it is killed or its shell stream ends."""
    class_name = next((word for word in call.arguments if "." in word), "")
    if class_name != MAIN_CLASS or call.phone.files.find(call.environment.get("CLASSPATH", "")) is None:
        return call.fail(f"Error: could not find class '{class_name}'\nAborted", _ABORTED)
    call.print("[server] INFO: [UiAutomator2Server] Starting Server")
    if call.phone.automation is not None:
        call.fail("java.lang.IllegalStateException: UiAutomationService android.accessibilityservice."
                  "IAccessibilityServiceClient$Stub$Proxy@1f2e3d4already registered!")  # fmt: skip
        return 1
    await _serve(call, Automation(_port(call)))
    return call.fail("Killed", _KILLED)


async def _serve(call: Call, automation: Automation) -> None:
    phone = call.phone
    process = phone.processes.start(
        "app_process", user="shell", command=f"app_process / {MAIN_CLASS}", kill=automation.kill
    )
    phone.automation = automation
    try:
        await call.deliver()
        await automation.killed.wait()
    finally:
        automation.kill()
        phone.automation = None
        phone.processes.end(process)


def _port(call: Call) -> int:
    words = call.arguments
    return int(words[words.index("-p") + 1]) if "-p" in words[:-1] else DEFAULT_PORT


COMMANDS: dict[str, Command] = {"app_process": _app_process}
