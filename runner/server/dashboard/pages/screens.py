"""The newest screen of each phone, as `/screens/SERIAL.jpg`."""

from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page

NEVER_SEEN = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 195" width="90" height="195">
<rect width="90" height="195" fill="#10151b"/>
<rect x="24" y="52" width="42" height="84" rx="7" fill="none" stroke="#5d6c7b" stroke-width="2.5"/>
<path d="M40 60h10M42 128h6" stroke="#5d6c7b" stroke-width="2.5" stroke-linecap="round"/>
</svg>
"""
"""What stands for the screen of a phone that nobody has seen."""


def routes(desk: Desk) -> list[BaseRoute]:
    def screen(request: Request) -> Response:
        found = desk.screens.read(request.path_params["device"])
        name = found[0].path if found else "never seen"
        tag = f'"{blake2b(name.encode(), digest_size=8).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if found is None:
            return Response(NEVER_SEEN, headers=headers, media_type="image/svg+xml")
        taken = found[0].at_utc.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return Response(found[1], headers={**headers, "Last-Modified": taken}, media_type="image/jpeg")

    return [page("/screens/{device:path}.jpg", screen, name="screen")]
