"""The core app with every table and task of ours: what commands and processes without pages run in."""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

import incidents
from firstline.app import create_core
from firstline.settings import Settings

GROUND = ("firstline.leases", "firstline.options")
CHANNELS = ("chatbot.client", "email_intake")


def create_context(settings: Settings | None = None, **config: object) -> Flask:
    """A Flask app without routes; `config` overrides its configuration, for tests."""
    return create_core(settings, models=all_models(), **config)


def all_models() -> tuple[str, ...]:
    """The modules that declare tables, tasks and sweeps."""
    channels = [model for name in CHANNELS for model in _models_of(name)]
    return (*GROUND, *incidents.MODELS, *channels)


def _models_of(package: str) -> tuple[str, ...]:
    models: tuple[str, ...] = getattr(import_module(package), "MODELS", ()) if find_spec(package) else ()
    return models
