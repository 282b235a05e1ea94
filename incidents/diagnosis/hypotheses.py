"""The small list of what it may be: added, confirmed, ruled out, each with who and when."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.diagnosis.models import Finding, Hypothesis
from incidents.errors import Conflict, Invalid, NotFound
from incidents.lifecycle import locked
from incidents.models import Event, Incident, Visibility
from incidents.people import Person
from incidents.policy import Action, require
from incidents.standing import require_open
from incidents.timeline import record

MOST_LETTERS, MOST_NOTE, MOST = 300, 500, 50


def of_incident(incident: Incident) -> Sequence[Hypothesis]:
    """Every hypothesis and check of this incident, in the order in which they came up."""
    found = select(Hypothesis).where(Hypothesis.incident_id == incident.id)
    return db.session.scalars(found.order_by(Hypothesis.id)).all()


def suppose(incident_id: int, text: str, *, by: Person) -> Hypothesis:
    """Add something it may be, or something to check; the same words twice are one."""
    text = _checked(text)
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        require_open(incident)
        known = session.scalars(select(Hypothesis).where(Hypothesis.incident_id == incident.id)).all()
        same = next((one for one in known if one.text.casefold() == text.casefold()), None)
        if same is not None:
            return same
        if len(known) >= MOST:
            raise Conflict(_("There are %(most)s already. Rule some out in a note instead.", most=MOST))
        return _add(session, incident, text, by)


def decide(incident_id: int, hypothesis_id: int, finding: Finding, *, by: Person, note: str = "") -> None:
    """Say what became of one. A colleague's finding is not turned round silently: reopen it first."""
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        one = session.get(Hypothesis, hypothesis_id)
        if one is None or one.incident_id != incident.id:
            raise NotFound(_("There is no such hypothesis on this incident."))
        if one.finding == finding:
            return
        if Finding.OPEN not in {one.finding, finding}:
            raise Conflict(_("Somebody has decided on this already. Look at it, then open it again."))
        _decide(one, finding, by, note)
        facts: dict[str, object] = {"hypothesis": one.text, "finding": finding}
        record(session, incident, Event.CHECKED, author=by, text=one.note, facts=facts, visibility=INTERNAL)


INTERNAL = Visibility.INTERNAL


def _add(session: Session, incident: Incident, text: str, by: Person) -> Hypothesis:
    made = Hypothesis(incident_id=incident.id, text=text, author_id=by.id, created_at=clock.now())
    session.add(made)
    facts: dict[str, object] = {"hypothesis": text}
    record(session, incident, Event.SUPPOSED, author=by, facts=facts, visibility=INTERNAL)
    return made


def _decide(one: Hypothesis, finding: Finding, by: Person, note: str) -> None:
    one.finding, one.note = finding, note.replace("\0", "").strip()[:MOST_NOTE]
    one.decided_by_id = None if finding == Finding.OPEN else by.id
    one.decided_at = None if finding == Finding.OPEN else clock.now()


def _checked(text: str) -> str:
    text = " ".join(text.replace("\0", "").split())
    if not text:
        raise Invalid(_("Write what it may be, or what to check."), field="hypothesis")
    if len(text) > MOST_LETTERS:
        raise Invalid(_("Write at most %(most)s characters.", most=MOST_LETTERS), field="hypothesis")
    return text
