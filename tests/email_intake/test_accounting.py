"""What was taken is what became of it; where it is not, it is seen and said."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from email_intake import accounting, alarm, mailbox, mailboxes, process, spool
from email_intake.models import Mailbox, Outcome, RawMessage, Taken
from firstline import clock, jobs
from firstline.db import db, write
from incidents.people import Role
from portal.parts import NotReady, check_mail, check_mailboxes
from tests.email_intake.test_pipeline import mail


@pytest.fixture
def taken(app, desk):
    """Five messages of every kind, by two routes."""
    for number, extra in enumerate(["", "X-Spam-Flag: YES", "Auto-Submitted: auto-replied"]):
        spool.store(mail(str(number), slug=str(number), extra=extra).encode(), route="smtp")
    spool.store(mail("another", slug="another").encode(), route="imap:1")
    process.process_waiting()
    spool.store(mail("waits", slug="waits").encode(), route="smtp")


def lose_one():
    with write() as session:
        session.execute(delete(RawMessage).where(RawMessage.outcome == Outcome.QUARANTINED))


def test_every_outcome_and_what_waits_add_up_by_route_and_day(taken):
    lines = {line.route: line for line in accounting.balance()}
    assert (lines["smtp"].taken, lines["imap:1"].taken) == (4, 1)
    assert lines["smtp"].came_to == {"opened": 1, "quarantined": 1, "ignored": 1, "waiting": 1}
    assert all(line.is_right for line in lines.values()) and accounting.check().wrong == ()


def test_a_day_is_a_day_of_utc_at_both_ends(app):
    late = datetime(2026, 11, 1, 23, 59, 59, tzinfo=UTC)
    spool.store(b"one", route="smtp", received_at=late)
    spool.store(b"two", route="smtp", received_at=late + timedelta(seconds=1))
    assert [(line.day.day, line.is_right) for line in accounting.balance()] == [(2, True), (1, True)]


def test_a_message_that_vanished_turns_health_red_and_is_named(app, taken):
    check_mail(app.config["SETTINGS"])
    lose_one()
    alarm.watch()
    with pytest.raises(NotReady, match="smtp: 4 taken, 3 found"):
        check_mail(app.config["SETTINGS"])


def test_an_outcome_nobody_knows_does_not_count(taken):
    with write() as session:
        session.execute(update(RawMessage).where(RawMessage.route == "imap:1").values(outcome="lost"))
    assert [line.route for line in accounting.balance() if not line.is_right] == ["imap:1"]


def test_administrators_hear_of_it_once_a_day_and_nobody_else(taken, person):
    person("ada", Role.ADMIN)
    person("tess", Role.AGENT)
    lose_one()
    with clock.freeze(clock.now()):
        alarm.watch()
        alarm.watch()
    letters = mailbox.list_letters()
    assert [letter.recipient for letter in letters] == ["ada@example.com"]
    assert "smtp: 4 taken, 3 found" in letters[0].text and "/admin/mail" in letters[0].text
    assert dict(letters[0].headers)["Auto-Submitted"] == "auto-generated"
    with clock.freeze(clock.now() + timedelta(days=1)):
        alarm.watch()
    assert len(mailbox.list_letters()) == 2


def test_what_waits_too_long_is_named(app, taken, person):
    person("ada", Role.ADMIN)
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        (row,) = accounting.late()
        assert row.outcome == Outcome.WAITING
        with pytest.raises(NotReady, match=f"no. {row.id}"):
            check_mail(app.config["SETTINGS"])
        alarm.watch()
    assert f"no. {row.id}" in mailbox.list_letters()[0].text


def test_while_all_is_well_nobody_is_disturbed(taken, person):
    person("ada", Role.ADMIN)
    alarm.watch()
    assert mailbox.list_letters() == []
    assert any(sweep.__name__ == "check_that_mail_adds_up" for _every, sweep in jobs.sweeps())


def test_a_mailbox_nobody_reads_any_more_turns_health_red(app):
    with write() as session:
        session.add_all([Mailbox(name="alive"), Mailbox(name="paused", is_active=False)])
    check_mailboxes(app.config["SETTINGS"])
    late = clock.now() + mailboxes.LATE + timedelta(seconds=1)
    with clock.freeze(late), pytest.raises(NotReady, match="alive: Nothing was fetched since"):
        check_mailboxes(app.config["SETTINGS"])


def test_the_counter_is_kept_apart_from_the_rows(taken):
    lose_one()
    assert sum(one.count for one in db.session.scalars(select(Taken))) == 5
