"""Every board recounted from the raw rows by a second, plain implementation, over random histories."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import followup, selfservice
from incidents.alerts.models import Outcome, Received
from incidents.models import Channel, Entry, Event, Incident
from incidents.people import Role
from incidents.problems.models import Link, Problem
from incidents.reports import boards, facts
from incidents.reports.boards import (
    deflection,
    downtime,
    missed,
    noise,
    recurrence,
    satisfaction,
    vendors,
)
from incidents.reports.rows import of as rows_of
from incidents.reports.scope import Scope
from incidents.resolutions.models import Rating, Score
from incidents.routing.models import VendorRequest
from incidents.selfservice import Wanted
from incidents.services import Outage, Service
from incidents.topics import Told, is_same
from knowledge_base.models import Article, Attempt, AttemptOutcome, Offer
from tests.incidents.test_reports import live, ticking

__all__ = ["ticking"]
START = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCOPE = Scope(since=START.date() + timedelta(days=1), until=START.date() + timedelta(days=50))
ALL = (deflection, downtime, missed, noise, recurrence, satisfaction, vendors)


@pytest.fixture
def history(ticking, person, desk):
    """Some days of everything, at random and beyond both ends of the range."""
    rng, erin, tess = random.Random(7), person("erin"), person("tess", Role.AGENT, desk["first"])

    def some_time():
        return START + rng.randrange(60 * 24 * 60) * MINUTE

    for _ in range(30):
        live(rng, ticking, tess, erin)
    ticking.at = max(ticking.at, START + timedelta(days=60))
    with write() as session:
        everything = session.scalars(select(Incident).order_by(Incident.id)).all()
        ids = [one.id for one in everything]
        for one in rng.sample(everything, 20):
            one.resolve_by = one.created_at
        services = [*session.scalars(select(Service.id)), None]
        problem = Problem(title="The tunnel drops")
        article = Article(slug="x", title="x", body="x")
        session.add_all([problem, article])
        session.flush()
        session.add_all(Link(incident_id=one, problem_id=problem.id) for one in ids if rng.random() < 0.4)
        for entry in session.scalars(select(Entry).where(Entry.event == Event.RESOLVED)):
            if rng.random() < 0.5:
                score, at = rng.choice(list(Score)), entry.created_at + MINUTE
                session.add(
                    Rating(
                        incident_id=entry.incident_id,
                        resolution_id=entry.id,
                        person_id=erin.id,
                        score=score,
                        channel=Channel.MAIL,
                        created_at=at,
                    )
                )
        for number in range(40):
            session.add(
                Received(
                    source="test",
                    by_id=tess.id,
                    fingerprint=str(number),
                    group_key="g",
                    status="firing",
                    title="x",
                    starts_at=START,
                    received_at=some_time(),
                    outcome=rng.choice(list(Outcome)),
                    incident_id=rng.choice([None, *ids]),
                )
            )
            since = some_time()
            ended = rng.choice([None, since + rng.randrange(1, 3000) * MINUTE])
            if number < 12:
                session.add(Outage(title="x", service_id=rng.choice(services), since=since, ended_at=ended))
            asked = some_time()
            session.add(
                VendorRequest(
                    incident_id=rng.choice(ids),
                    vendor_name=rng.choice(["Printwell", "Netco"]),
                    contact_id=erin.id,
                    subject="x",
                    words="x",
                    asked_at=asked,
                    answer_by=asked + timedelta(hours=rng.randrange(1, 200)),
                    answered_at=rng.choice([None, asked + timedelta(hours=rng.randrange(1, 200))]),
                )
            )
            attempt = Attempt(
                words=rng.choice(["VPN drops", "Printer jams", f"trouble {number}"]),
                channel=rng.choice([Channel.PORTAL, Channel.CHAT]),
                category_slug=rng.choice(["network", "printing", ""]),
                outcome=rng.choice([*AttemptOutcome, *[AttemptOutcome.SOLVED_SAID] * 5]),
                is_held_out=rng.random() < 0.2,
                person_id=rng.choice([None, erin.id, erin.id, tess.id]),
                created_at=some_time(),
                incident_id=rng.choice([None, *ids]),
            )
            if rng.random() < 0.8:
                attempt.offers.append(Offer(article_id=article.id, rank=1, score=0.5))
            if attempt.outcome != AttemptOutcome.NONE and rng.random() < 0.9:
                attempt.decided_at = attempt.created_at + rng.randrange(300) * MINUTE
            session.add(attempt)
    facts.keep_all()


def is_within(at):
    return SCOPE.since <= at.date() <= SCOPE.until


def passes(incident_id, asked, but=()):
    """Whether the incident of this id is one of those the filters name."""
    wanted = {name: value for name, value in asked.chosen.items() if name not in but}
    if not wanted:
        return True
    found = db.session.get(Incident, incident_id) if incident_id else None
    return found is not None and all(getattr(found, name) == value for name, value in wanted.items())


def recount(asked=SCOPE):
    """The number and the whole of every row, in the dullest way: the desk's zone is UTC."""
    every = {
        model: db.session.query(model).all() for model in (Received, Rating, VendorRequest, Attempt, Incident)
    }
    found: dict[str, Counter] = {board.BOARD.slug: Counter() for board in ALL}
    wholes: dict[str, Counter] = {slug: Counter() for slug in found}

    def add(slug, key, whole=True):
        found[slug][key] += 1
        wholes[slug]["all"] += whole

    for one in every[Received]:
        if is_within(one.received_at) and passes(one.incident_id, asked):
            add("noise", one.outcome)
    for one in every[Rating]:
        if is_within(one.created_at) and passes(one.incident_id, asked):
            add("satisfaction", one.score)
    for one in every[Attempt]:
        if is_within(one.created_at) and one.offers and not one.is_held_out and is_asked(one, asked):
            add("deflection", "undecided" if one.outcome == "none" else one.outcome)
    for one in every[VendorRequest]:
        if is_within(one.asked_at) and passes(one.incident_id, asked):
            late = one.answered_at is None and one.answer_by < clock.now()
            in_time = one.answered_at is not None and one.answered_at <= one.answer_by
            found["vendors"][one.vendor_name] += in_time
            wholes["vendors"][one.vendor_name] += late or one.answered_at is not None
    for one in every[Incident]:
        if not passes(one.id, asked):
            continue
        if is_within(one.created_at):
            wholes["recurrence"]["all"] += 1
            link = db.session.get(Link, one.id)
            if link:
                found["recurrence"][str(link.problem_id)] += 1
        is_late = one.resolved_at is not None and one.resolved_at > one.resolve_by
        if is_late and is_within(one.resolved_at) and one.state not in {"merged", "cancelled"}:
            add("missed", why(one))
    known = db.session.query(Outage).filter(Outage.service_id.is_not(None)).all()
    known = [one for one in known if asked.service_id in {None, one.service_id}]
    known = [one for one in known if asked.team_id in {None, db.session.get(Service, one.service_id).team_id}]
    moment = datetime.combine(SCOPE.since, datetime.min.time(), UTC)
    while moment.date() <= SCOPE.until:
        wholes["downtime"]["all"] += 1
        found["downtime"].update({str(one.service_id) for one in known if is_down(one, moment)})
        moment += 30 * MINUTE
    return found, wholes


