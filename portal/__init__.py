"""The portal: the core plus routes. A route parses, asks the domain and renders."""

from importlib import import_module
from pathlib import Path

from flask import Flask

from firstline.app import create_core
from firstline.i18n import person_speaks
from firstline.settings import Settings
from incidents import MODELS
from portal import assets, clocks, display, errors, forms, headers, limits, listener, navigation, shared
from portal.auth import accounts

TEMPLATES = Path(__file__).resolve().parent / "templates"
UPLOADS = 10
MARGIN = 2 * 1024 * 1024
"""What a request may carry besides its files."""

OTHER_CHANNELS = ("chatbot.client", "email_intake")
BLUEPRINTS = (
    "portal.employee",
    "portal.answer",
    "portal.wake",
    "portal.bell",
    "portal.support",
    "portal.problems",
    "portal.reviews",
    "portal.catalogue",
    "portal.reports",
    "portal.majors",
    "portal.knowledge",
    "portal.outcomes",
    "portal.admin",
    "portal.chat",
    "portal.api",
    "portal.hooks",
    "portal.auth",
    "portal.demo",
    "portal.health",
)
"""Each exposes `blueprint`, with its whole list of URLs at the top of one file."""


def create_app(settings: Settings | None = None, **config: object) -> Flask:
    """The web application; `config` overrides Flask's configuration, for the server and for tests."""
    settings = settings or Settings.from_environ()
    app = create_core(settings, models=_models(), **{**_defaults(settings), **config})
    app.template_folder = str(TEMPLATES)
    person_speaks(app, locale=listener.locale, timezone=listener.timezone)
    for part in (shared, headers, forms, assets, accounts, limits, display, clocks, navigation, errors):
        part.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(name).blueprint)
    return app


def load() -> None:
    """Import everything that `create_app` needs."""
    for name in (*_models(), *BLUEPRINTS):
        import_module(name)


def _models() -> tuple[str, ...]:
    channels = (import_module(name).MODELS for name in OTHER_CHANNELS)
    return (*MODELS, *(model for models in channels for model in models))


def _defaults(settings: Settings) -> dict[str, object]:
    return {
        "MAX_CONTENT_LENGTH": UPLOADS * settings.max_upload + MARGIN,
        "MAX_FORM_MEMORY_SIZE": MARGIN,
        "SESSION_COOKIE_NAME": "firstline_session",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": settings.base_url.startswith("https://"),
    }
