import stat

import pytest

from firstline.settings import Settings, SettingsError


def read(tmp_path, **values):
    return Settings.from_environ(
        {"FIRSTLINE_DATA_DIR": str(tmp_path)} | {f"FIRSTLINE_{k}": v for k, v in values.items()}
    )


def test_everything_has_a_default_that_listens_on_loopback_only(tmp_path):
    settings = read(tmp_path)
    assert str(settings.listen) == "127.0.0.1:8000"
    assert settings.listen.is_loopback
    assert settings.mail_listen.is_loopback
    assert settings.actions_listen.is_loopback
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.max_upload == 25 * 1024 * 1024


def test_the_secret_is_made_once_and_only_the_owner_reads_it(tmp_path):
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LISTEN", "8000", "HOST:PORT"),
        ("LISTEN", "127.0.0.1:99999", "HOST:PORT"),
        ("TIMEZONE", "Berlin", "Europe/Berlin"),
        ("DEMO", "maybe", "1 or 0"),
        ("MAX_UPLOAD", "0", "above 0"),
        ("MAX_UPLOAD", "x", "whole number"),
        ("SMTP_URL", "mail.example.com", "smtp://"),
        ("IMAP_URL", "http://x", "imap://"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("SECRET_KEY", "short", "16 characters"),
        ("RASA_URL", "localhost:5005", "address"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(tmp_path, name, value, says):
    with pytest.raises(SettingsError, match=says) as refused:
        read(tmp_path, **{name: value})
    assert f"FIRSTLINE_{name}" in str(refused.value)


def test_beyond_loopback_the_secret_must_be_given(tmp_path):
    with pytest.raises(SettingsError, match="FIRSTLINE_SECRET_KEY"):
        read(tmp_path, LISTEN="0.0.0.0:8000")


def test_the_demos_doors_are_open_only_in_a_demo_on_loopback(tmp_path):
    secret = {"SECRET_KEY": "x" * 16}
    assert read(tmp_path, DEMO="1").demo_doors_open
    assert not read(tmp_path).demo_doors_open
    assert not read(tmp_path, DEMO="1", LISTEN="0.0.0.0:8000", **secret).demo_doors_open


def test_postgresql_is_reached_by_psycopg_three(tmp_path):
    assert read(tmp_path, DATABASE_URL="postgresql://u@h/d").database_url == "postgresql+psycopg://u@h/d"
