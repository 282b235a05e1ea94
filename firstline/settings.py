"""Settings from the environment (prefix `FIRSTLINE_`), read once at the start of a process."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "FIRSTLINE_"
MEGABYTE = 1024 * 1024
LMTP = "lmtp://"


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which and what to write instead."""


@dataclass(frozen=True)
class Address:
    """Where something listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a process needs to know about where it runs. Times zones by IANA name."""

    data_dir: Path
    database_url: str
    secret_key: str
    listen: Address
    base_url: str
    mail_listen: Address
    mail_is_lmtp: bool
    mail_cert: Path | None
    mail_key: Path | None
    mail_rate: int
    mail_connections: int
    mail_flood: int
    ca_file: Path | None
    imap_token_command: str | None
    smtp_url: str | None
    imap_url: str | None
    helpdesk_address: str
    authserv_id: str | None
    redis_url: str | None
    rasa_url: str
    rasa_listen: Address
    rasa_store_url: str | None
    actions_url: str
    actions_listen: Address
    model_dir: Path
    timezone: str
    max_upload: int
    mail_kept_days: int
    webhook_hosts: tuple[str, ...]
    demo: bool
    sample_listen: Address

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; raises `SettingsError` with a sentence when a value cannot be used."""
        env = _Environment(os.environ if environ is None else environ)
        data_dir = Path(env.text("DATA_DIR", "var")).expanduser().resolve()
        listen = env.address("LISTEN", "127.0.0.1:8000")
        actions_listen = env.address("ACTIONS_LISTEN", "127.0.0.1:5055")
        sample_listen = env.address("SAMPLE_LISTEN", "127.0.0.1:5057")
        return cls(
            data_dir=data_dir,
            database_url=env.database_url(data_dir),
            secret_key=env.secret_key(data_dir, listen),
            listen=listen,
            base_url=env.url("BASE_URL", f"http://{listen}").rstrip("/"),
            mail_listen=env.mail_address("MAIL_LISTEN", "127.0.0.1:2525"),
            mail_is_lmtp=env.text("MAIL_LISTEN", "").startswith(LMTP),
            mail_cert=env.file("MAIL_CERT"),
            mail_key=env.file("MAIL_KEY"),
            mail_rate=env.positive("MAIL_RATE", 1000),
            mail_connections=env.positive("MAIL_CONNECTIONS", 50),
            mail_flood=env.positive("MAIL_FLOOD", 2000),
            ca_file=env.file("CA_FILE"),
            imap_token_command=env.text("IMAP_TOKEN_COMMAND", "") or None,
            smtp_url=env.optional_url("SMTP_URL", {"smtp", "smtps"}),
            imap_url=env.optional_url("IMAP_URL", {"imap", "imaps"}),
            helpdesk_address=env.text("HELPDESK_ADDRESS", "helpdesk@example.com").lower(),
            authserv_id=env.text("AUTHSERV_ID", "") or None,
            redis_url=env.optional_url("REDIS_URL", {"redis", "rediss", "unix"}),
            rasa_url=env.url("RASA_URL", "http://127.0.0.1:5005").rstrip("/"),
            rasa_listen=env.address("RASA_LISTEN", env.local_part("RASA_URL", "127.0.0.1:5005")),
            rasa_store_url=env.optional_url("RASA_STORE_URL", {"postgresql", "postgres"}),
            actions_url=env.url("ACTIONS_URL", f"http://{actions_listen}").rstrip("/"),
            actions_listen=actions_listen,
            model_dir=Path(env.text("MODEL_DIR", str(data_dir / "models" / "minilm"))),
            timezone=env.timezone("TIMEZONE", "UTC"),
            max_upload=env.positive("MAX_UPLOAD", 25) * MEGABYTE,
            mail_kept_days=env.positive("MAIL_KEPT_DAYS", 180),
            webhook_hosts=env.names("WEBHOOK_HOSTS", *([str(sample_listen)] if env.flag("DEMO") else [])),
            demo=env.flag("DEMO"),
            sample_listen=sample_listen,
        )

    @property
    def demo_doors_open(self) -> bool:
        """One-click sign-in and the demo mailbox exist only in a demo on loopback."""
        return self.demo and self.listen.is_loopback


class _Environment:
    """Reads one value at a time and words what is wrong with it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        return self._environ.get(PREFIX + name, "").strip() or default

    def flag(self, name: str) -> bool:
        value = self.text(name, "0").lower()
        if value not in {"0", "1", "true", "false", "yes", "no"}:
            raise SettingsError(f"{PREFIX}{name} is “{value}”; write 1 or 0.")
        return value in {"1", "true", "yes"}

    def positive(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or int(value) == 0:
            raise SettingsError(f"{PREFIX}{name} is “{value}”; write a whole number above 0.")
        return int(value)

    def mail_address(self, name: str, default: str) -> Address:
        """HOST:PORT, or `lmtp://HOST:PORT`, or `smtp://HOST:PORT`."""
        return self._address(
            name, self.text(name, default).removeprefix(LMTP).removeprefix("smtp://"), default
        )

    def file(self, name: str) -> Path | None:
        value = self.text(name, "")
        if value and not Path(value).expanduser().is_file():
            raise SettingsError(f"{PREFIX}{name} is “{value}”; there is no such file.")
        return Path(value).expanduser().resolve() if value else None

    def address(self, name: str, default: str) -> Address:
        return self._address(name, self.text(name, default), default)

    def _address(self, name: str, value: str, default: str) -> Address:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise SettingsError(f"{PREFIX}{name} is “{value}”; write HOST:PORT, such as {default}.")
        return Address(host.strip("[]"), int(port))

    def names(self, name: str, *besides: str) -> tuple[str, ...]:
        """Words with commas between, and what goes without saying."""
        return (*self.text(name, "").lower().replace(",", " ").split(), *besides)

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc:
            raise SettingsError(f"{PREFIX}{name} is “{value}”; write an address such as {default}.")
        return value

    def local_part(self, name: str, default: str) -> str:
        """HOST:PORT of a URL on this machine, else the default."""
        parts = urlsplit(self.text(name, f"http://{default}"))
        here = Address(parts.hostname or "", parts.port or 80)
        return str(here) if here.is_loopback else default

    def optional_url(self, name: str, schemes: set[str]) -> str | None:
        value = self.text(name, "")
        if value and urlsplit(value).scheme not in schemes:
            expected = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
            raise SettingsError(f"{PREFIX}{name} must begin with {expected}.")
        return value or None

    def timezone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            hint = "write a name such as Europe/Berlin"
            raise SettingsError(f"{PREFIX}{name} is “{value}”; {hint}.") from error
        return value

    def database_url(self, data_dir: Path) -> str:
        value = self.text("DATABASE_URL", f"sqlite:///{data_dir / 'firstline.db'}")
        scheme = urlsplit(value).scheme
        if scheme in {"postgres", "postgresql"}:
            return "postgresql+psycopg" + value[len(scheme) :]
        if scheme not in {"sqlite", "postgresql+psycopg"}:
            raise SettingsError(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://.")
        return value

    def secret_key(self, data_dir: Path, listen: Address) -> str:
        value = self.text("SECRET_KEY", "")
        if value:
            if len(value) < 16:
                raise SettingsError(f"{PREFIX}SECRET_KEY is too short; write at least 16 characters.")
            return value
        if not listen.is_loopback:
            raise SettingsError(f"Set {PREFIX}SECRET_KEY: {PREFIX}LISTEN is not loopback ({listen}).")
        return kept_secret(data_dir / "secret_key")


def kept_secret(path: Path) -> str:
    """The secret in `path`, made once; linking lets exactly one of several starting processes win."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
