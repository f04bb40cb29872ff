"""`>`, `>>`, `<`, `<<`, `<<<` and `2>&1`: where a command's descriptors go."""

import posixpath
import re

from runner.virtual.language.nodes import Redirect
from runner.virtual.shell_state import ShellState
from runner.virtual.streams import (
    FileOutput,
    Input,
    Nowhere,
    Output,
    Streams,
    body_input,
    device_input,
    text_input,
)

_DESCRIPTOR = re.compile(r"/(?:proc/self|dev)/fd/([0-9])")
_NAMED = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2, "/dev/tty": 1}


async def redirected(shell: ShellState, streams: Streams, redirects: tuple[Redirect, ...]) -> Streams:
    """The descriptors after redirections. Raises OSError; its `strerror` is the shell's whole message."""
    own = streams.copy()
    for redirect in redirects:
        text = await shell.expansion.text(redirect.target)
        if redirect.operator in (">&", "<&"):
            _join(own, redirect, text)
        elif redirect.operator in ("<<", "<<-"):
            own.inputs[redirect.source] = text_input(text.encode())
        elif redirect.operator == "<<<":
            own.inputs[redirect.source] = text_input(f"{text}\n".encode())
        else:
            _open(shell, own, redirect, text)
    return own


def _join(own: Streams, redirect: Redirect, target: str) -> None:
    if target == "-":
        own.inputs.pop(redirect.source, None)
        own.outputs[redirect.source] = Nowhere()
        return
    number = int(target) if target.isdigit() else -1
    if number in own.outputs:
        own.outputs[redirect.source] = own.outputs[number]
    elif number in own.inputs:
        own.inputs[redirect.source] = own.inputs[number]
    else:
        raise OSError(9, f"{redirect.operator}{target}: bad file descriptor")


def _open(shell: ShellState, own: Streams, redirect: Redirect, text: str) -> None:
    path = posixpath.normpath(posixpath.join(shell.folder, text))
    reads = redirect.operator == "<"
    try:
        if reads:
            own.inputs[redirect.source] = open_input(shell, own, path)
        else:
            own.outputs[redirect.source] = open_output(shell, own, path, append=redirect.operator == ">>")
    except OSError as error:
        verb = "open" if reads else "create"
        raise OSError(error.errno, f"can't {verb} {text}: {error.strerror}") from error


def open_input(shell: ShellState, streams: Streams, path: str) -> Input:
    """What reads a file or a device. Raises OSError."""
    descriptor = _NAMED.get(path) if path != "/dev/tty" else 0
    if (found := _DESCRIPTOR.fullmatch(path)) is not None:
        descriptor = int(found.group(1))
    if descriptor is not None and descriptor in streams.inputs:
        return streams.inputs[descriptor]
    return device_input(path) or body_input(shell.files.body(path))


def open_output(shell: ShellState, streams: Streams, path: str, *, append: bool) -> Output:
    """What writes a file, emptied unless it is to `append`, or a device. Raises OSError."""
    descriptor = _NAMED.get(path)
    if (found := _DESCRIPTOR.fullmatch(path)) is not None:
        descriptor = int(found.group(1))
    if descriptor is not None and descriptor in streams.outputs:
        return streams.outputs[descriptor]
    if path in ("/dev/null", "/dev/zero"):
        return Nowhere()
    entry = shell.files.find(path)
    if entry is not None and append and not entry.is_folder:
        shell.files.check_writable(path)
    else:
        shell.files.write(path, b"", **({"mode": entry.mode} if entry else {}))
    return FileOutput(shell.files, path)
