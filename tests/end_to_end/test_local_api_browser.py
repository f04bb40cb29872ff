"""A real browser: pages of others can do nothing to the Local API, its own page works without another machine."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from browsers import chromium, needs_chromium
from local_api_daemon import FOLLOW, PREFIX, ApiDaemon
from playwright.sync_api import Browser, Page, expect

STRANGER = "rebind.example"
"""A name whose owner lets it lead to this machine."""

ATTEMPTS = """
async ({url, body, task}) => {
  const read = [];
  const attempt = async (name, options) => {
    try {
      const answer = await fetch(url + name, options);
      const text = await answer.text();
      if (text) read.push([name, answer.type, text]);
    } catch (error) { /* the browser keeps it from the page */ }
  };
  for (const mode of ["cors", "no-cors"])
    for (const type of ["application/json", "text/plain"])
      await attempt("/task", {method: "POST", mode, body, headers: {"Content-Type": type}});
  await attempt("/task", {method: "POST", mode: "no-cors", body});
  await attempt("/task", {method: "POST", mode: "no-cors", body: new Blob([body])});
  await attempt("/task", {method: "POST", mode: "no-cors", body: new URLSearchParams({script_name: "follow"})});
  navigator.sendBeacon(url + "/task", new Blob([body], {type: "text/plain"}));
  for (const mode of ["cors", "no-cors"])
    for (const name of ["/task", "/license/check", "/task/stats", "/openapi.json"]) await attempt(name, {mode});
  await attempt("/task/retry-all", {method: "POST", mode: "no-cors"});
  await attempt(`/task/${task}/stop`, {method: "POST", mode: "no-cors"});
  await attempt(`/task/${task}`, {method: "DELETE"});
  await new Promise((resolve) => {
    const image = new Image();
    image.onload = image.onerror = resolve;
    image.src = url + "/task";
  });
  await new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.name = "answer";
    frame.onload = resolve;
    document.body.append(frame);
    const form = document.createElement("form");
    form.method = "POST"; form.action = url + "/task"; form.target = "answer"; form.enctype = "text/plain";
    const field = document.createElement("input");
    field.name = body.slice(0, -1) + ', "ignored": "'; field.value = '"}';
    form.append(field);
    document.body.append(form);
    form.submit();
  });
  return read;
}
"""
"""Everything by which a page may reach a server that is not its own; returns what it could read."""

pytestmark = [pytest.mark.phones, needs_chromium]


class EmptyPage(BaseHTTPRequestHandler):
    """A page without anything on it, at every path."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title><body>")

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The address of a page of another origin on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--host-resolver-rules=MAP {STRANGER} 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def waiting(daemon: ApiDaemon) -> Iterator[int]:
    """A task that is there to be tampered with."""
    task_id = later(daemon)
    yield task_id
    daemon.call("DELETE", f"/task/{task_id}")


def later(daemon: ApiDaemon) -> int:
    at = datetime.now(UTC) + timedelta(hours=2)
    return daemon.make(FOLLOW, start_time=f"{at:%H:%M}")[0]


def assert_untouched(daemon: ApiDaemon, waiting: int) -> None:
    """There is this task only, as it was, once all that was asked of the executor has been done."""
    daemon.call("DELETE", f"/task/{later(daemon)}")
    (task,) = daemon.call("GET", "/task")["tasks"]
    assert (task["id"], task["status_text"]) == (waiting, "pending")


def test_a_page_of_another_origin_can_do_nothing(
    daemon: ApiDaemon, page: Page, elsewhere: str, waiting: int
) -> None:
    page.goto(elsewhere)
    wish = {"url": daemon.url + PREFIX, "body": json.dumps(FOLLOW), "task": waiting}
    assert page.evaluate(ATTEMPTS, wish) == []
    assert_untouched(daemon, waiting)


def test_a_name_that_was_led_here_can_do_nothing(daemon: ApiDaemon, browser: Browser, waiting: int) -> None:
    """DNS rebinding: for the browser, page and server are one origin."""
    rebound = f"http://{STRANGER}:{urlsplit(daemon.url).port}"
    wish = {"url": rebound + PREFIX, "body": json.dumps(FOLLOW), "task": waiting}
    with browser.new_context(
        bypass_csp=True
    ) as context:  # the name's owner has sent a page of his own before
        page = context.new_page()
        assert page.goto(f"{rebound}/healthz") is not None
        read = page.evaluate(ATTEMPTS, wish)
    assert {json.loads(text)["code"] for _, _, text in read} == {40302}
    assert len(read) > 10
    assert_untouched(daemon, waiting)


def test_the_own_page_shows_every_call_and_sends_them(daemon: ApiDaemon, page: Page) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{daemon.url}{PREFIX}/docs")
    page.locator(".opblock").nth(9).wait_for()
    assert page.locator(".opblock").count() == 11
    call = page.locator("#operations-license-check_license_license_check_get")
    call.locator(".opblock-summary").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(".live-responses-table")).to_contain_text('"plan_name": "Local"')
    assert complaints == []  # such as what the page's own policy kept from it
    assert asked - {""} == {urlsplit(daemon.url).netloc}  # pictures in the page itself have no address
