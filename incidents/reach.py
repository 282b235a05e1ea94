"""Who has it, in the words people use, and the impact that follows.

Impact is ITIL's "who and what": whom it reaches, and how critical the service is that it is about.
"""

import re
from enum import StrEnum

from firstline.i18n import lazy_gettext as _
from incidents.models import Incident, Level
from incidents.services import Criticality, Service


class Reach(StrEnum):
    """Who has it, as whoever reports it says."""

    ME = "me"
    TEAM = "team"
    SITE = "site"
    EVERYBODY = "everybody"


NAMES = {
    Reach.ME: _("Only me"),
    Reach.TEAM: _("My team"),
    Reach.SITE: _("My site"),
    Reach.EVERYBODY: _("Everybody"),
}
"""The answers as every channel offers them."""


class Source(StrEnum):
    """What the impact of an incident rests on."""

    SAID = "said"
    READ = "read"
    COUNTED = "counted"
    SET = "set"
    UNKNOWN = "unknown"


IMPACTS: dict[Reach, dict[Criticality, Level]] = {
    Reach.ME: {Criticality.LOW: Level.LOW, Criticality.MEDIUM: Level.LOW, Criticality.HIGH: Level.LOW},
    Reach.TEAM: {Criticality.LOW: Level.LOW, Criticality.MEDIUM: Level.MEDIUM, Criticality.HIGH: Level.HIGH},
    Reach.SITE: {Criticality.LOW: Level.MEDIUM, Criticality.MEDIUM: Level.HIGH, Criticality.HIGH: Level.HIGH},
    Reach.EVERYBODY: {
        Criticality.LOW: Level.MEDIUM,
        Criticality.MEDIUM: Level.HIGH,
        Criticality.HIGH: Level.HIGH,
    },
}
"""By reach and by how critical the service is; `docs/triage.md` shows it as a table."""

FORMS = (
    (Reach.ME, r"(?:only|just) (?:for )?me|nobody else|no one else|not others"),
    (
        Reach.SITE,
        r"(?:whole|entire) (?:office|site|floor|building|branch|plant)|(?:everyone|everybody|nobody|no one) "
        r"(?:here|(?:in|at|on) (?:the|our|this) (?:office|site|floor|building|branch|plant))",
    ),
    (
        Reach.EVERYBODY,
        r"every(?:one|body)|nobody can|no one can|(?:whole|entire) company|all (?:users|of us|sites|customers)",
    ),
    (
        Reach.TEAM,
        r"(?:my|our|the whole|whole) (?:team|department)|colleagues?|several (?:people|of us)",
    ),
)
IN_WORDS = tuple((reach, re.compile(rf"\b(?:{form})\b", re.IGNORECASE)) for reach, form in FORMS)


def read(words: str) -> Reach | None:
    """Who has it, where a report's own words tell; None where they do not."""
    return next((reach for reach, form in IN_WORDS if form.search(words)), None)


def impact_of(reach: Reach, service: Service | None = None) -> Level:
    """The impact by the table; without a service as for one of medium criticality."""
    critical = Criticality(service.criticality) if service else Criticality.MEDIUM
    return IMPACTS[reach][critical]


def source_of(incident: Incident) -> Source:
    """What the impact that stands rests on."""
    if incident.impact_before_count is not None:
        return Source.COUNTED
    if incident.reach is None:
        return Source.UNKNOWN if incident.impact == Level.LOW else Source.SET
    reach = Reach(incident.reach)
    if incident.impact == impact_of(reach, incident.service):
        return Source.SAID
    return Source.READ if incident.impact == impact_of(reach) else Source.SET
