"""How the client of the Local API is set up for its server."""

import httpx
import pytest

from runner.backends.local_api.client import Client
from runner.clock import SystemClock


@pytest.mark.parametrize(
    ("scheme", "is_verified"),
    [("http", False), ("HTTP", False), ("https", True), ("HTTPS", True), ("Https", True)],
)
def test_a_certificate_is_verified_however_the_scheme_is_written(
    monkeypatch: pytest.MonkeyPatch, scheme: str, is_verified: bool
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(httpx, "Client", lambda **options: asked.append(options["verify"]))
    Client(f"{scheme}://127.0.0.1:1/api/v1/", SystemClock())
    assert asked == [is_verified]
