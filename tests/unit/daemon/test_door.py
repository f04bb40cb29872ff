"""What a daemon's server says while its ledger is away."""

import asyncio

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from runner.daemon.shared_daemon import Door


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("all is well")


def get(door: Door, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://desk") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_pages_say_why_nothing_is_done_until_there_is_a_life_again() -> None:
    door = Door()
    assert "the daemon is starting" in get(door, "/").text
    door.open(Starlette(routes=[Route("/", page)]))
    assert get(door, "/").text == "all is well"
    door.close("the server does not answer")
    answer = get(door, "/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "the server does not answer" in answer.text
    assert get(door, "/healthz").status_code == 200  # to start the process anew would mend nothing
    door.open(Starlette(routes=[Route("/", page)]))
    assert get(door, "/").status_code == 200
