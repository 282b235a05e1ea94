"""Alerts by a generic webhook, signed by HMAC-SHA256."""

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.alerts import sources
from incidents.errors import Refused
from portal.errors import problem, status_of

MOST_BYTES = 8 * 1024 * 1024
SIGNATURES = ("X-Signature-256", "X-Hub-Signature-256")


def take(slug: str) -> ResponseReturnValue:
    """202 once the alerts are on disk."""
    if (request.content_length or 0) > MOST_BYTES:
        return _too_large()
    raw = request.get_data()
    if len(raw) > MOST_BYTES:
        return _too_large()
    signature = next((request.headers[name] for name in SIGNATURES if name in request.headers), "")
    try:
        accepted = sources.take(slug, raw, signature)
    except Refused as refusal:
        return problem(status_of(refusal), refusal.sentence)
    return jsonify(accepted=accepted), 202


def _too_large() -> Response:
    return problem(413, _("The body is too large. Send fewer alerts at once."))
