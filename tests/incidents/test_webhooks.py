"""Webhooks: every event is owed with its transaction, delivered until it is taken, and can be replayed."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from firstline import clock, outgoing
from firstline.db import db, write
from incidents import conversation, lifecycle
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, Entry, Event, Visibility
from incidents.people import Role
from incidents.problems import work
from incidents.problems.work import Findings
from incidents.timeline import record
from incidents.webhooks import keeping, sending
from incidents.webhooks.bodies import EVENTS
from incidents.webhooks.keeping import WebhookFacts
from incidents.webhooks.models import Delivery, Standing, Webhook

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
FACTS = WebhookFacts(name="Chat", url="https://hooks.example.com/x")


@pytest.fixture
def ada(person):
    return person("ada", Role.ADMIN)


@pytest.fixture
def receiver(monkeypatch):
    """What was sent; `refuses` is what it answers instead of taking it."""

    class Receiver(list):
        refuses: outgoing.NotTaken | None = None

        def post(self, url, body, headers):
            if self.refuses:
                raise self.refuses
            self.append((url, body, headers))

        @property
        def heard(self):
            return [json.loads(body)["event"] for _url, body, _headers in self]

    made = Receiver()
    monkeypatch.setattr(outgoing, "post", made.post)
    return made


def told(erin):
    return report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.PORTAL))


def test_every_event_is_owed_in_order_and_signed(ada, person, desk, receiver):
    webhook, secret = keeping.add(FACTS, by=ada)
    incident = told(person("erin"))
    lifecycle.take(incident.id, by=person("tess", Role.AGENT, desk["first"]))
    sending.send_due()
    events = db.session.scalars(select(Entry.event).order_by(Entry.id)).all()
    assert receiver.heard == [f"incident.{event}" for event in events]
    url, body, headers = receiver[-1]
    stamp, mac = (part.partition("=")[2] for part in headers["Firstline-Signature"].split(","))
    assert mac == hmac.new(secret.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
    document = json.loads(body)
    assert url == FACTS.url
    assert document["incident"]["number"] == incident.number
    assert document["author"] == {"name": "Tess", "email": "tess@example.com"}
    sending.send_due()
    assert len(receiver) == len(events), "nothing is sent twice"
    assert webhook.secret != secret and secret not in webhook.secret


def test_nothing_is_owed_where_the_change_was_rolled_back(ada, person):
    keeping.add(FACTS, by=ada)
    incident = told(person("erin"))
    before = db.session.query(Delivery).count()

    def fail_halfway():
        with lifecycle.locked(incident.id) as (session, one):
            record(session, one, Event.NOTED, text="half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert db.session.query(Delivery).count() == before


def test_only_chosen_events_are_sent_and_problems_have_theirs(ada, person, desk, receiver):
    chosen = WebhookFacts(name="x", url=FACTS.url, events=["problem.opened", "incident.taken", "nonsense"])
    webhook, _secret = keeping.add(chosen, by=ada)
    assert webhook.events == ["incident.taken", "problem.opened"]
    incident, tess = told(person("erin")), person("tess", Role.AGENT, desk["first"])
    lifecycle.take(incident.id, by=tess)
    work.open_problem(Findings(title="The tunnel drops"), by=tess)
    sending.send_due()
    assert receiver.heard == ["incident.taken", "problem.opened"]
    assert json.loads(receiver[1][1])["problem"]["number"] == "PRB-000001"


def test_words_of_internal_notes_stay_inside_unless_an_administrator_chose_otherwise(
    ada, person, desk, receiver
):
    webhook, _secret = keeping.add(FACTS, by=ada)
    incident, tess = told(person("erin")), person("tess", Role.AGENT, desk["first"])
    conversation.say(
        incident.id,
        by=tess,
        text="She is on probation",
        visibility=Visibility.INTERNAL,
        channel=Channel.PORTAL,
    )
    sending.send_due()
    noted = json.loads(receiver[-1][1])
    assert (noted["event"], noted["text"], noted["facts"]) == ("incident.noted", None, None)
    change = WebhookFacts(name="x", url=FACTS.url, shows_internal=True)
    keeping.change(webhook.id, change, by=ada)
    newest = db.session.scalars(select(Delivery.id).order_by(Delivery.id.desc())).first()
    keeping.send_again(webhook.id, newest, by=ada)
    sending.send_due()
    assert json.loads(receiver[-1][1])["text"] == "She is on probation"


def test_a_receiver_that_fails_is_left_in_peace_longer_each_time_and_misses_nothing(ada, person, receiver):
    receiver.refuses = outgoing.NotTaken("the receiver answered 503", 503)
    with clock.freeze(NOON):
        keeping.add(FACTS, by=ada)
        told(person("erin"))
        sending.send_due()
        sending.send_due()
        first = db.session.scalars(select(Delivery).order_by(Delivery.id)).first()
        assert (first.attempts, first.not_before) == (1, NOON + timedelta(seconds=15))
    receiver.refuses = None
    with clock.freeze(NOON + timedelta(seconds=16)):
        sending.send_due()
    assert receiver.heard[0] == "incident.reported"
    assert db.session.query(Delivery).filter_by(standing=Standing.DUE).count() == 0
    assert [sending.wait_after(n).total_seconds() for n in (1, 2, 3, 9, 500)] == [15, 30, 60, 3600, 3600]


def test_one_that_fails_for_days_is_switched_off_and_keeps_what_it_is_owed(ada, person, receiver):
    receiver.refuses = outgoing.NotTaken("nobody there")
    with clock.freeze(NOON):
        webhook, _secret = keeping.add(FACTS, by=ada)
        told(person("erin"))
    for hours in range(0, 75, 3):
        with clock.freeze(NOON + timedelta(hours=hours)):
            sending.send_due()
    db.session.rollback()
    assert not webhook.is_active and webhook.off_since == NOON + timedelta(hours=72)
    receiver.refuses = None
    with clock.freeze(NOON + timedelta(days=4)):
        keeping.change(webhook.id, FACTS, by=ada)
        sending.send_due()
    db.session.rollback()
    assert webhook.failing_since is None
    assert receiver.heard[0] == "incident.reported", "however often it was tried meanwhile"


def test_a_receiver_that_says_it_is_gone_is_not_asked_again(ada, person, receiver):
    webhook, _secret = keeping.add(FACTS, by=ada)
    receiver.refuses = outgoing.NotTaken("the receiver answered 410", 410)
    told(person("erin"))
    sending.send_due()
    db.session.rollback()
    assert not webhook.is_active


def test_what_is_not_taken_in_the_end_is_given_up_and_others_follow(ada, person, receiver):
    keeping.add(FACTS, by=ada)
    told(person("erin"))
    with write() as session:
        session.query(Delivery).order_by(Delivery.id).first().attempts = sending.MOST_ATTEMPTS - 1
    receiver.refuses = outgoing.NotTaken("the receiver answered 400", 400)
    sending.send_due()
    receiver.refuses = None
    with clock.freeze(clock.now() + timedelta(hours=2)):
        sending.send_due()
    assert "incident.reported" not in receiver.heard and receiver.heard
    assert db.session.query(Delivery).filter_by(standing=Standing.GIVEN_UP).count() == 1


def test_a_time_is_replayed_even_from_before_the_webhook_was_there(ada, person, receiver):
    with clock.freeze(NOON - timedelta(days=1)):
        told(person("bob"))
    with clock.freeze(NOON):
        told(person("erin"))
    webhook, _secret = keeping.add(FACTS, by=ada)
    owed = keeping.replay(webhook.id, NOON, NOON + timedelta(hours=1), by=ada)
    sending.send_due()
    assert len(receiver) == owed == db.session.query(Entry).filter(Entry.created_at >= NOON).count()
    assert {json.loads(body)["at"] for _url, body, _headers in receiver} == {NOON.isoformat()}
    first = [json.loads(body)["id"] for _url, body, _headers in receiver]
    keeping.replay(webhook.id, NOON, NOON + timedelta(hours=1), by=ada)
    sending.send_due()
    assert [json.loads(body)["id"] for _url, body, _headers in receiver][owed:] == first


def test_a_trial_and_a_new_secret(ada, receiver):
    webhook, secret = keeping.add(FACTS, by=ada)
    renewed = keeping.renew_secret(webhook.id, by=ada)
    keeping.ping(webhook.id, by=ada)
    sending.send_due()
    assert receiver.heard == ["ping"] and renewed != secret
    assert [line.event for line in keeping.lately(webhook.id)] == ["ping"]


def test_old_deliveries_are_forgotten_and_those_due_are_not(ada, person, receiver):
    keeping.add(FACTS, by=ada)
    told(person("erin"))
    sending.send_due()
    told(person("bob"))
    due = db.session.query(Delivery).filter_by(standing=Standing.DUE).count()
    with clock.freeze(clock.now() + timedelta(days=31)):
        sending.forget_old()
    assert db.session.query(Delivery).count() == due > 0


def test_what_cannot_work_is_a_sentence_and_only_administrators_may(ada, person):
    for facts, field in (
        (WebhookFacts(name=" ", url=FACTS.url), "name"),
        (WebhookFacts(name="x", url="hooks.example.com"), "url"),
        (WebhookFacts(name="x", url="file:///etc/passwd"), "url"),
        (WebhookFacts(name="x", url="https://me:secret@example.com/"), "url"),
    ):
        with pytest.raises(Invalid) as refused:
            keeping.add(facts, by=ada)
        assert refused.value.field == field
    webhook, _secret = keeping.add(FACTS, by=ada)
    for since, until in ((None, NOON), (NOON, NOON), (NOON, None)):
        with pytest.raises(Invalid):
            keeping.replay(webhook.id, since, until, by=ada)
    with pytest.raises(NotFound):
        keeping.send_again(webhook.id, 4711, by=ada)
    with pytest.raises(NotAllowed):
        keeping.add(FACTS, by=person("tess", Role.AGENT))
    keeping.remove(webhook.id, by=ada)
    assert db.session.query(Webhook).count() == 0
    with pytest.raises(NotFound):
        keeping.ping(webhook.id, by=ada)


def test_every_event_of_the_timeline_has_a_name():
    assert {f"incident.{event}" for event in Event} <= set(EVENTS)
