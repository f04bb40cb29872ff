"""What the daemon's server answers, over a real socket."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from runner.server.app import ServerState, create_app
from runner.server.ports import listen, url_of
from runner.server.serving import Serving


@contextmanager
def served(state: ServerState) -> Iterator[httpx.Client]:
    listening = listen("127.0.0.1", 0)
    with Serving(create_app(state), listening), httpx.Client(base_url=url_of(listening)) as client:
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
        Serving(create_app(state(), is_for_others=True), listening),
        httpx.Client(base_url=url_of(listening)) as client,
    ):
        assert client.get(path, headers={"Host": "shelf.example"}).status_code == 200


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
