"""Floods by many names are one flood: tags in an address, forged people of one domain, one client."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from email_intake import flood, process, spool
from email_intake.models import Flood, Outcome, RawMessage
from firstline.db import db
from tests.email_intake.test_pipeline import mail

STAMP = "Authentication-Results: mx.example.com; dmarc=pass header.from={domain}\n"


@pytest.fixture
def bounds(app, monkeypatch):
    """Small bounds."""

    def set_(*, person=99, others=99):
        monkeypatch.setattr(flood, "MOST_OPENED", person)
        app.config["SETTINGS"] = replace(
            app.config["SETTINGS"], mail_flood=others, authserv_id="mx.example.com"
        )

    return set_


def taken(take, *senders, client="", stamp=""):
    """The outcomes of a mail of each of these, in order."""
    rows = [
        take(
            stamp.format(domain=sender.partition("@")[2])
            + mail(f"words {number}", slug=str(number)).replace("erin@example.com", sender),
            client=client,
        )
        for number, sender in enumerate(senders)
    ]
    return [(row.outcome, row.incident_id) for row in rows]


def test_tags_make_no_other_person(take, bounds):
    bounds(person=2)
    told = taken(take, *(f"Erin+{n}@example.com" for n in range(5)), "erin@example.com")
    assert [outcome for outcome, _incident in told] == [Outcome.OPENED] * 3 + [Outcome.APPENDED] * 3
    assert {incident for _outcome, incident in told[3:]} == {told[2][1]}
    assert [(one.sender, one.count) for one in db.session.scalars(select(Flood))] == [("erin@example.com", 3)]


def test_forged_people_of_one_domain_are_one_flood_and_another_domain_is_not_held_up(take, bounds):
    bounds(others=2)
    told = taken(take, *(f"p{n}@crowd.example" for n in range(5)), "erin@example.org")
    assert [outcome for outcome, _incident in told] == [Outcome.OPENED] * 3 + [Outcome.APPENDED] * 2 + [
        Outcome.OPENED
    ]
    assert [(one.sender, one.count) for one in db.session.scalars(select(Flood))] == [("@crowd.example", 2)]


def test_a_bound_holds_however_fast_mail_comes(take, bounds):
    bounds(others=20)
    told = taken(take, *(f"p{n}@crowd.example" for n in range(25)))
    # The one that is too many begins the flood.
    assert [outcome for outcome, _incident in told] == [Outcome.OPENED] * 21 + [Outcome.APPENDED] * 4


def test_a_bound_holds_for_mail_that_comes_together(app, desk, bounds):
    bounds(others=3)
    texts = (mail(f"words {n}", slug=str(n)).replace("erin@", f"forged{n}@") for n in range(6))
    ids = [spool.store(text.encode(), route="test") for text in texts]
    process.process_waiting()
    outcomes = [db.session.get(RawMessage, raw_id).outcome for raw_id in ids]
    assert outcomes == [Outcome.OPENED] * 4 + [Outcome.APPENDED] * 2


def test_forged_domains_of_one_client_are_one_flood_and_another_client_is_not_held_up(take, bounds):
    bounds(others=2)
    told = taken(take, *(f"p@d{n}.example" for n in range(5)), client="192.0.2.7")
    assert [outcome for outcome, _incident in told] == [Outcome.OPENED] * 3 + [Outcome.APPENDED] * 2
    (other,) = taken(take, "q@e.example", client="192.0.2.8")
    assert other[0] == Outcome.OPENED
    assert [one.sender for one in db.session.scalars(select(Flood))] == ["client 192.0.2.7"]


def test_whom_our_mail_server_vouches_for_is_not_counted_with_the_domain(take, bounds):
    bounds(others=1)
    taken(take, *(f"forged{n}@example.com" for n in range(3)), client="192.0.2.7")
    told = taken(take, "tess@example.com", "uwe@example.com", client="192.0.2.7", stamp=STAMP)
    assert [outcome for outcome, _incident in told] == [Outcome.OPENED] * 2


def test_an_answer_is_heard_though_its_domain_is_in_flood(take, bounds):
    bounds(others=1)
    told = taken(take, *(f"p{n}@crowd.example" for n in range(3)))
    answer = mail("More about it.", slug="answer", extra="References: <0@example.com>")
    row = take(answer.replace("erin@example.com", "p0@crowd.example"))
    assert (row.outcome, row.reason, row.incident_id) == (Outcome.APPENDED, "references", told[0][1])


def test_files_that_a_person_feeds_in_are_no_flood(take, bounds):
    bounds(person=2, others=2)
    told = taken(take, *["erin@example.com"] * 5, client=spool.FILE)
    assert [outcome for outcome, _incident in told] == [Outcome.OPENED] * 5
