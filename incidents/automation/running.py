"""Running the rules: the timeline is read on, and each rule asked once for each entry.

No loop can come of it. What a rule does is on the timeline without an author, and such entries ask no
rule, but for a report and a missed promise; each rule answers one entry once, and acts at most
`MOST_A_DAY` times a day on one incident.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from firstline import clock, jobs, log, options
from firstline.db import db, write
from incidents.automation import deeds, rules
from incidents.automation.models import AutomationRule, AutomationRun, Moment
from incidents.lifecycle import locked
from incidents.models import Entry, Event, Incident, Visibility
from incidents.timeline import record

MOST = 500
MOST_A_DAY = 20
OVERLAP = 200
"""As in `incidents.feed`: on PostgreSQL a smaller number may be committed after a greater one."""
BY_NOBODY = (Event.REPORTED, Event.BREACHED)
logger = log.get(__name__)


@jobs.sweep(every_s=5)
def run_on_news() -> None:
    """Ask the rules about what happened since they were asked last."""
    active = [rule for rule in rules.list_rules() if rule.is_on and rule.moment != Moment.TIME]
    if not active:
        return
    after = options.read(rules.CURSOR, 0)
    entries = _entries(db.session(), after, {rule.moment for rule in active})
    for entry_id, incident_id, event, at in entries:
        _run([rule.id for rule in active if rule.moment == event and rule.since <= at], incident_id, entry_id)
    last = max([after, *(entry_id for entry_id, *_rest in entries)])
    if last != after:
        with write() as session:
            options.choose(session, rules.CURSOR, last)


@jobs.sweep(every_s=60)
def run_on_time() -> None:
    """Let the rules of time act on what fits them by now."""
    for rule in [one for one in rules.list_rules() if one.is_on and one.moment == Moment.TIME]:
        rule_id = rule.id
        done = select(AutomationRun.incident_id).where(AutomationRun.rule_id == rule_id)
        due = select(Incident.id).where(*rules.asked_of(rule), Incident.id.not_in(done))
        for incident_id in db.session.scalars(due.order_by(Incident.id).limit(MOST)).all():
            _run([rule_id], incident_id, 0)


def _entries(
    session: Session, after: int, moments: Iterable[str]
) -> Sequence[tuple[int, int, str, datetime]]:
    overlap = OVERLAP if session.get_bind().dialect.name == "postgresql" else 0
    by_somebody = or_(Entry.author_id.is_not(None), Entry.event.in_(BY_NOBODY))
    found = select(Entry.id, Entry.incident_id, Entry.event, Entry.created_at)
    asked = found.where(Entry.id > after - overlap, Entry.event.in_(sorted(moments)), by_somebody)
    return [tuple(row) for row in session.execute(asked.order_by(Entry.id).limit(MOST + overlap))]  # type: ignore[misc]


def _run(rule_ids: Sequence[int], incident_id: int, entry_id: int) -> None:
    """One transaction a rule, in their order: the second sees what the first did."""
    for rule_id in rule_ids:
        rule, incident = db.session.get(AutomationRule, rule_id), db.session.get(Incident, incident_id)
        if rule is None or incident is None or not rules.fits(db.session(), rule, incident):
            continue
        with locked(incident_id) as (session, incident):
            _act(session, session.get_one(AutomationRule, rule_id), incident, entry_id)


def _act(session: Session, rule: AutomationRule, incident: Incident, entry_id: int) -> None:
    if not rule.is_on or _ran(session, rule, incident, entry_id) or not rules.fits(session, rule, incident):
        return
    if _runs_lately(session, incident) >= MOST_A_DAY:
        logger.warning("rules act too often on an incident", incident=incident.number, rule=rule.name)
        return
    session.add(AutomationRun(rule_id=rule.id, incident_id=incident.id, entry_id=entry_id))
    did = deeds.do_all(session, incident, rule.deeds, by=None)
    facts: dict[str, object] = {"rule": rule.name, "did": did}
    record(session, incident, Event.AUTOMATED, facts=facts, visibility=Visibility.INTERNAL)


def _ran(session: Session, rule: AutomationRule, incident: Incident, entry_id: int) -> bool:
    of_this = AutomationRun.rule_id == rule.id, AutomationRun.incident_id == incident.id
    ran = select(AutomationRun.id).where(*of_this, AutomationRun.entry_id == entry_id)
    return session.scalar(ran) is not None


def _runs_lately(session: Session, incident: Incident) -> int:
    lately = select(func.count()).where(AutomationRun.incident_id == incident.id)
    return session.scalar(lately.where(AutomationRun.at > clock.now() - timedelta(days=1))) or 0
