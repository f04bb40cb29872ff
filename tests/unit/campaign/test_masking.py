"""Secrets are not repeated, whatever shape they have."""

import time

import pytest

from runner.campaign.masking import asterisks, is_secret_name, masked_data, masked_text

SECRET = "hunter2"


@pytest.mark.parametrize(
    "name",
    ["api_key", "apiKey", "API-KEY", "openai_api_key", "api_keey", "apikey", "token", "accessToken", "db_password",
     "client.secret", "Authorization", "ssh_private_key", "credentials", "RUNNER_TOKEN", "passwd"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["captions", "custom_sound_keyword", "key", "name", "token_phones", "monkey", "timeout", "keys", ""],
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "api_key: hunter2",
        "api_key:hunter2",
        "api_key : hunter2 # it is",
        "'api_key': 'hunter2'",
        '"api_key": "hunter2',
        "{api_key: hunter2, model: m}",
        '{model: m, "api_key":\n"hunter2"}',
        "{api_key:\nhunter2}",
        "api_key: |\n  first\n\n  hunter2",
        "api_key: >-\n\n    hunter2\n  x",
        "api_key: 'first\nhunter2'",
        'api_key: "first\n\nhunter2"',
        "api_key: first\n  hunter2",
        "api_key:\n  - first\n  - hunter2",
        "api_key:\n- first\n- hunter2",
        "api_key: [first,\nhunter2]",
        "api_key: {a: first,\nb: hunter2}",
        "api_key: [first,\nhunter2",
        "? api_key\n: hunter2",
        "- api_key: first\n  # more\n    hunter2",
        "x: {api_keey: hunter2}",
        "password: !!str hunter2",
        "api_key: &a hunter2",
        "api_key: ${env:KEY} hunter2",
        "api_key: *alias hunter2",
        "# api_key: hunter2",
        "caption: my password: hunter2",
        "AWS_SECRET_TOKEN: hunter2\r\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----",
    ],
)
def test_what_stands_behind_the_name_of_a_secret_is_masked(text: str) -> None:
    masked = masked_text(f"version: 1\n{text}\nname: kept\n")
    assert SECRET not in masked
    assert masked.startswith("version: 1\n")
    assert len(masked) == len(f"version: 1\n{text}\nname: kept\n")
    assert masked.count("\n") == text.count("\n") + 3


def test_what_stands_beside_it_is_kept() -> None:
    text = (
        "a: {api_key: 'hunter2', model: m}\nb:\n  token: hunter2\n  model: m\nc:\n- api_key: x\n  model: m\n"
    )
    assert masked_text(text) == text.replace("hunter2", "*" * 7).replace("x\n", "*\n")


@pytest.mark.parametrize(
    "value", ["${env:KEY}", "'${file:/run/key}'", "*alias", "${env:KEY}, model: m}", "'***'"]
)
def test_a_reference_is_no_secret(value: str) -> None:
    text = f"config: {{api_key: {value}\nname: kept\n"
    assert masked_text(text) == text


def test_long_texts_are_masked_in_time() -> None:
    began_s = time.process_time()  # not on the clock: other tests run beside this one
    for text in (
        "token: [\n" * 20_000,
        "a-" * 100_000,
        "token: x\n" * 20_000,
        "'" * 100_000,
        "token: '\n" * 20_000,
    ):
        assert len(masked_text(text)) == len(text)
    assert time.process_time() - began_s < 30


def test_data_keeps_its_shape() -> None:
    data = {
        "id": 7,
        "config": {"apiKey": "hunter2", "token": "", "list": [{"secret": ["hunter2"]}]},
        "note": None,
    }
    assert masked_data(data) == {
        "id": 7,
        "config": {"apiKey": "***", "token": "", "list": [{"secret": "***"}]},
        "note": None,
    }


def test_asterisks_are_as_long_as_what_they_hide() -> None:
    assert asterisks("'ab c'\n d") == "'** *'\n *"
