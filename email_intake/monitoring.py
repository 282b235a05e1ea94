"""Mails of monitoring systems: one incident a host and service, resolved by the recovery (case 40)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from email_intake.parse import ParsedMail
from incidents.alerts import FINGERPRINT_LENGTH, Signal, Status

DOWN = r"PROBLEM|DOWN|CRITICAL|CRIT|WARNING|WARN|UNKNOWN|UNREACHABLE|FIRING|ALERT(?:ING)?|FAILED|TRIGGERED"
UP = r"RECOVERY|RECOVERED|RESOLVED|OK|UP|CLEARED|NORMAL"
STATE = re.compile(rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN}))\b", re.IGNORECASE)
# `PROBLEM Service Alert: web01/HTTP is CRITICAL`, `[FIRING:1] HighLoad on web01`, `Problem: Disk on db01`,
# `fw01 Ping (Ping) Down (Request timed out)`, `Monitor is DOWN: shop.example.com`, `[Alerting] CPU load`.
SHAPES = (
    re.compile(
        r"(?:PROBLEM|RECOVERY|ACKNOWLEDGEMENT|FLAPPING\w*)\b[\s*:-]*(?:(?:Service|Host)\s+(?:Alert|Monitoring)\s*[:on]*\s*|(?:Service|Host)\s+)?"
        r"(?P<what>[\w.-]+(?:\s*/\s*[^*]+?)?)\s+(?:is|was)\s+\w+",
        re.IGNORECASE,
    ),
    re.compile(
        r"\[(?:FIRING|RESOLVED)[^\]]*\]\s*(?P<what>.+?)\s*(?:\((?:firing|resolved)[^)]*\))?\s*\Z",
        re.IGNORECASE,
    ),
    re.compile(
        r"\A\s*(?:Problem|Resolved(?: in [^:]+)?|OK|Recovery)\s*:\s*(?P<what>.+?)\s*\Z", re.IGNORECASE
    ),
    re.compile(
        rf"(?P<what>[\w.-]+(?:\s*[/:]\s*|\s+)[\w ./%-]+?)\s+(?:is|->|=>)\s*(?:{UP}|{DOWN})\b", re.IGNORECASE
    ),
    re.compile(
        rf"\A(?:\[[^\]]*PRTG[^\]]*\]\s*)?(?P<what>\S.*\([^()]*\))\s+(?:{DOWN}|{UP})\b[^()]*\([^()]*\)\s*\Z",
        re.IGNORECASE,
    ),
    re.compile(r"\A\s*Monitor is (?:DOWN|UP)\s*:\s*(?P<what>\S.*?)\s*\Z", re.IGNORECASE),
    re.compile(r"\A\s*\[(?:Alerting|OK|No data)\]\s*(?P<what>\S.*?)\s*\Z", re.IGNORECASE),
    re.compile(
        rf"\b(?:{DOWN}|{UP})\b\s*[:-]\s*(?P<what>[\w.-]+\s*(?:/|\bon\b|:)\s*[\w .%-]+?)\s*\Z", re.IGNORECASE
    ),
)
LONGEST_SUBJECT = 500
FIELDS = re.compile(
    r"^\s*(host|service|hostname|alert|problem name|trigger|severity)\s*[:=]\s*(\S.{0,150}?)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
SEVERITY = {
    "critical": "critical",
    "crit": "critical",
    "down": "critical",
    "warning": "warning",
    "warn": "warning",
    "disaster": "critical",
    "high": "critical",
    "average": "error",
}
WHAT = ("service", "alert", "problem name", "trigger")
"""By which field the trouble of a host is told: one host may have several at once."""


@dataclass(frozen=True)
class Alarm:
    """What such a mail says: of which thing, and whether it is over."""

    about: str
    is_over: bool
    severity: str


def read(mail: ParsedMail) -> Alarm | None:
    """The alarm in this mail, None when host and service cannot be told."""
    fields = {match[1].lower(): match[2] for match in FIELDS.finditer(mail.text[:5000])}
    about = _about(mail, fields)
    state = _state(mail.subject[:LONGEST_SUBJECT])
    if not about or state is None:
        return None
    return Alarm(about, is_over=state in {"ok", "over"}, severity=_severity(state, fields))


def as_signal(alarm: Alarm, mail: ParsedMail, *, sender: str, at: datetime) -> Signal:
    """The same in the domain's words; monitors of different addresses never mix."""
    digest = sha256(f"{sender.casefold()}\0{alarm.about}".encode()).hexdigest()
    return Signal(
        fingerprint=f"mail:{digest}"[:FINGERPRINT_LENGTH],
        status=Status.RESOLVED if alarm.is_over else Status.FIRING,
        title=mail.title,
        description=mail.text,
        starts_at=at,
        labels={"severity": alarm.severity} if alarm.severity else {},
        group=f"mail:{digest}",
    )


def _severity(state: str, fields: Mapping[str, str]) -> str:
    if state in {"ok", "over"}:
        return ""
    return SEVERITY.get(state) or SEVERITY.get(fields.get("severity", "").casefold(), "")


def _about(mail: ParsedMail, fields: Mapping[str, str]) -> str:
    host = fields.get("host", fields.get("hostname"))
    if host is not None:
        return _plain(f"{host}/{next((fields[name] for name in WHAT if name in fields), '')}")
    found = (shape.search(mail.subject[:LONGEST_SUBJECT].strip(" *")) for shape in SHAPES)
    return next((_plain(match["what"]) for match in found if match), "")


def _state(subject: str) -> str | None:
    """The last word of state in a subject: `OK -> CRIT` is critical, `RECOVERY ... is OK` is over."""
    words = list(STATE.finditer(subject))
    if not words:
        return None
    if re.search(r"\b(?:RECOVER\w*|RESOLVED|CLEARED)\b|\A\s*\[OK\]", subject, re.IGNORECASE):
        return "over"
    last = words[-1]
    return "ok" if last["up"] else last["down"].lower()


def _plain(what: str) -> str:
    return " ".join(re.sub(r"\s*/\s*", "/", what).casefold().split()).strip("/ *")[:200]
