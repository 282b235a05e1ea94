"""`create_core()`: a Flask app without routes, the context of every process."""

from importlib import import_module

from flask import Flask

from firstline import i18n, jobs
from firstline.db import db, prepare
from firstline.settings import Settings

MOST_CONNECTIONS, KEPT_CONNECTIONS, FEWEST_CONNECTIONS = 40, 10, 5
"""To PostgreSQL, which by itself allows a hundred to all processes together."""


def create_core(settings: Settings | None = None, *, models: tuple[str, ...] = (), **config: object) -> Flask:
    """An app with settings, database and jobs.

    `models` are modules imported for the tables and tasks they declare: the ground itself knows
    none of them. `config` overrides Flask's configuration, for tests.
    """
    settings = settings or Settings.from_environ()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask("firstline", static_folder=None)
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        FILES_DIR=str(settings.data_dir / "files"),
        JOBS_FILE=str(settings.data_dir / "jobs.db"),
        REDIS_URL=settings.redis_url,
    )
    app.config.update(config)
    for module in models:
        import_module(module)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    i18n.init_app(app)
    jobs.init_app(app)
    return app


def settings_of(app: Flask) -> Settings:
    """The settings this app was made with."""
    settings: Settings = app.config["SETTINGS"]
    return settings


def engine_options(settings: Settings, *, sharers: int = 1) -> dict[str, object]:
    """How the database is spoken to; so many `sharers` of one kind divide its connections among them."""
    if settings.database_url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False}, "pool_size": 20, "max_overflow": 40}
    most = max(MOST_CONNECTIONS // sharers, FEWEST_CONNECTIONS)
    kept = min(most, KEPT_CONNECTIONS)
    return {"pool_pre_ping": True, "pool_size": kept, "max_overflow": most - kept}
