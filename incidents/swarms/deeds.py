"""What happens in a swarm. Each is one transaction that leaves an entry, for support only."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import notices
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.lifecycle import locked
from incidents.models import Entry, Event, Incident, Visibility
from incidents.notices import Topic
from incidents.people import Person, Team, normalise_address
from incidents.policy import Action, require
from incidents.routing import presence
from incidents.standing import require_open
from incidents.swarms.models import TAKES_PART, Standing, Swarm, SwarmMember
from incidents.swarms.reading import running
from incidents.timeline import record

MOST_WORDS = 20_000


def start(
    incident_id: int,
    *,
    by: Person,
    purpose: str,
    people: Sequence[str] = (),
    teams: Sequence[str] = (),
    seen: int | None = None,
) -> Swarm:
    """Ask people by address, or whole teams by slug, to look at it together; owner and team stay."""
    with locked(incident_id, seen=seen) as (session, incident):
        require(by, Action.WORK, incident)
        require_open(incident)
        if running(session, incident.id) is not None:
            raise Conflict(_("A swarm looks at it already. Invite more people to that one."))
        if not purpose.strip():
            raise Invalid(_("Say in a sentence what the swarm should find out."), field="purpose")
        swarm = Swarm(incident_id=incident.id, opened_by_id=by.id, purpose=purpose.strip()[:MOST_WORDS])
        swarm.members.append(SwarmMember(person=by, standing=Standing.JOINED, answered_at=clock.now()))
        session.add(swarm)
        session.flush()
        entry = _tell(session, incident, swarm, "started", by, text=swarm.purpose)
        if not _invite(session, incident, swarm, entry, by=by, people=people, teams=teams):
            raise Invalid(_("Invite somebody: a swarm is more than one."), field="people")
        return swarm


def invite(incident_id: int, *, by: Person, people: Sequence[str] = (), teams: Sequence[str] = ()) -> int:
    """Ask more people into the running swarm; returns how many were not in it yet."""
    with locked(incident_id) as (session, incident):
        swarm = _running(session, incident, by)
        entry = _tell(session, incident, swarm, "invited", by)
        many = _invite(session, incident, swarm, entry, by=by, people=people, teams=teams)
        if not many:
            raise Conflict(_("They are in the swarm already. Choose somebody else."))
        return many


def answer(incident_id: int, standing: Standing, *, by: Person) -> None:
    """Join, decline or leave; whoever left or declined may join again while it runs."""
    with locked(incident_id) as (session, incident):
        swarm = _running(session, incident, by)
        member = session.get(SwarmMember, (swarm.id, by.id))
        if member is None:
            raise NotAllowed(_("Nobody has invited you to this swarm. Ask one of its people."))
        if standing == Standing.INVITED or (standing == Standing.LEFT) != (
            member.standing == Standing.JOINED
        ):
            raise Conflict(_("Your answer to this swarm is “%(standing)s”.", standing=member.standing))
        member.standing, member.answered_at = standing, clock.now()
        _tell(session, incident, swarm, standing, by)


def note(incident_id: int, *, by: Person, text: str) -> int:
    """A note of the swarm, found apart on the timeline; returns the entry's id."""
    if not text.strip() or len(text) > MOST_WORDS:
        raise Invalid(_("Write something, in at most %(most)s characters.", most=MOST_WORDS), field="text")
    with locked(incident_id) as (session, incident):
        swarm = _running(session, incident, by)
        _take_part(session, swarm, by)
        facts: dict[str, object] = {"swarm": swarm.id}
        return record(
            session,
            incident,
            Event.NOTED,
            author=by,
            text=text.strip(),
            facts=facts,
            visibility=Visibility.INTERNAL,
        ).id


def write_findings(incident_id: int, text: str, *, by: Person, seen: int) -> int:
    """Write the joint findings anew over version `seen`; returns the new version.

    Somebody who was quicker makes it a `Conflict`: what both wrote must be put together by a person.
    """
    if len(text) > MOST_WORDS:
        raise Invalid(_("Findings have at most %(most)s characters.", most=MOST_WORDS), field="findings")
    with locked(incident_id) as (session, incident):
        swarm = _running(session, incident, by)
        _take_part(session, swarm, by)
        if seen != swarm.findings_version:
            raise Conflict(
                _("Somebody has written here meanwhile. Your words are kept below: put both together."),
                field="findings",
            )
        if text.strip() != swarm.findings:
            swarm.findings, swarm.findings_version = text.strip(), swarm.findings_version + 1
            _tell(session, incident, swarm, "found", by)
        return swarm.findings_version


