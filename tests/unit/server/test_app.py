"""What the daemon's server answers, over a real socket."""

import base64
import hashlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from local_api_desk import PREFIX, Api
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp

from runner.server.app import ServerState, create_app
from runner.server.ports import listen, url_of
from runner.server.serving import Serving


@contextmanager
def served(
    state: ServerState, local_api: ASGIApp | None = None, token: str | None = None
) -> Iterator[httpx.Client]:
    listening = listen("127.0.0.1", 0)
    app = create_app(state, local_api, token)
    with Serving(app, listening), httpx.Client(base_url=url_of(listening)) as client:
        yield client


def state(ailments: tuple[str, ...] = (), obstacles: tuple[str, ...] = ()) -> ServerState:
    return ServerState(CollectorRegistry(), lambda: ailments, lambda: obstacles)


def test_all_is_well() -> None:
    with served(state()) as client:
        for path in ("/healthz", "/readyz"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_an_obstacle_makes_it_unready_and_no_less_alive() -> None:
    with served(state(obstacles=("no campaign is in force",))) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unavailable", "reasons": ["no campaign is in force"]}


def test_an_ailment_is_both() -> None:
    with served(state(ailments=("the executor is silent",))) as client:
        assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [503, 503]


def test_a_remark_is_told_and_changes_no_verdict() -> None:
    told = ServerState(CollectorRegistry(), tuple, lambda: ["no campaign is in force"], lambda: ["look"])
    with served(told) as client:
        healthy, unready = client.get("/healthz"), client.get("/readyz")
    assert (healthy.status_code, healthy.json()) == (200, {"status": "ok", "remarks": ["look"]})
    assert (unready.status_code, unready.json()["remarks"]) == (503, ["look"])


def test_metrics_are_in_the_form_that_prometheus_reads() -> None:
    answered = state()
    Counter("runner_trials", "Trials.", ["state"], registry=answered.registry).labels("completed").inc(3)
    with served(answered) as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    samples = {
        (sample.name, sample.labels.get("state")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["runner_trials_total", "completed"] == 3


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
def test_a_name_that_others_may_choose_is_not_answered(path: str) -> None:
    listening = listen("127.0.0.1", 0)
    with Serving(create_app(state()), listening), httpx.Client(base_url=url_of(listening)) as client:
        for host, status in (
            ("127.0.0.1:1", 200),
            ("localhost", 200),
            ("[::1]:9", 200),
            ("evil.example", 403),
        ):
            assert client.get(path, headers={"Host": host}).status_code == status
    listening = listen("127.0.0.1", 0)
    with (
        Serving(create_app(state(), token="sesame"), listening),
        httpx.Client(base_url=url_of(listening)) as client,
    ):
        headers = {"Host": "shelf.example", "Authorization": "Bearer sesame"}
        assert client.get(path, headers=headers).status_code == 200


def test_a_token_protects_figures_and_leaves_health_to_everybody() -> None:
    with served(state(), token="sesame") as client:
        answer = client.get("/metrics")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "runner_" not in answer.text
        assert client.get("/metrics", headers={"Authorization": "Bearer sesame"}).status_code == 200
        assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_every_answer_tells_browsers_to_do_nothing_with_it(tmp_path: Path) -> None:
    def fail() -> tuple[str, ...]:
        raise ZeroDivisionError

    api = Api(tmp_path)
    failing = ServerState(CollectorRegistry(), fail, fail)
    with served(failing, api.local_api) as client:
        port = client.base_url.port
        answers = [
            client.get("/metrics"),
            client.get("/healthz"),  # it fails
            client.get("/no/such"),
            client.get("/metrics", headers={"Host": "evil.example"}),
            client.get(f"{PREFIX}/docs"),
            client.get(f"{PREFIX}/task"),
            client.get(f"{PREFIX}/no/such"),
            client.post(f"{PREFIX}/task", content=b"{"),
            httpx.Response(400, headers=said(port, b"nothing that is HTTP\r\n\r\n")),
            httpx.Response(400, headers=said(port, TWO_ENDS)),
        ]
    assert [answer.status_code for answer in answers] == [200, 500, 404, 403, 200, 200, 404, 400, 400, 400]
    for answer in answers:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    api.ledger.close()


def test_the_page_runs_the_script_that_it_came_with_alone(tmp_path: Path) -> None:
    api = Api(tmp_path)
    page = api.send("GET", "/docs")
    api.ledger.close()
    (script,) = re.findall("<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.text)


TWO_ENDS = (
    b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("path", ["/api/v1/task", "/healthz"])
def test_a_request_with_two_ends_is_refused_and_the_connection_closed(path: str) -> None:
    """What stands behind it would be a request for one program, and a body for another."""
    hidden = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with served(state()) as client:
        head = said(client.base_url.port, TWO_ENDS.replace(b"/api/v1/task", path.encode()) + hidden)
        assert head["connection"] == "close"


def said(port: int | None, request: bytes) -> dict[str, str]:
    """The headers of the one answer to a request, after which the server closed the connection; it was refused."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 ") == 1
    first, *lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert first == "HTTP/1.1 400 Bad Request"
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/metricsx"])
def test_nothing_else_is_served(path: str) -> None:
    with served(state()) as client:
        assert client.get(path).status_code == 404


def test_it_ends_while_a_client_keeps_its_connection() -> None:
    listening = listen("127.0.0.1", 0)
    serving = Serving(create_app(state()), listening)
    with httpx.Client(base_url=url_of(listening)) as client:
        with serving:
            assert client.get("/healthz").status_code == 200
            assert serving.alive
        assert not serving.alive
        with pytest.raises(httpx.TransportError):
            client.get("/healthz")
