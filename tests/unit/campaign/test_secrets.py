"""Secrets: references in files, values only for the moment of sending."""

from pathlib import Path

import pytest

from runner.campaign.secrets import anchored, is_reference, read_secret, with_secrets
from runner.errors import TaskError

WAYS = (("token",), ("chatgpt_settings", "api_key"))


@pytest.mark.parametrize("text", ["${env:OPENAI_API_KEY}", "${file:/run/secrets/key}", "${file:a b.txt}"])
def test_references(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    ["sk-123", "${env:}", "${env:A-B}", "${ENV:A}", "x${env:A}", "${env:A} ", "${file:}", "${file:{}}"],
)
def test_what_is_no_reference(text: str) -> None:
    assert not is_reference(text)
    with pytest.raises(TaskError) as caught:
        read_secret(text)
    assert text not in caught.value.message + (caught.value.hint or "")


def test_secrets_are_put_in_place_in_a_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEY", "s1")
    (tmp_path / "key").write_text("  s2\n")
    config = {"token": "${env:KEY}", "chatgpt_settings": {"api_key": "${file:key}", "model": "m"}}

    here = anchored(config, WAYS, tmp_path)
    assert here["chatgpt_settings"]["api_key"] == f"${{file:{tmp_path}/key}}"
    assert with_secrets(here, WAYS) == {"token": "s1", "chatgpt_settings": {"api_key": "s2", "model": "m"}}
    assert config["chatgpt_settings"]["api_key"] == "${file:key}"


def test_secrets_that_are_not_given_stay_so() -> None:
    assert with_secrets({"token": "", "chatgpt_settings": {}}, WAYS) == {"token": "", "chatgpt_settings": {}}
    assert with_secrets({"other": 1}, WAYS) == {"other": 1}


def test_absolute_paths_and_variables_do_not_depend_on_the_folder(tmp_path: Path) -> None:
    for reference in ("${file:/run/key}", "${env:KEY}"):
        assert anchored({"token": reference}, WAYS, tmp_path) == {"token": reference}


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(TaskError, match=r"the secret \$\{env:NO_SUCH_KEY\} is not there") as caught:
        read_secret("${env:NO_SUCH_KEY}")
    assert caught.value.hint is not None
    assert "NO_SUCH_KEY" in caught.value.hint


def test_errors_never_tell_what_a_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"hunter2 \xff")
    with pytest.raises(TaskError, match="it is no UTF-8 text") as caught:
        read_secret(f"${{file:{path}}}")
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__cause__ is None

    path.write_text("\n")
    with pytest.raises(TaskError, match="is not there"):
        read_secret(f"${{file:{path}}}")
    with pytest.raises(TaskError, match="cannot be read: No such file"):
        read_secret(f"${{file:{tmp_path / 'gone'}}}")