def end(incident_id: int, *, by: Person) -> list[str]:
    """End the swarm; the findings stay on the timeline with those who contributed, who are returned."""
    with locked(incident_id) as (session, incident):
        swarm = _running(session, incident, by)
        swarm.ended_at = clock.now()
        names = _contributors(session, incident, swarm)
        _tell(session, incident, swarm, "ended", by, text=swarm.findings, more={"contributed": names})
        return names


def _invite(
    session: Session,
    incident: Incident,
    swarm: Swarm,
    entry: Entry,
    *,
    by: Person,
    people: Sequence[str],
    teams: Sequence[str],
) -> int:
    wanted = {person.id: (person, "") for person in _people(session, people)}
    for team in _teams(session, teams):
        wanted |= {one.id: (one, team.name) for one in _present(session, team) if one.id not in wanted}
    asked = [pair for pair in wanted.values() if _ask(session, swarm, *pair)]
    for person, _team in asked:
        if person.id != by.id:
            notices.owe(session, Topic.INVITED, incident, person, entry=entry)
    entry.facts = {**entry.facts, "invited": [person.name for person, _team in asked]}
    return len(asked)


def _ask(session: Session, swarm: Swarm, person: Person, via_team: str) -> bool:
    """Invite one person, again where they left or declined; False when they are in it."""
    member = session.get(SwarmMember, (swarm.id, person.id))
    if member is not None and member.standing in TAKES_PART:
        return False
    if member is None:
        swarm.members.append(SwarmMember(person=person, via_team=via_team))
    else:
        member.standing, member.answered_at = Standing.INVITED, None
    session.flush()
    return True


def _people(session: Session, addresses: Sequence[str]) -> list[Person]:
    wanted = {normalise_address(address) for address in addresses if address.strip()}
    found = session.scalars(select(Person).where(Person.email.in_(wanted)).order_by(Person.name)).all()
    missing = wanted - {one.email for one in found if one.is_support and one.active}
    if missing:
        raise Invalid(
            _("“%(address)s” is nobody of support.", address=sorted(missing)[0][:80]), field="people"
        )
    return list(found)


def _teams(session: Session, slugs: Sequence[str]) -> Sequence[Team]:
    wanted = {slug for slug in slugs if slug}
    found = session.scalars(select(Team).where(Team.slug.in_(wanted), Team.is_vendor.is_(False))).all()
    if len(found) != len(wanted):
        raise Invalid(_("There is no such team. Choose one of the list."), field="teams")
    return found


def _present(session: Session, team: Team) -> list[Person]:
    at_hand = presence.now(session)
    here = [one for one in team.members if one.is_support and one.active and one.id not in at_hand.away]
    if not here:
        raise Conflict(_("Nobody of %(team)s is here to be asked.", team=team.name))
    return sorted(here, key=lambda one: one.name)


def _running(session: Session, incident: Incident, by: Person) -> Swarm:
    require(by, Action.WORK, incident)
    swarm = running(session, incident.id)
    if swarm is None:
        raise Conflict(_("No swarm looks at this incident. Start one."))
    return swarm


def _take_part(session: Session, swarm: Swarm, by: Person) -> None:
    """Whoever writes in a swarm is in it from then on."""
    member = session.get(SwarmMember, (swarm.id, by.id))
    if member is None:
        swarm.members.append(SwarmMember(person=by, standing=Standing.JOINED, answered_at=clock.now()))
    elif member.standing != Standing.JOINED:
        member.standing, member.answered_at = Standing.JOINED, clock.now()


def _contributors(session: Session, incident: Incident, swarm: Swarm) -> list[str]:
    """Who noted something or wrote on the findings, by name."""
    entries = select(Entry).where(
        Entry.incident_id == incident.id, Entry.event.in_([Event.NOTED, Event.SWARMED])
    )
    did = {
        entry.author.name
        for entry in session.scalars(entries)
        if entry.author is not None
        and entry.facts.get("swarm") == swarm.id
        and (entry.event == Event.NOTED or entry.facts.get("what") == "found")
    }
    return sorted(did)


def _tell(
    session: Session,
    incident: Incident,
    swarm: Swarm,
    what: str,
    by: Person,
    *,
    text: str = "",
    more: dict[str, object] | None = None,
) -> Entry:
    facts: dict[str, object] = {"swarm": swarm.id, "what": what, **(more or {})}
    return record(
        session,
        incident,
        Event.SWARMED,
        author=by,
        text=text,
        facts=facts,
        visibility=Visibility.INTERNAL,
    )
