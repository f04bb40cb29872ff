"""The control interface of the virtual phones: HTTP and JSON on 127.0.0.1; see docs/virtual-phones.md."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote, unquote

from runner.virtual import installation, screenshots
from runner.virtual.adbserver import AdbServerError
from runner.virtual.endpoint import Endpoint
from runner.virtual.faults import Fault
from runner.virtual.http import Request, json_response, read_request, response
from runner.virtual.visitors import refusal

CLOCK = "clock"
"""`POST /clock` moves the time of all phones; no phone is called so."""


class Phones(Protocol):
    """What the control interface needs of the host."""

    endpoints: dict[str, Endpoint]

    async def plug_in(self, endpoint: Endpoint) -> None: ...

    async def unplug(self, endpoint: Endpoint) -> None: ...

    async def put_on_cable(self, endpoint: Endpoint, on: bool) -> None: ...

    async def reset(self, endpoint: Endpoint) -> None: ...

    async def add(self, serial: str) -> None: ...

    async def move_clock(self, instant: datetime) -> None: ...

    def describe(self) -> dict[str, Any]: ...


class BadRequestError(Exception):
    """The request cannot be carried out; the message says what would be legal."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


class ControlServer:
    """One server for all phones of a host."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones
        self._connections: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        self._server.close()
        for writer in self._connections:
            writer.close()

    def url(self, serial: str = "") -> str:
        """Where the interface is, or one phone's part of it."""
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/{quote(serial, safe='')}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while request := await read_request(reader):
                writer.write(await self._respond(request))
                await writer.drain()
                if not request.keep_alive:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away
        except ValueError as error:
            writer.write(json_response(HTTPStatus.BAD_REQUEST, {"error": str(error)}))
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _respond(self, request: Request) -> bytes:
        if why := refusal(request.headers, has_body=bool(request.body)):
            return json_response(HTTPStatus.FORBIDDEN, {"error": why})
        try:
            serial, _, rest = request.path.strip("/").partition("/")
            if not serial:
                return await self._on_all(request)
            if serial == CLOCK and not rest:
                return await self._move_clock(request)
            return await self._on_phone(request, self._endpoint(unquote(serial)), rest)
        except BadRequestError as error:
            return json_response(error.status, {"error": str(error)})

    async def _on_all(self, request: Request) -> bytes:
        if request.method == "POST":
            try:
                await self._phones.add(_value(_wish(request.body), "serial", str))
            except (ValueError, AdbServerError, OSError) as error:
                raise BadRequestError(f"a new phone: {error}") from error
        else:
            _expect(request, "GET")
        return json_response(HTTPStatus.OK, self._phones.describe())

    async def _move_clock(self, request: Request) -> bytes:
        _expect(request, "POST")
        written = _value_or_bad(_wish(request.body), "now")
        try:
            instant = datetime.fromisoformat(written)
        except ValueError as error:
            raise BadRequestError(f"{CLOCK}: {error}") from error
        if instant.tzinfo is None:
            raise BadRequestError(f"{CLOCK}: {written!r} has no offset from UTC; write {written}Z")
        await self._phones.move_clock(instant.astimezone(UTC))
        return json_response(HTTPStatus.OK, {"now": instant.astimezone(UTC).isoformat()})

    def _endpoint(self, serial: str) -> Endpoint:
        if serial not in self._phones.endpoints:
            known = ", ".join(self._phones.endpoints)
            raise BadRequestError(f"no phone {serial!r}; phones: {known}", HTTPStatus.NOT_FOUND)
        return self._phones.endpoints[serial]

    async def _on_phone(self, request: Request, endpoint: Endpoint, name: str) -> bytes:
        if name in ("", "memory", "screenshot"):
            _expect(request, "GET")
            return _look(endpoint, name)
        if name not in ACTIONS:
            legal = ", ".join(["memory", "screenshot", *ACTIONS])
            raise BadRequestError(f"unknown request {name!r}; legal: {legal}", HTTPStatus.NOT_FOUND)
        _expect(request, "POST")
        try:
            await ACTIONS[name](self._phones, endpoint, _wish(request.body))
        except ValueError as error:
            raise BadRequestError(f"{name}: {error}") from error
        except (AdbServerError, OSError) as error:
            raise BadRequestError(f"{name}: {error}", HTTPStatus.SERVICE_UNAVAILABLE) from error
        return json_response(HTTPStatus.OK, state(endpoint))


def _look(endpoint: Endpoint, name: str) -> bytes:
    if name == "memory":
        return json_response(HTTPStatus.OK, endpoint.phone.memory())
    if name == "screenshot":
        return response(HTTPStatus.OK, "image/png", screenshots.png(endpoint.phone))
    return json_response(HTTPStatus.OK, state(endpoint))


def state(endpoint: Endpoint) -> dict[str, Any]:
    """What `GET /SERIAL` answers, and every action when it is done."""
    phone = endpoint.phone
    return {
        "serial": phone.serial,
        "address": endpoint.address,
        "adb_name": endpoint.name,
        "plugged_in": endpoint.plugged_in,
        "authorized": endpoint.authorized,
        "paused": endpoint.paused,
        "connections": len(endpoint.connections),
        "battery": phone.condition.battery,
        "charging": phone.condition.is_charging,
        "screen_on": phone.screen_on,
        "protected": phone.is_protected,
        "package": phone.component[0],
        "activity": phone.component[1],
        "system_windows": phone.has_system_windows,
        "uiautomator2": phone.automation is not None,
        "latency_s": phone.latency_s,
        "faults": [
            {"method": fault.method, "kind": fault.kind, "times": fault.times}
            for fault in phone.faults.ordered
        ],
        "apps": [app.package for app in phone.packages.apps],
    }