def is_asked(attempt, asked):
    """An attempt has its own channel and category; what else is asked its incident has or has not."""
    own = {"channel": attempt.channel, "category": attempt.category_slug}
    same = all(own[name] == value for name, value in asked.chosen.items() if name in own)
    return same and passes(attempt.incident_id, asked, but=own)


def lasted(attempts, incidents):
    """How many were solved for good, and of how many: each against everything everybody ever told."""
    durable = followed = 0
    for one in attempts:
        if not (is_within(one.created_at) and one.offers and not one.is_held_out):
            continue
        is_solved = one.outcome == "solved_said"
        end = ((is_solved and one.decided_at) or one.created_at) + timedelta(days=7)
        if clock.now() < end or (is_solved and one.person_id is None):
            continue
        followed += 1
        told = [
            (it.created_at, Told(f"{it.title}\n{it.description}", it.category))
            for it in incidents
            if it.requester_id == one.person_id and it.id != one.incident_id
        ]
        told += [
            (it.created_at, Told(it.words, it.category_slug))
            for it in attempts
            if it.person_id == one.person_id and it is not one and it.incident_id is None
        ]
        again = [at for at, words in told if is_same(Told(one.words, one.category_slug), words)]
        durable += is_solved and not any(end - timedelta(days=7) < at <= end for at in again)
    return durable, followed


