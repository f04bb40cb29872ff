"""screenrecord: the screen as a film, an MP4 file or a stream of H.264 alone."""

import asyncio
import re
import time
from dataclasses import dataclass

from runner.virtual import screenshots
from runner.virtual.commands.call import Call, Command, UsageError
from runner.virtual.video import Recording

_LOOK_S = 0.5
"""How often a changed screen is seen."""

_LONGEST_S = 180
_MOST_PIXELS = 1280
"""Of the longer side, unless a size is asked for."""

_WITH_VALUE = ("--bit-rate", "--display-id", "--output-format", "--size", "--time-limit")


@dataclass(slots=True)
class _Wish:
    path: str
    options: dict[str, str]

    @property
    def is_stream(self) -> bool:
        return self.options.get("--output-format", "mp4") == "h264"


async def _screenrecord(call: Call) -> int:
    """Until the time is over, the process is killed, or the client goes away; the film is whole in each case."""
    if "--version" in call.arguments:
        return call.print("1.4")
    wish = _read(call)
    limit_s, size = _limit(wish), _size(call, wish)
    recording, killed = Recording(*size), asyncio.Event()
    camera = _Camera(call, wish, recording)
    try:
        if wish.is_stream:
            await _hand_on(call, wish, recording.stream_start())
        await camera.look()  # before the process is seen: whoever ends it gets a film
        process = call.phone.processes.start(
            "screenrecord", user="shell", command=" ".join(["screenrecord", *call.arguments]), kill=killed.set
        )
        try:
            await camera.run(killed, limit_s)
        finally:
            call.phone.processes.end(process)
    finally:
        if recording.is_empty or wish.is_stream:
            recording.close()
        else:
            call.phone.files.write(call.path(wish.path), recording.film(camera.now_ms))
    return 0


class _Camera:
    """Looks at the screen, and records it when it has changed."""

    def __init__(self, call: Call, wish: _Wish, recording: Recording) -> None:
        self._call, self._wish, self._recording = call, wish, recording
        self._started_s = time.monotonic()
        self._seen = -1

    @property
    def now_ms(self) -> int:
        return round((time.monotonic() - self._started_s) * 1000)

    async def run(self, killed: asyncio.Event, limit_s: float) -> None:
        """Until somebody kills it or the time is over; how the screen looks then is the last picture."""
        while True:
            await self.look()
            left_s = limit_s - self.now_ms / 1000
            try:
                async with asyncio.timeout(max(0.0, min(_LOOK_S, left_s))):
                    await killed.wait()
            except TimeoutError:
                if left_s > _LOOK_S:
                    continue
            await self.look()
            return

    async def look(self) -> None:
        phone = self._call.phone
        if phone.changes == self._seen:
            return
        self._seen, at_ms = phone.changes, self.now_ms
        part = await asyncio.to_thread(self._recording.add, screenshots.picture(phone), at_ms)
        if self._wish.is_stream:
            await _hand_on(self._call, self._wish, part)


async def _hand_on(call: Call, wish: _Wish, data: bytes) -> None:
    """A part of a stream: to the standard output for `-`, or behind what is in the file."""
    if wish.path == "-":
        call.out += data
        await call.deliver()
        return
    path = call.path(wish.path)
    files = call.phone.files
    files.write(path, (files.read(path) if files.find(path) else b"") + data)


def _read(call: Call) -> _Wish:
    """Raises UsageError, with status 2 as Android's."""
    options: dict[str, str] = {}
    paths = []
    words = list(call.arguments)
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if name in _WITH_VALUE:
            options[name] = value if equals or not words else words.pop(0)
        elif word == "-" or not word.startswith("-"):
            paths.append(word)
        elif word not in ("--verbose", "--rotate", "--bugreport", "--show-frame-time"):
            raise UsageError(f"screenrecord: unrecognized option '{word}'", 2)
    if len(paths) != 1:
        raise UsageError("Must specify output file (see --help).", 2)
    wish = _Wish(paths[0], options)
    if paths[0] == "-" and not wish.is_stream:
        raise UsageError("Can't write to standard output in this format.", 2)
    return wish


def _limit(wish: _Wish) -> float:
    text = wish.options.get("--time-limit", str(_LONGEST_S))
    if not text.isdecimal() or not 0 < int(text) <= _LONGEST_S:
        raise UsageError(f"Time limit {text}s outside acceptable range [1,{_LONGEST_S}]", 2)
    return float(text)


def _size(call: Call, wish: _Wish) -> tuple[int, int]:
    """Even numbers of pixels."""
    asked = wish.options.get("--size")
    if asked is None:
        width, height = call.phone.width, call.phone.height
        scale = min(1.0, _MOST_PIXELS / max(width, height))
        width, height = round(width * scale), round(height * scale)
    elif found := re.fullmatch(r"([1-9]\d{1,3})x([1-9]\d{1,3})", asked, re.ASCII):
        width, height = int(found[1]), int(found[2])
    else:
        raise UsageError(f"Invalid size '{asked}', must be width x height", 2)
    return width - width % 2, height - height % 2


COMMANDS: dict[str, Command] = {"screenrecord": _screenrecord}
