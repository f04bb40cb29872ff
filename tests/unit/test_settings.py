"""Settings come from the environment, and a wrong one says what it should be."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runner.errors import UsageError
from runner.settings import Settings, material_library


def test_each_setting_is_read() -> None:
    settings = Settings.from_environment(
        {
            "RUNNER_STATE_DIR": "/tmp/state",
            "RUNNER_STORE": "sqlite:////tmp/other.db",
            "RUNNER_TIMEZONE": "Asia/Tokyo",
            "ANDROID_ADB_SERVER_PORT": "5099",
        }
    )
    assert settings == Settings(Path("/tmp/state"), "sqlite:////tmp/other.db", 5099, ZoneInfo("Asia/Tokyo"))


def test_the_local_api_is_where_the_application_serves_it_by_default() -> None:
    settings = Settings.from_environment({"RUNNER_STATE_DIR": "/tmp/state"})
    assert settings.api_url == "http://127.0.0.1:50809/api/v1/"
    named = {"RUNNER_API_URL": "https://desk.example/api/v1", "RUNNER_API_TOKEN": "t0ken"}
    settings = Settings.from_environment({"RUNNER_STATE_DIR": "/tmp/state"} | named)
    assert settings.api_url == "https://desk.example/api/v1/"
    assert "t0ken" not in repr(settings)


def test_the_ledger_is_in_the_state_directory_by_default() -> None:
    settings = Settings.from_environment({"RUNNER_STATE_DIR": "/tmp/state"})
    assert settings.store_url == "sqlite:////tmp/state/ledger.db"
    assert settings.adb_port == 5037 and settings.language is None


def test_a_language_is_a_tag() -> None:
    for language in ("fr", "pt-BR"):
        environment = {"RUNNER_STATE_DIR": "/tmp/state", "RUNNER_LANGUAGE": language}
        assert Settings.from_environment(environment).language == language


@pytest.mark.parametrize(
    "environment",
    [
        {"ANDROID_ADB_SERVER_PORT": "adb"},
        {"ANDROID_ADB_SERVER_PORT": "70000"},
        {"RUNNER_TIMEZONE": "Mars/Base"},
        {"RUNNER_API_URL": "localhost:50809"},
        {"RUNNER_API_TIMEOUT": "soon"},
        {"RUNNER_API_TOKEN": "öppna"},
        {"RUNNER_API_TOKEN": "t0ken\n"},
        {"RUNNER_API_PLAN": "Gold"},
        {"RUNNER_LANGUAGE": "french"},
        {"RUNNER_LANGUAGE": "fr_FR"},
        {"RUNNER_TOKEN": "nyckelhål"},
        {"RUNNER_TOKEN": "two words"},
        {"RUNNER_TOKEN": "x" * 31},
        {"RUNNER_API_TOKEN": "sesame\n"},
    ],
)
def test_a_wrong_setting_names_itself_and_what_to_do(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError) as error:
        Settings.from_environment({"RUNNER_STATE_DIR": "/tmp/state"} | environment)
    assert next(iter(environment)) in error.value.message
    assert error.value.hint


def test_a_long_token_is_taken_and_not_shown() -> None:
    settings = Settings.from_environment({"RUNNER_STATE_DIR": "/tmp/state", "RUNNER_TOKEN": "k3y" * 11})
    assert settings.token == "k3y" * 11
    assert "k3y" not in repr(settings)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="RUNNER_API_URL holds a name or a password") as error:
        Settings.from_environment(
            {"RUNNER_STATE_DIR": "/tmp/state", "RUNNER_API_URL": "http://anna:sesame@desk.example/"}
        )
    assert "sesame" not in f"{error.value} {error.value.hint}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("RUNNER_PHONE_FAILURES", "often"),
        ("RUNNER_PHONE_FAILURES", "-1"),
        ("RUNNER_PHONE_COOLDOWN", "10m"),
        ("RUNNER_PHONE_COOLDOWN", "0"),
    ],
)
def test_the_patience_with_failing_phones_is_numbers(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is '{text}'"):
        Settings.from_environment({"RUNNER_STATE_DIR": "/tmp/state", name: text})
    settings = Settings.from_environment(
        {"RUNNER_STATE_DIR": "/tmp", "RUNNER_PHONE_FAILURES": "0", "RUNNER_PHONE_COOLDOWN": "60"}
    )
    assert (settings.phone_failures, settings.phone_cooldown_s) == (0, 60.0)


@pytest.mark.parametrize(
    ("text", "size"), [("500 MB", 500 * 1000**2), ("20GB", 20 * 1000**3), ("3G", 3 * 1000**3), ("4096", 4096)]
)
def test_the_size_of_the_cache_of_material(text: str, size: int) -> None:
    given = {"RUNNER_STATE_DIR": "/tmp/state"}
    assert Settings.from_environment(given | {"RUNNER_MATERIAL_CACHE": text}).material_cache_bytes == size
    assert Settings.from_environment(given).material_cache_bytes == 10 * 1000**3
    for wrong in ("much", "0", "0 GB", "-1", "1.5 GB"):
        with pytest.raises(UsageError, match="RUNNER_MATERIAL_CACHE is"):
            Settings.from_environment(given | {"RUNNER_MATERIAL_CACHE": wrong})


def test_further_adb_servers_are_addresses_beside_the_local_one() -> None:
    given = {"RUNNER_STATE_DIR": "/tmp/state", "ANDROID_ADB_SERVER_PORT": "5038"}
    named = {"RUNNER_ADB_SERVERS": "10.0.0.5:5037, 127.0.0.1:5038,"}
    settings = Settings.from_environment(given | named)
    assert settings.every_adb_server == (("127.0.0.1", 5038), ("10.0.0.5", 5037))
    assert Settings.from_environment(given).every_adb_server == (("127.0.0.1", 5038),)
    for wrong in ("10.0.0.5", "10.0.0.5:0", "10.0.0.5:adb", "10.0.0.5:5037 10.0.0.6:5037"):
        with pytest.raises(UsageError, match="RUNNER_ADB_SERVERS has"):
            Settings.from_environment(given | {"RUNNER_ADB_SERVERS": wrong})


def test_the_first_settings_are_documented() -> None:
    docs = Path(__file__).parents[2] / "docs"
    text = (docs / "runs.md").read_text(encoding="utf-8")
    for name in ("RUNNER_STATE_DIR", "RUNNER_STORE"):
        assert name in text
    for name in ("RUNNER_MATERIAL_CACHE", "RUNNER_ARTIFACTS"):
        assert name in (docs / "many-hosts.md").read_text(encoding="utf-8")
    for name in (
        "RUNNER_TIMEZONE",
        "RUNNER_LANGUAGE",
        "RUNNER_PHONE_FAILURES",
        "RUNNER_PHONE_COOLDOWN",
        "RUNNER_ADB_SERVERS",
    ):
        assert name in (docs / "operating.md").read_text(encoding="utf-8")


def test_the_material_library_is_a_folder_that_is_named() -> None:
    assert material_library({}) is None
    assert material_library({"RUNNER_MATERIAL_LIBRARY": "/srv/clips"}) == Path("/srv/clips")
    named = material_library({"RUNNER_MATERIAL_LIBRARY": "clips"})
    assert named is not None and named.is_absolute()


def test_a_token_for_viewers_is_another_one_beside_the_first() -> None:
    tokens = {"RUNNER_TOKEN": "k3y" * 11, "RUNNER_VIEWER_TOKEN": "l00k" * 8}
    settings = Settings.from_environment({"RUNNER_STATE_DIR": "/tmp/state"} | tokens)
    assert settings.viewer_token == "l00k" * 8
    assert "l00k" not in repr(settings)
    for wrong in (
        {"RUNNER_VIEWER_TOKEN": "l00k" * 8},
        tokens | {"RUNNER_VIEWER_TOKEN": "short"},
        tokens | {"RUNNER_VIEWER_TOKEN": tokens["RUNNER_TOKEN"]},
    ):
        with pytest.raises(UsageError, match="RUNNER_VIEWER_TOKEN") as error:
            Settings.from_environment({"RUNNER_STATE_DIR": "/tmp/state"} | wrong)
        assert error.value.hint
