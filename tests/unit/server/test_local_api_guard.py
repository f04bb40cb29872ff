"""The door of the Local API: what a page in the user's browser, a stranger, or a wasteful client may not do."""

import asyncio

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from runner.server.local_api import guard
from runner.server.local_api.guard import MAX_BODY_BYTES, Guard


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what came in."""
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


def ask(method: str = "POST", *, token: str | None = None, headers: dict[str, str] | None = None, **more):
    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(Guard(echo, token, {"X-Runner-Ledger": "ab12"}))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:50809") as client:
            return await client.request(method, "/task", headers=headers, **more)

    return asyncio.run(call())


@pytest.mark.parametrize(
    "host", ["127.0.0.1:50809", "localhost:50809", "LOCALHOST", "[::1]:50809", "127.0.0.1"]
)
def test_names_of_this_machine_are_served(host: str) -> None:
    assert ask(headers={"Host": host}, json={"a": 1}).json() == {"a": 1}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:50809",
        "127.0.0.1.evil.example",
        "192.168.1.7:50809",
        "a@127.0.0.1",
        "[",
        "[::1",
        "",
        "[::1].evil.example",
        "[::1]x:80",
        "localhost:x:evil.example",
        "localhost:50809:50809",
        "localhost:",
        "localhost/",
        "localhost#",
        "localhost?@evil.example",
        "127.0.0.1\\evil.example",
        "127.0.0.1 evil.example",
        "::1",
    ],
)
def test_a_name_that_an_attacker_chose_is_refused(host: str) -> None:
    """DNS rebinding: the page's own name leads to this machine, and the browser sends that name."""
    answer = ask("GET", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (403, 40302)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost:3000",
        "http://127.0.0.1:50810",
        "http://[",
        "://",
        "ftp://127.0.0.1:50809",
        "http://a@127.0.0.1:50809",
        "127.0.0.1:50809",
        "http://127.0.0.1:50809/",
    ],
)
def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    answer = ask(headers={"Origin": origin}, json={})
    assert (answer.status_code, answer.json()["code"]) == (403, 40302)


def test_the_page_of_this_server_may_call_it() -> None:
    headers = {"Origin": "http://127.0.0.1:50809", "Sec-Fetch-Site": "same-origin"}
    assert ask(headers=headers, json={}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_a_page_of_another_site_caused_is_refused(site: str) -> None:
    """An image or a link sends no Origin, but says where it comes from."""
    assert ask("GET", headers={"Sec-Fetch-Site": site}).json()["code"] == 40302


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_a_form_can_send_is_refused(kind: str) -> None:
    answer = ask(headers={"Content-Type": kind}, content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (400, 40001)
    assert "application/json" in answer.json()["message"]


def test_a_call_without_a_body_may_say_that_it_is_a_form() -> None:
    """As PowerShell's Invoke-RestMethod does, and `curl -d ''`, to stop a task."""
    assert ask(headers={"Content-Type": "application/x-www-form-urlencoded"}, content=b"").status_code == 200


@pytest.mark.parametrize("shown", [None, "Bearer wrong", "Basic sesame", "sesame", "Bearer"])
def test_a_token_is_wanted_from_everybody(shown: str | None) -> None:
    answer = ask(token="sesame", headers={"Authorization": shown} if shown else {})
    assert (answer.status_code, answer.json()["code"]) == (403, 40302)
    assert "sesame" not in answer.text


def test_with_the_token_the_server_may_have_any_name() -> None:
    assert (
        ask(token="sesame", headers={"Authorization": "Bearer sesame", "Host": "desk.lan"}).status_code == 200
    )


def test_every_answer_names_the_ledger() -> None:
    assert ask().headers["X-Runner-Ledger"] == "ab12"
    assert ask(headers={"Host": "evil.example"}).headers["X-Runner-Ledger"] == "ab12"


def test_a_long_body_is_refused_before_it_is_read() -> None:
    answer = ask(content=b"x" * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (400, 40001)


def test_a_long_body_of_unknown_length_is_refused() -> None:
    async def chunks():
        for _ in range(MAX_BODY_BYTES // 65536 + 1):
            yield b"x" * 65536

    assert ask(content=chunks()).json()["code"] == 40001


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_TIMEOUT_S", 0.05)

    async def stuck() -> list[dict]:
        sent: list[dict] = []

        async def receive() -> dict:
            await asyncio.sleep(30)
            return {}

        async def send(message: dict) -> None:
            sent.append(message)

        headers = [(b"host", b"localhost"), (b"content-length", b"10")]
        await Guard(echo, None, {})({"type": "http", "headers": headers, "method": "POST"}, receive, send)
        return sent

    sent = asyncio.run(stuck())
    assert sent[0]["status"] == 400
    assert b"did not arrive" in sent[1]["body"]
