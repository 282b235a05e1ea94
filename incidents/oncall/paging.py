"""Calling people in turn: the handler, the next, the lead, and from the front, until one acknowledges."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import String, bindparam, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import notices
from incidents.errors import NotFound
from incidents.lifecycle import locked
from incidents.majors.models import Major, Standing
from incidents.models import OPEN, Channel, Entry, Event, Incident, Kind, State, Visibility
from incidents.notices import Topic
from incidents.oncall import duty, hooks
from incidents.oncall.models import Call, Page, PageState
from incidents.oncall.rule import RULE, wakes
from incidents.people import Person
from incidents.policy import Action, require
from incidents.services import Outage
from incidents.timeline import record

SERIOUS = "serious"
STEP_WITHOUT_ROTA = timedelta(minutes=10)
BATCH = 100

TAKEN = exists().where(
    Entry.incident_id == Page.incident_id, Entry.event == Event.TAKEN, Entry.created_at >= Page.created_at
)
CAME_ANEW = (
    select(func.count())
    .where(Entry.incident_id == Incident.id, Entry.event.in_([Event.ESCALATED, Event.REOPENED]))
    .scalar_subquery()
)
TURN = case((CAME_ANEW == 0, SERIOUS), else_=literal(f"{SERIOUS}:") + cast(CAME_ANEW, String))
"""The key of its page: handed to another team, or opened again, whoever is on duty there has not been called."""
OVER = Incident.state.not_in(OPEN)
LED = exists().where(
    Major.standing == Standing.DECLARED,
    Outage.id == Major.outage_id,
    Outage.service_id == Incident.service_id,
    Person.id == Incident.requester_id,
    Outage.site.in_(["", Person.site]),
    Major.incident_id != Incident.id,
    Incident.channel != Channel.MONITORING,
    Incident.kind != Kind.SECURITY,
)
"""Somebody leads a major incident of its service: what people report of it meanwhile wakes nobody once more."""
"""Who takes the incident has acknowledged, and what is over needs nobody: neither waits for its step."""
_CALLING = (
    select(Page)
    .join(Page.incident)
    .options(contains_eager(Page.incident))
    .where(Page.state == PageState.CALLING, ~TAKEN, ~OVER)
    .where(Page.id.in_(select(Call.page_id).where(Call.person_id == bindparam("person_id"))))
    .order_by(Page.id.desc())
)
"""Made once: every page of support asks whether somebody is called."""


def wake(session: Session, incident: Incident, *, because: str, key: str = SERIOUS) -> Page:
    """Call the handler on duty for this incident, inside the caller's transaction.

    `because` is the reason in a sentence. `key` names it: the same one for the same incident wakes
    nobody twice, so that it is safe to call again.
    """
    known = select(Page).where(Page.incident_id == incident.id, Page.key == key)
    page: Page | None = session.scalar(known)
    if page is None:
        page = Page(incident=incident, key=key, because=because[:300], next_step_at=clock.now())
        session.add(page)
        session.flush()
        _call(session, page)
    return page


def wake_for_serious() -> int:
    """Wake for what the rule says and nobody works on, however it became so; returns for how many."""
    paged = exists().where(Page.incident_id == Incident.id, Page.key == TURN)
    priorities = {number for line in RULE if line.wakes for number in line.priorities}
    kinds = {kind for line in RULE if line.wakes for kind in line.kinds}
    is_serious = Incident.priority.in_(priorities) | Incident.kind.in_(kinds)
    untouched = Incident.state.in_([State.OFFERED, State.QUEUED])
    found = select(Incident.id).where(is_serious, untouched, ~paged).limit(BATCH)
    ids = db.session.scalars(found.where(~LED)).all()
    for incident_id in ids:
        with locked(incident_id) as (session, incident):
            wake_if_serious(session, incident)
    return len(ids)


def wake_if_serious(session: Session, incident: Incident) -> None:
    """As the rule says, inside the caller's transaction."""
    if wakes(incident) and not _is_led(session, incident):
        because = _("P%(n)s: %(title)s", n=incident.priority, title=incident.title)
        session.flush()
        key = session.scalar(select(TURN).where(Incident.id == incident.id)) or SERIOUS
        _stop_calling(session, incident, but=key)
        wake(session, incident, because=because, key=key)


def _stop_calling(session: Session, incident: Incident, *, but: str) -> None:
    """Whoever had it before need not come any more."""
    calling = select(Page).where(Page.incident_id == incident.id, Page.state == PageState.CALLING)
    for page in session.scalars(calling.where(Page.key.startswith(SERIOUS), Page.key != but)):
        _end(page, PageState.ENDED, None)


