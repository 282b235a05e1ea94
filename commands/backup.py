"""`firstline backup DIR` and `restore DIR`: database, files and secret key, all that a desk is."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from commands.context import create_context
from commands.database import migration_config, upgrade_schema
from commands.supervisor import only_one
from firstline import clock
from firstline.settings import Settings

SQLITE_COPY, POSTGRESQL_COPY = "database.sqlite", "database.dump"
MANIFEST, FILES, ALERTS, SECRET = "manifest.json", "files", "alerts", "secret_key"
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def backup(folder: Path) -> None:
    """Write the whole state into DIR; Firstline may run meanwhile."""
    settings = Settings.from_environ()
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty. Name a new folder.")
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    # An alert that becomes a row meanwhile is then here twice, which changes nothing, and never lost.
    _copy_waiting(settings.data_dir / ALERTS, draft / ALERTS)
    # Files are kept before the rows that name them, so the copy of the files comes second.
    _copy_database(settings, draft)
    count = _copy_files(settings.data_dir / FILES, draft / FILES)
    _write_secret(draft / SECRET, settings.secret_key)
    _write_manifest(draft, settings, count)
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)
    click.echo(
        f"Database, {count} files and the secret key are in {folder}. Keep it as safe as the desk itself."
    )


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def restore(folder: Path) -> None:
    """Read the whole state back from DIR; Firstline must be stopped. What was there is set aside."""
    settings = Settings.from_environ()
    manifest = _read_manifest(folder, settings)
    with only_one(settings.data_dir / "run"):
        _restore_database(settings, folder)
        count = _copy_files(folder / FILES, settings.data_dir / FILES)
        _copy_waiting(folder / ALERTS, settings.data_dir / ALERTS)
        if count < int(manifest["files"]):
            raise click.ClickException(
                f"{folder} held {manifest['files']} files and has only {count} whole ones."
            )
        _restore_secret(settings, (folder / SECRET).read_text())
        upgrade_schema(create_context())
    click.echo(f"Restored the state of {manifest['at']}: database, {count} files and the secret key.")


def _is_sqlite(settings: Settings) -> bool:
    return settings.database_url.startswith("sqlite")


def _sqlite_file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")


def _libpq_url(settings: Settings) -> str:
    return settings.database_url.replace("postgresql+psycopg", "postgresql", 1)


def _copy_database(settings: Settings, to: Path) -> None:
    if not _is_sqlite(settings):
        _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--file",
            str(to / POSTGRESQL_COPY),
            _libpq_url(settings),
        )
        return
    if not _sqlite_file(settings).exists():
        raise click.ClickException("There is no database yet: nothing to back up.")
    with _sqlite(_sqlite_file(settings)) as source, _sqlite(to / SQLITE_COPY) as copy:
        source.backup(copy)


def _restore_database(settings: Settings, folder: Path) -> None:
    if not _is_sqlite(settings):
        _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
             "--dbname", _libpq_url(settings), str(folder / POSTGRESQL_COPY))  # fmt: skip
        return
    file = _sqlite_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.restored")
    draft.unlink(missing_ok=True)
    if not _copy_whole(folder / SQLITE_COPY, draft):
        raise click.ClickException(f"The database in {folder} is damaged. Nothing was changed.")
    _set_aside(file)
    draft.rename(file)


def _copy_whole(source: Path, target: Path) -> bool:
    """Copy a database; False when it is not whole."""
    try:
        with _sqlite(source) as opened, _sqlite(target) as copy:
            opened.backup(copy)
            return bool(copy.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _set_aside(file: Path) -> None:
    """Keep what was there, with its journal: a wrong folder must not cost the present state."""
    aside = f"{file.name}.before-{clock.now():%Y%m%dT%H%M%S}"
    for ending in ("", "-wal", "-shm"):
        present = file.with_name(file.name + ending)
        if present.exists():
            present.rename(file.with_name(aside + ending))


def _copy_waiting(source: Path, target: Path) -> None:
    """Copy the alerts that nobody has taken into the database yet."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob("[0-9]*.json"):
        with suppress(FileNotFoundError):
            shutil.copy2(path, target / path.name)


def _copy_files(source: Path, target: Path) -> int:
    """Copy content-addressed files that are whole; returns how many there are."""
    count = 0
    for file in sorted(source.glob("*/*")):
        if file.name.startswith(".") or sha256(file.read_bytes()).hexdigest() != file.name:
            continue
        to = target / file.parent.name / file.name
        if not to.exists():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)
        count += 1
    return count


def _write_secret(path: Path, secret: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write(secret)


def _restore_secret(settings: Settings, secret: str) -> None:
    if os.environ.get("FIRSTLINE_SECRET_KEY") and settings.secret_key != secret:
        click.echo(
            "FIRSTLINE_SECRET_KEY is another one than in the backup: set it to that in secret_key.", err=True
        )
    _write_secret(settings.data_dir / SECRET, secret)


def _write_manifest(folder: Path, settings: Settings, files: int) -> None:
    with create_context().app_context():
        schema = ScriptDirectory.from_config(migration_config()).get_current_head()
    kind = "sqlite" if _is_sqlite(settings) else "postgresql"
    manifest = {"at": clock.now().isoformat(), "database": kind, "schema": schema, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2))


def _read_manifest(folder: Path, settings: Settings) -> dict[str, str]:
    try:
        manifest: dict[str, str] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{folder} holds no backup: its manifest.json cannot be read.") from error
    kind = "sqlite" if _is_sqlite(settings) else "postgresql"
    if manifest["database"] != kind:
        raise click.ClickException(
            f"The backup is of {manifest['database']}; FIRSTLINE_DATABASE_URL is {kind}."
        )
    return manifest


@contextmanager
def _sqlite(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file)) as connection:
        yield connection


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise click.ClickException(
            f"{command[0]} is not installed: install PostgreSQL's client programs."
        ) from error
    except subprocess.CalledProcessError as error:
        raise click.ClickException(f"{command[0]}: {error.stderr.strip()}") from error
