"""Mails about a service one follows: once, with what is known and a way to stop them."""

import pytest

from email_intake import status_mail, transport
from firstline.db import db
from incidents import outages
from incidents.outages import Announcement
from incidents.people import Role
from incidents.status import following, spreading
from incidents.status.models import News, Sending, Way


@pytest.fixture
def owed(person, desk):
    tess, bob = person("tess", Role.AGENT), person("bob")
    following.follow("vpn", Way.MAIL, by=bob)
    outages.declare(Announcement(title="VPN is slow", service="vpn", note="A cable"), by=tess)
    spreading.spread()


def state():
    db.session.expire_all()
    return db.session.query(News).one().state


def test_it_says_what_is_known_and_is_sent_once(owed, monkeypatch):
    sent = []
    monkeypatch.setattr(transport, "send", lambda message, *, recipient: sent.append((message, recipient)))
    status_mail.send_due()
    status_mail.send_due()
    ((message, recipient),) = sent
    assert (message.subject, recipient) == ("VPN: VPN is slow", "bob@example.com")
    assert "A cable" in message.body
    assert "/status" in message.body
    assert state() == Sending.SENT


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (transport.Temporary("later"), Sending.DUE),
        (transport.Permanent("no such box"), Sending.UNKNOWN),
        (transport.Unclear("cut off"), Sending.UNKNOWN),
    ],
)
def test_what_may_have_arrived_is_not_sent_again(owed, monkeypatch, error, left):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(transport, "send", fail)
    status_mail.send_due()
    assert state() == left
