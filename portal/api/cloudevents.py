"""CloudEvents 1.0 over HTTP: one event in the body or in headers, or several in a batch.

<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from firstline import clock
from firstline.i18n import gettext as _
from incidents import alerts
from incidents.alerts import Signal, Status
from incidents.alerts.mapping import OVER
from incidents.errors import Invalid
from incidents.policy import Action, require
from portal.api.bodies import Body, clean
from portal.api.callers import caller

MOST_BYTES = 8 * 1024 * 1024
MOST_EVENTS = 2000
NEEDED = ("id", "source", "type")
END = re.compile(r"[._-]?(?:" + "|".join(sorted(OVER)) + r")\Z", re.IGNORECASE)
"""A type such as `com.example.disk.resolved` says that it is over."""


def take_events() -> ResponseReturnValue:
    """202 once the events are on disk."""
    require(caller(), Action.SEND_ALERTS)
    events = _events()
    if not events or len(events) > MOST_EVENTS:
        raise Invalid(_("Send 1 to %(most)s events at once.", most=MOST_EVENTS))
    alerts.accept([_signal(event) for event in events], by=caller(), source="cloudevents")
    return {"accepted": len(events)}, 202


def _events() -> list[Mapping[str, Any]]:
    document = _document()
    if request.mimetype == "application/cloudevents-batch+json":
        if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
            raise Invalid(_("A batch is a list of events."))
        return document
    if "ce-specversion" in request.headers:
        prefix = "ce-"
        told = {
            name.lower()[len(prefix) :]: value
            for name, value in request.headers
            if name.lower().startswith(prefix)
        }
        return [{**told, "data": document}]
    if not isinstance(document, dict):
        raise Invalid(_("Send one event as a JSON object."))
    return [document]


def _document() -> Any:
    raw = b"" if (request.content_length or 0) > MOST_BYTES else request.get_data()
    if (request.content_length or len(raw)) > MOST_BYTES:
        raise RequestEntityTooLarge
    try:
        return json.loads(raw or b"null")
    except (ValueError, RecursionError) as error:
        raise BadRequest from error


def _signal(event: Mapping[str, Any]) -> Signal:
    told, data = Body(dict(event)), event.get("data")
    if not (told.text("specversion") or "").startswith("1."):
        raise Invalid(_("Only CloudEvents of version 1 are understood."), field="specversion")
    _id, source, kind = (told.required_text(name) for name in NEEDED)
    facts = {name: clean(str(value)) for name, value in data.items()} if isinstance(data, dict) else {}
    subject, stem = told.text("subject") or "", END.sub("", kind)
    is_over = stem != kind or facts.get("status", "").casefold() in OVER
    wanted = {name: facts[name] for name in ("severity", "service", "host") if facts.get(name)}
    return Signal(
        fingerprint=sha256("\0".join((source, stem, subject)).encode()).hexdigest(),
        status=Status.RESOLVED if is_over else Status.FIRING,
        title=facts.get("title") or facts.get("summary") or " ".join((stem, subject)).strip(),
        description=facts.get("description") or json.dumps(data, indent=1, ensure_ascii=False)[:5000],
        starts_at=told.time("time") or clock.now(),
        labels={"service": source, "alertname": stem, **wanted},
    )
