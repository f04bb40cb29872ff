"""Who may use the control interface of the virtual phones."""

import pytest

from runner.virtual.visitors import refusal

HERE = {"host": "127.0.0.1:40083"}
JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    "headers",
    [
        HERE,
        {"host": "localhost"},
        {"host": "[::1]:40083"},
        HERE | {"origin": "http://127.0.0.1:40083", "sec-fetch-site": "same-origin"},
        HERE | {"sec-fetch-site": "none"},
        HERE | JSON,
    ],
)
def test_programs_and_the_own_page_may(headers: dict[str, str]) -> None:
    assert refusal(headers, has_body=True) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "evil.example:40083"},
        {"host": "[::1].evil.example"},
        {"host": "localhost:x:evil.example"},
        {"host": "192.168.1.7"},
        HERE | {"origin": "https://127.0.0.1:40083"},
        HERE | {"origin": "http://127.0.0.1:40084"},
        HERE | {"origin": "null"},
        HERE | {"sec-fetch-site": "same-site"},
        HERE | {"content-type": "text/plain;charset=UTF-8"},
        HERE | {"content-type": "multipart/form-data; boundary=x"},
    ],
)
def test_pages_of_others_may_not(headers: dict[str, str]) -> None:
    assert refusal(headers, has_body=True)
