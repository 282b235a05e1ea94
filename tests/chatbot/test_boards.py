"""The boards of chat and mail, recounted from the raw rows by a second, plain implementation."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

import chatbot.client.models  # noqa: F401 - its tables belong to the database of these tests
from chatbot.client import board as chat_board
from chatbot.client.models import Conversation, ConversationIncident, Turn
from email_intake import board as mail_board
from email_intake.models import Outcome, RawMessage
from firstline.db import db, write
from incidents.intake import Report, report
from incidents.models import Channel, Incident, Resolution, State
from incidents.reports import boards, facts
from incidents.reports.rows import of as rows_of
from incidents.reports.scope import Scope

START = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
SCOPE = Scope(since=date(2026, 3, 27), until=date(2026, 4, 20))
QUESTIONS = [
    {},
    {"channel": "chat"},
    {"priority": 4},
    {"channel": "chat", "priority": 4},
    {"category": "vpn"},
]


@pytest.fixture
def history(app, person, desk):
    """Conversations and messages with anything that may have come of them, beyond both ends of the range."""
    rng, erin = random.Random(11), person("erin")
    told = ["vpn drops", "the printer jams", "outlook will not open", "no sound"]
    ids = [
        report(
            Report(
                requester_id=erin.id,
                description=f"{rng.choice(told)} {number}",
                channel=rng.choice([Channel.CHAT, Channel.MAIL]),
            )
        ).id
        for number in range(24)
    ]

    def some_time():
        return START + timedelta(minutes=rng.randrange(60 * 24 * 40))

    with write() as session:
        for one in session.query(Incident).order_by(Incident.id):
            one.priority = rng.choice([3, 4])
            if rng.random() < 0.6:
                one.state = rng.choice([State.RESOLVED, State.CLOSED, State.CANCELLED])
                one.resolution = rng.choice([Resolution.SELF_SERVICE, Resolution.SUPPORT])
        for number in range(60):
            talk = Conversation(person_id=erin.id, public_id=f"talk-{number}", started_at=some_time())
            session.add(talk)
            session.flush()
            if rng.random() < 0.8:
                session.add(Turn(conversation_id=talk.id, message_id="1", text="x", at=talk.started_at))
            for incident_id in rng.sample(ids, rng.choice([0, 0, 1, 1, 2])):
                session.add(ConversationIncident(conversation_id=talk.id, incident_id=incident_id))
            if rng.random() < 0.2:
                talk.handed_over_at = talk.started_at
            session.add(
                RawMessage(
                    digest=str(number),
                    route="file",
                    size=1,
                    received_at=some_time(),
                    outcome=rng.choice(list(Outcome)),
                    incident_id=rng.choice([None, *ids]),
                )
            )
    facts.keep_all()


def is_within(at):
    return SCOPE.since <= at.date() <= SCOPE.until


def passes(incident_id, asked):
    found = db.session.get(Incident, incident_id) if incident_id else None
    return not asked or (
        found is not None and all(getattr(found, name) == value for name, value in asked.items())
    )


def of_chat(asked):
    """What each conversation of the range came to, in the order in which the board's definition says it."""
    for talk in db.session.query(Conversation).all():
        links = db.session.query(ConversationIncident).filter_by(conversation_id=talk.id).all()
        incidents = [db.session.get(Incident, link.incident_id) for link in links]
        if not is_within(talk.started_at) or (asked and not any(passes(one.id, asked) for one in incidents)):
            continue
        solved = [one for one in incidents if one.state in {"resolved", "closed"}]
        if talk.handed_over_at or talk.handed_to_id:
            yield "handed"
        elif any(one.resolution == "self_service" for one in solved):
            yield "solved"
        elif incidents:
            yield "reported"
        else:
            spoken = db.session.query(Turn).filter_by(conversation_id=talk.id).count()
            yield "talked" if spoken else "silent"


def of_mail(asked):
    for one in db.session.query(RawMessage).all():
        if is_within(one.received_at) and passes(one.incident_id, asked):
            yield one.outcome


@pytest.mark.parametrize(
    ("board", "recount"), [(chat_board.BOARD, of_chat), (mail_board.BOARD, of_mail)], ids=["chat", "mail"]
)
def test_every_row_is_what_a_plain_recount_gives_and_leads_to_its_incidents(history, board, recount):
    for asked in QUESTIONS:
        expected = Counter(recount(asked))
        span = boards.span_of(Scope(since=SCOPE.since, until=SCOPE.until, **asked))
        rows = {row.key: row for row in board.count(span)}
        assert {key: row.number for key, row in rows.items()} == dict(expected), asked
        assert all(row.of == expected.total() for row in rows.values())
        for key in rows:
            ids = set(db.session.scalars(board.behind(span, key)))
            assert all(passes(one, asked) for one in ids)
            listed, _last = rows_of(board.behind(span, key), size=1000)(0)
            assert [row[0] for row in listed] == [f"INC-{one:06d}" for one in sorted(ids)]
    assert len(Counter(recount({}))) == len(board.words), "a test of something less than all"