def _is_led(session: Session, incident: Incident) -> bool:
    session.flush()
    return session.scalar(select(Incident.id).where(Incident.id == incident.id, LED)) is not None


def step_up() -> int:
    """Call the next one wherever nobody acknowledged in time; returns how many pages were looked at."""
    due = select(Page.incident_id, Page.id).join(Page.incident).where(Page.state == PageState.CALLING)
    due = due.where(or_(Page.next_step_at <= clock.now(), TAKEN, OVER))
    rows = db.session.execute(due.order_by(Page.next_step_at).limit(BATCH)).all()
    for incident_id, page_id in rows:
        with locked(incident_id) as (session, _incident):
            page = session.get_one(Page, page_id)
            if page.state == PageState.CALLING:
                _go_on(session, page)
    return len(rows)


def acknowledge(page_id: int, *, by: Person) -> Page:
    """Somebody has it: nobody else is called. Doing it twice, or after another, changes nothing."""
    page = find(page_id)
    with locked(page.incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        page = session.get_one(Page, page_id)
        if page.state == PageState.CALLING:
            _end(page, PageState.ACKNOWLEDGED, by)
            record(session, incident, Event.ACKNOWLEDGED, author=by, visibility=Visibility.INTERNAL)
    return page


def find(page_id: int) -> Page:
    """This page; `NotFound` when there is none."""
    page = db.session.get(Page, page_id)
    if page is None:
        raise NotFound(_("There is no such alert any more."))
    return page


def pages_for(person: Person) -> Sequence[Page]:
    """What this person was called for and nobody has acknowledged yet, latest first."""
    return db.session.scalars(_CALLING, {"person_id": person.id}).all()


def pages_of(incident_id: int) -> Sequence[Page]:
    """The alerts of an incident, those still calling first, then the latest."""
    still = Page.state == PageState.CALLING
    found = select(Page).where(Page.incident_id == incident_id)
    return db.session.scalars(found.order_by(still.desc(), Page.id.desc())).all()


def calling(incident_id: int) -> list[Page]:
    """The alerts of an incident that nobody has acknowledged."""
    return [page for page in pages_of(incident_id) if page.state == PageState.CALLING]


def recent_pages(limit: int = 30) -> Sequence[Page]:
    """The latest alerts, those still calling first."""
    calling = Page.state == PageState.CALLING
    found = select(Page).options(joinedload(Page.incident), joinedload(Page.acknowledged_by))
    return db.session.scalars(found.order_by(calling.desc(), Page.id.desc()).limit(limit)).all()


def _go_on(session: Session, page: Page) -> None:
    incident = page.incident
    if incident.state not in OPEN:
        _end(page, PageState.ENDED, None)
    elif (taker := _taken_by(session, page)) is not None:
        _end(page, PageState.ACKNOWLEDGED, taker)
    elif page.next_step_at <= clock.now():
        page.step += 1
        _call(session, page)


def _taken_by(session: Session, page: Page) -> Person | None:
    """Who took the incident since people are called for it."""
    taken = select(Entry).where(Entry.incident_id == page.incident_id, Entry.event == Event.TAKEN)
    last = session.scalar(taken.where(Entry.created_at >= page.created_at).order_by(Entry.id.desc()).limit(1))
    return last.author if last is not None else None


def _call(session: Session, page: Page) -> None:
    incident = page.incident
    ladder = duty.steps(session, incident.team)
    people = ladder[page.step % len(ladder)]
    rota = duty.rota_of(session, incident.team)
    names = ", ".join(person.name for person in people)
    facts: dict[str, object] = {"step": page.step + 1, "people": names}
    entry = record(
        session,
        incident,
        Event.PAGED,
        text=page.because,
        facts=facts,
        visibility=Visibility.INTERNAL,
        is_beside=True,
    )
    for person in people:
        session.add(Call(page_id=page.id, person_id=person.id, step=page.step))
        notices.owe(session, Topic.PAGED, incident, person, entry=entry)
    if rota is not None and rota.webhook_url:
        hooks.owe(session, page, rota, people)
    waits = timedelta(minutes=rota.step_minutes) if rota else STEP_WITHOUT_ROTA
    page.next_step_at = clock.now() + waits


def _end(page: Page, state: PageState, by: Person | None) -> None:
    page.state, page.acknowledged_by = state, by
    page.acknowledged_at = clock.now() if by is not None else None