def test_what_lasted_is_the_same_before_the_worker_keeps_it_as_afterwards(history, ticking):
    span = boards.span_of(SCOPE)
    for days in (50, 53, 80):
        ticking.at = START + timedelta(days=days)
        expected = lasted(db.session.query(Attempt).all(), db.session.query(Incident).all())
        assert 0 < expected[0] < expected[1]
        for keep in (lambda: 0, followup.keep):
            keep()
            (row,) = [row for row in deflection.BOARD.count(span) if row.key == "durable"]
            whole = selfservice.measure(Wanted(since=span.since, until=span.until)).whole
            assert (row.number, row.of) == (whole.durable, whole.followed) == expected
        assert followup.keep() == 0


def is_down(outage, moment):
    return outage.since <= moment and (outage.ended_at is None or moment < outage.ended_at)


def why(incident):
    entries = db.session.query(Entry).filter_by(incident_id=incident.id).order_by(Entry.id).all()
    if any(entry.event == "reopened" for entry in entries):
        return "reopened"
    turns = {"routed": "q", "escalated": "q", "taken": "w", "resumed": "w", "waiting": "p"}
    spent, state, since = Counter(), "w", incident.created_at
    for entry in entries:
        if entry.event in turns and entry.created_at <= incident.resolved_at:
            spent[state] += (entry.created_at - since).total_seconds()
            state, since = turns[entry.event], entry.created_at
    spent[state] += (incident.resolved_at - since).total_seconds()
    if spent["q"] >= spent["w"] and spent["q"] >= spent["p"]:
        return "queued"
    return "waiting" if spent["p"] >= spent["w"] else "worked"


def filtered():
    """The range alone, with each filter, and with two."""
    team = db.session.scalar(select(Service.team_id).where(Service.slug == "vpn"))
    one, two = {"channel": "portal"}, {"priority": 3, "team_id": team}
    service = db.session.scalar(select(Service.id).where(Service.slug == "vpn"))
    for only in ({}, one, two, {"category": "network"}, {"service_id": service}, {"team_id": team}):
        yield replace(SCOPE, **only)


def test_every_board_is_what_a_plain_recount_gives_and_leads_to_its_incidents(history):
    told = Counter()
    for asked in filtered():
        for module in ALL:
            board = module.BOARD
            told[board.slug] += bool(asked.chosen) and check(board, asked.only(board.filters))
    assert all(told[module.BOARD.slug] for module in ALL), f"a test of nothing: {told}"
    assert "not known" in deflection.difference()


def check(board, asked):
    """One board with one question; says whether anything was there to be counted."""
    expected, wholes = recount(asked)
    span = boards.span_of(asked)
    rows = {row.key: row for row in board.count(span) if row.key != "durable"}
    told = {key: row.number for key, row in rows.items() if row.number}
    if board is downtime.BOARD:
        # The recount looks every half hour; that is as exact as it is.
        halves = {key: round(number / 1800) for key, number in told.items()}
        assert halves.keys() == expected["downtime"].keys()
        assert all(abs(halves[key] - many) <= 12 for key, many in expected["downtime"].items())
        return bool(told)
    assert told == {key: many for key, many in expected[board.slug].items() if many}, board.slug
    for key, row in rows.items():
        assert (row.of or 0) == wholes[board.slug].get(key, wholes[board.slug]["all"]), board.slug
        ids = db.session.scalars(board.behind(span, key)).all()
        assert all(passes(one, asked, but=own(board)) for one in ids)
        assert len(ids) <= max(row.number, row.of or 0)
        batches, last, listed = rows_of(board.behind(span, key), size=2), 0, []
        while (found := batches(last))[1] != last:
            listed, last = listed + [row[0] for row in found[0]], found[1]
        assert listed == [f"INC-{one:06d}" for one in sorted(set(ids))]
    return bool(told)


def own(board):
    """An attempt has these of its own; its incident may have another."""
    return ("channel", "category") if board is deflection.BOARD else ()


@pytest.mark.parametrize(
    ("stretches", "hours"),
    [
        ([], 0),
        ([(0, 2), (5, 6)], 3),
        ([(0, 4), (1, 2), (3, 6)], 6),
        ([(3, 6), (0, 4), (0, 4)], 6),
        ([(0, 1), (1, 2)], 2),
    ],
)
def test_outages_at_once_count_once(stretches, hours):
    hour = timedelta(hours=1)
    assert downtime.union_s((START + a * hour, START + b * hour) for a, b in stretches) == hours * 3600


def test_nothing_is_counted_where_nothing_was(ticking, desk):
    span = boards.span_of(SCOPE)
    assert [list(module.BOARD.count(span)) for module in ALL] == [[]] * len(ALL)
    assert {str(board.BOARD.definition) for board in ALL} and all(board.BOARD.leaves_out for board in ALL)
