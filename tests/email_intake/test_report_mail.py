"""Figures by mail: the last week or month, once, to those who may see them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from email_intake import report_mail, transport
from firstline import clock
from firstline.db import db, write
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.people import Role
from incidents.reports import facts, mailing
from incidents.reports.mailing import Rhythm, days_before
from incidents.reports.models import Mailing
from incidents.reports.scope import Scope

WEDNESDAY = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ANY = Scope(since=WEDNESDAY.date(), until=WEDNESDAY.date(), channel="mail")


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def sent(monkeypatch):
    """What left; `refuses` is raised instead."""

    class Sent(list):
        refuses = None

        def send(self, message, *, recipient):
            if self.refuses:
                raise self.refuses
            self.append((recipient, message.subject, message.body))

    made = Sent()
    monkeypatch.setattr(transport, "send", made.send)
    return made


def at(days, hour=8):
    return clock.freeze(WEDNESDAY.replace(hour=hour) + timedelta(days=days))


def test_it_comes_each_monday_once_about_the_week_before(lena, person, sent):
    with clock.freeze(WEDNESDAY):
        mailing.begin("weekly", ANY, by=lena)
        for number, channel in enumerate((Channel.MAIL, Channel.MAIL, Channel.CHAT)):
            told = Report(requester_id=person(f"e{number}").id, description="No sound", channel=channel)
            report(told)
        facts.keep_all()
        assert report_mail.send_due() == 0
    with at(5, hour=6):
        assert report_mail.send_due() == 0
    with at(5):
        assert (report_mail.send_due(), report_mail.send_due()) == (1, 0)
    ((recipient, subject, body),) = sent
    assert recipient == "lena@example.com" and "2026-11-23 to 2026-11-29" in subject
    assert "Reports: 2 (nothing to compare with)" in body and "Time to resolve: not known" in body
    assert "/reports?since=2026-11-23&until=2026-11-29&channel=mail" in body
    with at(12):
        assert report_mail.send_due() == 1


def test_what_could_not_be_sent_comes_later_and_what_is_unclear_is_not_repeated(lena, sent):
    with clock.freeze(WEDNESDAY):
        mailing.begin("weekly", ANY, by=lena)
    sent.refuses = transport.Temporary("come again")
    with at(5):
        assert report_mail.send_due() == 0
    sent.refuses = None
    with at(5, hour=9):
        assert report_mail.send_due() == 1
    sent.refuses = transport.Unclear("cut off")
    with at(12):
        report_mail.send_due()
        sent.refuses = None
        assert report_mail.send_due() == 0


def test_who_is_no_longer_of_support_gets_none(lena, sent):
    with clock.freeze(WEDNESDAY):
        mailing.begin("monthly", ANY, by=lena)
    with write() as session:
        session.get_one(type(lena), lena.id).role = Role.EMPLOYEE
    with at(20):
        assert report_mail.send_due() == 0
    assert sent == []


@pytest.mark.parametrize(
    ("rhythm", "on", "first", "last"),
    [
        (Rhythm.WEEKLY, date(2026, 11, 30), date(2026, 11, 23), date(2026, 11, 29)),
        (Rhythm.WEEKLY, date(2027, 1, 4), date(2026, 12, 28), date(2027, 1, 3)),
        (Rhythm.MONTHLY, date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 30)),
        (Rhythm.MONTHLY, date(2028, 3, 1), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_it_is_about_the_last_whole_week_or_month(rhythm, on, first, last):
    assert days_before(rhythm, on) == (first, last)


def test_what_makes_no_sense_is_a_sentence(lena, person):
    with pytest.raises(Invalid):
        mailing.begin("hourly", ANY, by=lena)
    with pytest.raises(NotAllowed):
        mailing.begin("weekly", ANY, by=person("bob"))
    for _ in range(mailing.MOST):
        kept = mailing.begin("weekly", ANY, by=lena)
    with pytest.raises(Conflict):
        mailing.begin("weekly", ANY, by=lena)
    with pytest.raises(NotFound):
        mailing.stop(kept.id, by=person("tess", Role.AGENT))
    mailing.stop(kept.id, by=lena)
    assert db.session.query(Mailing).count() == mailing.MOST - 1
