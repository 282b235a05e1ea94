"""Doors of monitors: what is refused there stands in our log too, since nobody reads the monitor's."""

from flask import Blueprint, Response, request

from firstline import log

DOORS = "/alerts/"
logger = log.get(__name__)


def prepare(blueprint: Blueprint) -> None:
    blueprint.after_request(_log_refusal)


def _log_refusal(response: Response) -> Response:
    if DOORS in request.path and response.status_code >= 400:
        why = (response.get_json(silent=True) or {}).get("detail", "")
        logger.warning("a monitor was refused", path=request.path, status=response.status_code, why=why)
    return response
