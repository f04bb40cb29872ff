"""Who is told what, from the environment and from a file; no message about it holds a secret."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.notifications.hiding import hidden, masked_url, secrets_in
from runner.notifications.news import TOLD, NewsEvent
from runner.notifications.recipients import MOST, NotifySettings

FILE = """\
recipients:
  - name: phone-room
    url: ${env:CHAT_URL}
    events: [needs-person, uncertain]
    every: 15m
    gather: 0s
  - url: ${file:SECRETS/mail}
    quiet: "22:00-07:00"
    urgent: [needs-person]
  - webhook: https://ops.example/hook
    secret: ${env:HOOK_SECRET}
summary: "07:30"
"""


def read(folder: Path, text: str, **variables: str) -> NotifySettings:
    path = folder / "notify.yaml"
    path.write_text(text.replace("SECRETS", str(folder)), encoding="utf-8")
    return NotifySettings.from_environment({"RUNNER_NOTIFY_FILE": str(path), **variables})


def test_without_settings_nobody_is_told() -> None:
    assert NotifySettings.from_environment({}) == NotifySettings((), time(8))


def test_urls_stand_between_blanks_and_have_names_of_their_own() -> None:
    found = NotifySettings.from_environment(
        {"RUNNER_NOTIFY": " json://localhost/a\n\tjson://localhost/b mailto://u:p@x.org "}
    )
    assert [one.name for one in found.recipients] == ["json", "json-2", "mailto"]
    assert {one.events for one in found.recipients} == {frozenset(TOLD)}
    assert not any("p@x.org" in repr(one) or "localhost" in repr(one) for one in found.recipients)


def test_a_file_chooses_by_recipient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_URL", "json://localhost/chat")
    monkeypatch.setenv("HOOK_SECRET", "open-sesame")
    (tmp_path / "mail").write_text("mailto://u:p@x.org\n", encoding="utf-8")
    found = read(tmp_path, FILE)
    chat, mail, hook = found.recipients
    assert (chat.name, chat.url) == ("phone-room", "json://localhost/chat")
    assert chat.events == {NewsEvent.NEEDS_PERSON, NewsEvent.UNCERTAIN}
    assert (chat.every, chat.gather) == (timedelta(minutes=15), timedelta())
    assert (mail.name, mail.url, mail.urgent) == ("mailto", "mailto://u:p@x.org", {NewsEvent.NEEDS_PERSON})
    assert mail.quiet is not None and mail.quiet.holds(time(23)) and not mail.quiet.holds(time(12))
    assert (hook.name, hook.is_webhook, hook.secret) == ("webhook", True, "open-sesame")
    assert found.summary_at == time(7, 30)


def test_never_means_no_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_URL", "json://localhost/chat")
    assert read(tmp_path, "recipients: [{url: '${env:CHAT_URL}'}]\nsummary: never\n").summary_at is None


WRONG = {
    "recipients: []": "notify.yaml:1: recipients: List should have at least 1 item",
    "recipients:\n- url: json://u:sesame@localhost": r"notify.yaml:2: .*write \$\{env:NAME\}",
    "recipients:\n- webhook: https://u:sesame@x.example/": r"notify.yaml:2: .*`webhook` holds a secret",
    "recipients:\n- webhook: https://x.example/\n  secret: sesame": "`secret` is written out",
    "recipients:\n- url: ${env:CHAT_URL}\n  events: [neds-person]": "notify.yaml:3: events: there are the events",
    "recipients:\n- url: ${env:CHAT_URL}\n  urgent: [failed]": "there are none",
    "recipients:\n- url: ${env:CHAT_URL}\n  colour: red": "notify.yaml:3: there is no key colour",
    "recipients:\n- name: x": "a recipient has either `url` or `webhook`",
    "recipients:\n- url: ${env:NOT_SET}": r"the secret \$\{env:NOT_SET\} is not there",
    "recipients:\n- url: ${env:NO_URL}": r"\$\{env:NO_URL\} holds no URL of apprise",
    "recipients:\n- url: ${env:CHAT_URL}\n  quiet: night": "notify.yaml:3: quiet: ",
    "recipients: [": "notify.yaml:",
    "": "notify.yaml:1: recipients: Field required",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_line_and_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("CHAT_URL", "json://localhost/chat")
    monkeypatch.setenv("NO_URL", "sesame")
    with pytest.raises(UsageError, match=WRONG[text]) as error:
        read(tmp_path, text)
    assert "sesame" not in f"{error.value.message}{error.value.hint}"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        NotifySettings.from_environment({"RUNNER_NOTIFY_FILE": str(tmp_path / "none.yaml")})


def test_what_is_no_url_is_named_by_its_number_alone() -> None:
    with pytest.raises(UsageError, match="number 2 is no URL") as error:
        NotifySettings.from_environment({"RUNNER_NOTIFY": "json://localhost sesame"})
    assert "sesame" not in error.value.message


def test_there_are_not_too_many() -> None:
    with pytest.raises(UsageError, match="there are 21 recipients"):
        NotifySettings.from_environment({"RUNNER_NOTIFY": "json://localhost " * (MOST + 1)})


@pytest.mark.parametrize(
    "url",
    [
        "mailtos://anna:p%40ss-word@smtp.example.org?to=boss",
        "tgram://123456789:AbCdEf_ghij/-10012345",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#room",
        "json://localhost:8080/path-token?+X-Key=abcdef",
    ],
)
def test_no_part_of_a_url_that_may_be_secret_is_shown(url: str) -> None:
    secrets = secrets_in(url)
    assert hidden(f"could not reach {url}", secrets).count("***") >= 2
    for secret in (
        "p%40ss-word",
        "p@ss-word",
        "AbCdEf_ghij",
        "TIiajkdnlazkcOXrIdevi7FQ",
        "path-token",
        "abcdef",
    ):
        assert secret not in hidden(f"could not reach {url}", secrets)
    assert masked_url(url) == f"{url.partition(':')[0]}://***"


def test_names_of_machines_stay() -> None:
    secrets = secrets_in("mailto://anna:sesame@smtp.example.org")
    assert hidden("cannot reach smtp.example.org as anna", secrets) == "cannot reach smtp.example.org as ***"