def _expect(request: Request, method: str) -> None:
    if request.method != method:
        raise BadRequestError(f"{request.path} takes {method} only", HTTPStatus.METHOD_NOT_ALLOWED)


def _wish(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        wish = json.loads(body)
    except ValueError as error:
        raise BadRequestError(f"the body is no JSON: {error}") from error
    if not isinstance(wish, dict):
        raise BadRequestError("the body must be a JSON object")
    return wish


def _value(wish: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    if not isinstance(wish.get(name), kind):
        raise ValueError(f"needs {name!r}, a {kind.__name__}")
    return wish[name]


def _value_or_bad(wish: Mapping[str, Any], name: str) -> str:
    if not isinstance(wish.get(name), str):
        raise BadRequestError(f"{CLOCK}: needs {name!r}, an instant as 2026-12-01T09:00:00Z")
    return str(wish[name])


async def _set_latency(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    seconds = wish.get("seconds")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
        raise ValueError("needs 'seconds', a number from 0 to 600")
    endpoint.phone.latency_s = float(seconds)


async def _rest(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    seconds = wish.get("seconds")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 86_400:
        raise ValueError("needs 'seconds', a number from 0 to 86400")
    endpoint.phone.touched_s = time.monotonic() - seconds


async def _set_pace(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.phone.takes_its_time = _value(wish, "real", bool)


async def _order_fault(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.phone.faults.ordered.append(Fault.from_json(wish))


async def _clear_faults(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.phone.faults.ordered.clear()


async def _reset(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    await phones.reset(endpoint)


async def _drop(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.drop()


async def _reboot(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.reboot()


async def _pause(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.pause()


async def _resume(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.resume()


async def _go_offline(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.unplug()


async def _unplug(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    await phones.unplug(endpoint)


async def _go_online(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    await phones.plug_in(endpoint)


async def _put_on_cable(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    await phones.put_on_cable(endpoint, _value(wish, "on", bool))


async def _revoke(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.revoke()


async def _authorize(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.authorize()


async def _set_battery(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    level = _value(wish, "level", int)
    if not 0 <= level <= 100:
        raise ValueError("needs 'level', a number from 0 to 100")
    condition = endpoint.phone.condition
    condition.battery, condition.is_charging = level, bool(wish.get("charging", condition.is_charging))
    condition.charger_ma = _count(wish, "charger_ma", condition.charger_ma)
    condition.temperature = _count(wish, "temperature", condition.temperature)


async def _fill(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.phone.condition.free_kb = _count(wish, "free_mb") * 1000


async def _lock(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    condition = endpoint.phone.condition
    condition.is_locked, condition.is_secure = _value(wish, "on", bool), bool(wish.get("secure", False))
    endpoint.phone.changed()


async def _set_screen(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.phone.set_screen(_value(wish, "on", bool))


def _count(wish: Mapping[str, Any], name: str, known: int | None = None) -> int:
    found = wish.get(name, known)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise ValueError(f"needs {name!r}, a number that is not negative")
    return found


async def _protect(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.phone.is_protected = _value(wish, "on", bool)
    endpoint.phone.changed()


async def _uninstall(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    package = _value(wish, "package", str)
    if not installation.uninstall(endpoint.phone, package):
        raise ValueError(f"{package!r} cannot be removed; {_installed(endpoint)}")


async def _install(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    from runner.virtual.apps.written.reader import read  # only who has such files waits for pydantic

    name = _value(wish, "file", str) if "file" in wish else "app.yaml"
    installation.install_app_file(endpoint.phone, read(_value(wish, "app", str), name))


async def _open(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    package = _value(wish, "package", str)
    if endpoint.phone.packages.app(package) is None:
        raise ValueError(f"no app {package!r}; {_installed(endpoint)}")
    endpoint.phone.start_app(package)


async def _set_version(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    package, version = _value(wish, "package", str), _value(wish, "version", str)
    if not endpoint.phone.packages.is_installed(package):
        raise ValueError(f"no app {package!r}; {_installed(endpoint)}")
    endpoint.phone.packages.versions[package] = version


async def _show_system_windows(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    endpoint.phone.has_system_windows = _value(wish, "shown", bool)
    endpoint.phone.changed()


async def _control_app(phones: Phones, endpoint: Endpoint, wish: Mapping[str, Any]) -> None:
    package, action = _value(wish, "package", str), _value(wish, "action", str)
    app = endpoint.phone.packages.app(package)
    if app is None:
        raise ValueError(f"no app {package!r}; {_installed(endpoint)}")
    app.control(action, wish.get("arguments") or {})
    endpoint.phone.changed()


def _installed(endpoint: Endpoint) -> str:
    return f"installed: {', '.join(endpoint.phone.packages.third_party)}"


ACTIONS: dict[str, Callable[[Phones, Endpoint, Mapping[str, Any]], Awaitable[None]]] = {
    "latency": _set_latency,
    "fault": _order_fault,
    "pace": _set_pace,
    "clear-faults": _clear_faults,
    "reset": _reset,
    "drop": _drop,
    "reboot": _reboot,
    "pause": _pause,
    "resume": _resume,
    "offline": _go_offline,
    "unplug": _unplug,
    "online": _go_online,
    "cable": _put_on_cable,
    "unauthorized": _revoke,
    "authorize": _authorize,
    "battery": _set_battery,
    "storage": _fill,
    "lock": _lock,
    "screen": _set_screen,
    "rest": _rest,
    "protect": _protect,
    "install": _install,
    "uninstall": _uninstall,
    "open": _open,
    "version": _set_version,
    "system-windows": _show_system_windows,
    "app": _control_app,
}
