"""Doors for programs that sign what they send; the signature is the proof, so there is no token."""

from flask import Blueprint

from portal import monitors
from portal.forms import csrf
from portal.hooks import alerts
from portal.limits import limiter

RATE = "1200 per minute"

blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")
blueprint.add_url_rule("/alerts/<slug>", "alerts", alerts.take, methods=["POST"])
csrf.exempt(blueprint)
monitors.prepare(blueprint)
limiter.limit(RATE)(blueprint)
