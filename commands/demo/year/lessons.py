"""What the desk learned in the year: problems and their cures, major incidents, reviews, alerts.

What is much is written as rows; what is little is done by the domain itself, each at its own time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from commands.demo.sources import read
from commands.demo.year import monitoring
from commands.demo.year.cast import Told, day
from commands.demo.year.desk import Desk
from firstline import clock
from firstline.db import db, write
from incidents.majors.models import Major, MajorNews, MajorReport, Standing
from incidents.models import Incident, Kind, State
from incidents.people import Person
from incidents.problems import work as problems
from incidents.problems.models import Link, Problem
from incidents.problems.models import Standing as Stage
from incidents.problems.table import move
from incidents.problems.work import Findings
from incidents.reports.models import Annotation
from incidents.reviews import work as reviews
from incidents.reviews.models import Action, Phase, Review
from incidents.services import Outage

OPENED_AFTER = timedelta(days=6)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def write_beside(session: Session, desk: Desk) -> None:
    """Major incidents, alerts and notes beside the charts, in the transaction of the incidents."""
    for told in read("year/majors"):
        _major(session, desk, told)
    for number, told in enumerate(read("year/surges")):
        _outage(session, desk, told, f"surge-{number}")
    monitoring.write_alerts(session, desk)
    _annotate(session, desk)


def learn(desk: Desk) -> Counter[str]:
    """Problems and reviews, by the domain itself."""
    found: Counter[str] = Counter()
    for told in read("year/faults"):
        found["problems"] += _problem(desk, told)
    for told in read("year/majors"):
        found["reviews"] += _review(desk, told)
    found["reviews"] += _short_reviews(desk)
    return found


def _major(session: Session, desk: Desk, told: Told) -> None:
    leader = _leader(desk, told)
    if leader is None:
        return
    begun, over = leader.created_at, leader.created_at + timedelta(minutes=told["minutes"])
    commander, speaker = desk.cast.by_email[told["commander"]], desk.cast.by_email[told["speaker"]]
    outage = Outage(
        title=told["title"], service_id=leader.service_id, site=told["site"], note=told["news"][-1]
    )
    outage.since, outage.ended_at = begun, over
    session.add(outage)
    session.flush()
    major = Major(
        incident_id=leader.id, outage_id=outage.id, standing=Standing.OVER, because=told["title"],
        commander_id=commander.id, speaker_id=speaker.id, proposed_at=begun + 4 * MINUTE,
        declared_at=begun + 11 * MINUTE, over_at=over,
    )  # fmt: skip
    session.add(major)
    session.flush()
    hanging = [key for key, tale in desk.tales.items() if tale.part_of == told["slug"] and key != leader.id]
    session.add_all(
        MajorReport(incident_id=key, major_id=major.id)
        for key in hanging
        if desk.lives[key].incident.state != State.MERGED
    )
    step = (over - begun) / len(told["news"])
    session.add_all(
        MajorNews(major_id=major.id, text=words, by_id=speaker.id, at=begun + 11 * MINUTE + place * step)
        for place, words in enumerate(told["news"])
    )


def _outage(session: Session, desk: Desk, told: Told, name: str) -> None:
    """What people were told while many had the same."""
    first = desk.first_of.get(name)
    tales = [tale for tale in desk.tales.values() if tale.part_of == name]
    if first is None or not tales or tales[0].over_at is None or tales[0].trouble.kind != Kind.INCIDENT:
        return
    outage = Outage(
        title=told["words"][0], service_id=first.incident.service_id, site=told["site"], note=told["solution"]
    )
    outage.since, outage.ended_at = first.incident.created_at, tales[0].over_at
    session.add(outage)


def _leader(desk: Desk, told: Told) -> Incident | None:
    life = desk.first_of.get(told["slug"])
    return life.incident if life is not None and life.incident.resolved_at is not None else None


def _annotate(session: Session, desk: Desk) -> None:
    lead = desk.cast.by_email["lena@example.com"].id
    notes = [(told["cured"], f"Cured: {told['title']}") for told in read("year/faults") if told["cured"]]
    notes += [(-205, "Two colleagues of the service desk leave"), (-138, "Two new colleagues begin")]
    session.add_all(Annotation(on=day(days).date(), text=text[:200], author_id=lead) for days, text in notes)


def _problem(desk: Desk, told: Told) -> bool:
    """From the first suspicion to the cure, each step at its time."""
    ids = [key for key, tale in desk.tales.items() if tale.fault == told["slug"]]
    lead, owner = _person("ada@example.com"), _person(told["owner"])
    known = None if told["known"] is None else day(told["known"])
    opened = (known or clock.now()) - OPENED_AFTER
    with clock.freeze(opened):
        seen = [key for key in ids if desk.lives[key].incident.created_at < opened]
        number = problems.open_problem(
            _findings(told, owner, False), incident_ids=seen[-12:], by=owner
        ).number
    if known is not None:
        with clock.freeze(known):
            _note_findings(number, told, owner)
            problems.lead_on(number, Stage.KNOWN_ERROR, by=lead)
    if told["cured"] is not None:
        _cure(number, told, owner)
    _link_all(number, desk, ids, owner)
    return True


def _cure(number: str, told: Told, owner: Person) -> None:
    cured = day(told["cured"])
    with clock.freeze(cured):
        problems.lead_on(number, Stage.FIXED, by=owner)
    if "back" in told:
        began, ended = (day(days) for days in told["back"])
        with clock.freeze(began + 2 * DAY):
            problems.lead_on(
                number, Stage.INVESTIGATED, by=owner, note="Four people reported it again after the fix."
            )
        with clock.freeze(ended):
            problems.lead_on(number, Stage.FIXED, by=owner)
        cured = ended
    closed = cured + timedelta(days=60)
    if closed < clock.now():
        with clock.freeze(closed):
            _close_alone(number)


def _close_alone(number: str) -> None:
    """As the desk does after 60 quiet days."""
    with write() as session:
        problem = session.get_one(Problem, int(number.removeprefix("PRB-")))
        move(session, problem, Stage.CLOSED, by=None, note="Nobody reported it again in 60 days.")


def _note_findings(number: str, told: Told, owner: Person) -> None:
    found = problems.find(owner, number)
    problems.save(number, _findings(told, owner, True), by=owner, seen=found.version)


def _findings(told: Told, owner: Person, is_known: bool) -> Findings:
    later = {name: told[name] for name in ("root_cause", "workaround", "permanent_fix")} if is_known else {}
    return Findings(
        title=told["title"], symptoms=told["symptoms"], category=told["category"], service=told["service"],
        owner_id=owner.id, **later,
    )  # fmt: skip


def _link_all(number: str, desk: Desk, ids: Sequence[int], owner: Person) -> None:
    """Those a person named are linked already; the rest were found by likeness, as they came."""
    with write() as session:
        problem = session.get_one(Problem, int(number.removeprefix("PRB-")))
        linked = set(session.scalars(select(Link.incident_id)))
        session.add_all(
            Link(incident_id=key, problem_id=problem.id, linked_at=desk.lives[key].incident.created_at)
            for key in ids
            if key not in linked and desk.lives[key].incident.state != State.MERGED
        )
        newest = session.scalar(select(func.max(Incident.id))) or 0
        session.execute(update(Problem).where(Problem.id == problem.id).values(matched_to_id=newest))


def _review(desk: Desk, told: Told) -> bool:
    leader = _leader(desk, told)
    if leader is None:
        return False
    lead, words = _person(told["commander"]), told["review"]
    held = leader.created_at + 2 * DAY
    if held > clock.now():
        return False
    with clock.freeze(held):
        review = reviews.begin(leader.number, by=lead)
        lessons = reviews.Lessons(**{name: value for name, value in words.items() if name != "actions"})
        reviews.save(leader.number, lessons, by=lead, seen=review.version)
    _promise(leader.number, held, words["actions"])
    with clock.freeze(held + DAY):
        reviews.publish(leader.number, by=_person("ada@example.com"))
    if all(done is not None for *_rest, done in words["actions"]):
        with clock.freeze(held + max(done for *_rest, done in words["actions"]) * DAY + DAY):
            reviews.close(leader.number, by=lead)
    return True


def _promise(number: str, held: datetime, actions: Sequence[Sequence[object]]) -> None:
    with write() as session:
        review = session.scalars(select(Review).join(Incident).where(Incident.id == int(number[4:]))).one()
        for text, email, due, done in actions:
            assert isinstance(due, int)
            done_at = held + done * DAY if isinstance(done, int) else None
            session.add(
                Action(
                    review_id=review.id,
                    text=text,
                    owner_id=_person(str(email)).id,
                    created_at=held,
                    due_on=(held + due * DAY).date(),
                    done_at=done_at,
                )
            )


def _short_reviews(desk: Desk) -> int:
    """Every other critical incident was looked back on in a few lines."""
    made = 0
    with write() as session:
        for life in desk.lives.values():
            one, tale = life.incident, desk.tales[life.incident.id]
            if one.priority == 1 and one.state in reviews.OVER and not tale.part_of and one.resolved_at:
                at = one.resolved_at + DAY
                is_over = at + 24 * DAY < desk.now
                review = Review(
                    incident_id=one.id,
                    owner_id=one.assignee_id,
                    created_at=at,
                    phase=Phase.CLOSED if is_over else Phase.DRAFT,
                    closed_at=at + 24 * DAY if is_over else None,
                    summary=f"{one.title}: solved. {one.solution}" if is_over else "",
                    causes=one.cause or "Not found.",
                    went_well="Taken at once." if is_over else "",
                )
                session.add(review)
                session.flush()
                session.add_all(_little_action(desk, review, at, is_over=is_over))
                made += 1
    return made


def _little_action(desk: Desk, review: Review, at: datetime, *, is_over: bool) -> Iterator[Action]:
    """One promise, mostly kept in time."""
    if review.owner_id is not None and at + 14 * DAY < desk.now:
        done_at = at + desk.chance.triangular(3, 23, 9) * DAY if is_over else None
        yield Action(
            review_id=review.id, text=desk.phrase("promises"), owner_id=review.owner_id, created_at=at,
            due_on=(at + 14 * DAY).date(), done_at=done_at,
        )  # fmt: skip


def _person(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == email)).one()
