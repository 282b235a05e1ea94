"""What somebody wanted to read later comes in one mail, once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from email_intake import digest, mailbox, outgoing
from firstline import clock
from firstline.db import db, write
from incidents import notices
from incidents.conversation import say
from incidents.intake import Report, report
from incidents.models import Channel, Visibility
from incidents.notices import Delivery, Notice, Topic, Way, Wish
from incidents.people import Person, Role


@pytest.fixture
def omar(person, desk):
    omar = person("omar", Role.AGENT)
    with write() as session:
        kept = session.get_one(Person, omar.id)
        notices.choose(session, kept, {(Topic.MENTIONED, Way.MAIL): Wish.DIGEST})
    return omar


@pytest.fixture
def named(person, desk, omar):
    """Two notes that name Omar."""
    erin, tess = person("erin"), person("tess", Role.AGENT)
    for words in ("vpn drops", "printer jams"):
        incident = report(
            Report(requester_id=erin.id, title=words, description=words, channel=Channel.PORTAL)
        )
        note = {"channel": Channel.PORTAL, "visibility": Visibility.INTERNAL}
        say(incident.id, by=tess, text=f"@omar: {words}?", **note)
    outgoing.deliver_due()


def to_omar():
    return mailbox.list_letters(recipient="omar@example.com")


def states():
    db.session.rollback()
    of_digest = select(Notice.state).where(Notice.in_digest)
    return set(db.session.scalars(of_digest))


def test_nothing_comes_before_its_time_then_all_in_one_mail_and_never_again(named, omar):
    assert digest.deliver_due() == 0 and to_omar() == []
    with clock.freeze(clock.now() + timedelta(days=1, minutes=1)):
        assert digest.deliver_due() == 1
        assert digest.deliver_due() == 0
    assert states() == {Delivery.SENT}
    (mail,) = to_omar()
    assert mail.subject == "2 pieces of news from the desk"
    for words in ("vpn drops", "printer jams", "Tess names you in a note on INC-000001", "/desk/INC-000002"):
        assert words in mail.text and words in mail.html


def test_a_digest_whose_sending_was_cut_off_is_found_again(named, omar, monkeypatch):
    with clock.freeze(clock.now() + timedelta(days=1, minutes=1)):
        digest._claim(omar.id)
        assert states() == {Delivery.SENDING}
    with clock.freeze(clock.now() + timedelta(days=1, minutes=10)):
        outgoing.deliver_due()
        assert digest.deliver_due() == 1
    assert states() == {Delivery.SENT} and len(to_omar()) == 1
