"""Mail that comes by a real SMTP client and from a real IMAP server."""

import imaplib
import smtplib
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from commands import intake
from email_intake import fetching, imap, listener, process, spool
from email_intake.models import Mailbox, Outcome, RawMessage
from firstline import jobs, leases
from firstline.db import db, write
from firstline.settings import Address
from incidents.models import Incident
from tests import servers
from tests.email_intake.test_pipeline import mail


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def smtp(app, desk):
    """A real client connected to our listener."""
    port = servers.free_port()
    taking = listener.Listener(app, Address("127.0.0.1", port))
    taking.start()
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        yield client
    taking.stop()


def send(client, text, to="helpdesk@example.com"):
    return client.sendmail("erin@example.com", [to], text.encode())


def test_a_mail_by_smtp_is_committed_before_250_and_becomes_an_incident(smtp, app):
    send(smtp, mail())
    (row,) = db.session.scalars(select(RawMessage))
    assert (row.outcome, row.envelope_from, row.envelope_to) == (
        Outcome.WAITING,
        "erin@example.com",
        ["helpdesk@example.com"],
    )
    assert ("process-mail", (row.id,)) in app.extensions["firstline_run"]
    jobs.run(spool.TASK, row.id)
    assert count(Incident) == 1


def test_a_lost_nudge_is_found_by_the_sweep(smtp, app):
    send(smtp, mail())
    app.extensions["firstline_run"].clear()
    assert process.process_waiting() == 1
    assert (count(Incident), process.process_waiting()) == (1, 0)


def test_a_client_that_sends_it_again_makes_no_second_one(smtp):
    send(smtp, mail())
    send(smtp, mail())
    assert count(RawMessage) == 1


def test_mail_for_somebody_else_is_refused_with_a_sentence(smtp):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(smtp, mail(), to="ceo@example.com")
    ((code, said),) = refused.value.recipients.values()
    assert (code, b"helpdesk@example.com" in said) == (550, True)


def test_when_the_bytes_cannot_be_kept_the_sender_keeps_them(smtp, monkeypatch):
    monkeypatch.setattr(spool, "store_all", lambda *a, **k: 1 / 0)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(smtp, mail())
    assert refused.value.smtp_code == 451


def test_a_file_of_60_mb_is_refused_by_size(smtp):
    smtp.ehlo()
    code, _said = smtp.docmd("MAIL FROM:<erin@example.com> SIZE=60000000")
    assert code == 552


def test_very_long_lines_are_taken(smtp):
    send(smtp, mail("x" * 100_000))
    assert count(RawMessage) == 1


def test_a_hundred_kilobytes_of_garbage_are_kept_and_named(smtp):
    smtp.sendmail("erin@example.com", ["helpdesk@example.com"], bytes(range(128, 256)) * 800)
    process.process_waiting()
    (row,) = db.session.scalars(select(RawMessage))
    assert row.outcome in {Outcome.OPENED, Outcome.QUARANTINED}


def put(client, text, *, when=None):
    status, _said = client.append("INBOX", None, when, text.replace("\n", "\r\n").encode())
    assert status == "OK"


@pytest.mark.dovecot
def test_a_mail_in_a_real_mailbox_is_spooled_then_seen(fetch, client):
    put(client, mail())
    assert fetch() == 1
    client.select("INBOX")
    assert client.search(None, "SEEN")[1] == [b"1"]
    process.process_waiting()
    assert count(Incident) == 1
    assert fetch() == 0


@pytest.mark.dovecot
def test_mail_that_somebody_read_first_is_taken_all_the_same(fetch, client):
    put(client, mail())
    client.select("INBOX")
    client.store("1", "+FLAGS", r"\Seen")
    assert fetch() == 1


@pytest.mark.dovecot
def test_a_crash_between_keeping_and_flagging_doubles_nothing(fetch, client, monkeypatch):
    put(client, mail())
    put(client, mail("other", slug="other"))
    monkeypatch.setattr(imap.spool, "nudge", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fetch()
    monkeypatch.undo()
    fetch()
    process.process_waiting()
    assert (count(RawMessage), count(Incident)) == (2, 2)


@pytest.mark.dovecot
def test_a_folder_made_anew_is_read_again_without_doubles(fetch, client, account):
    put(client, mail())
    fetch()
    with write() as session:
        session.scalars(select(Mailbox)).one().uidvalidity = 1
    put(client, mail("new one", slug="two"))
    fetch()
    process.process_waiting()
    assert (count(RawMessage), count(Incident)) == (2, 2)


@pytest.mark.dovecot
def test_a_full_mailbox_is_not_imported_on_the_first_day(fetch, client):
    old = imaplib.Time2Internaldate(time.time() - 10 * 86400)
    put(client, mail(slug="old"), when=old)
    put(client, mail(slug="new", text="new"))
    assert fetch() == 1


@pytest.mark.dovecot
def test_the_running_intake_takes_mail_by_both_ways_and_survives_a_wrong_password(app, desk, account, client):
    port = servers.free_port()
    url = f"imap://{account.username}:pw@{account.host}:{account.port}/INBOX"
    app.config["SETTINGS"] = replace(
        app.config["SETTINGS"],
        imap_url=url.replace(":pw@", ":wrong@"),
        mail_listen=Address("127.0.0.1", port),
    )
    stop = threading.Event()
    threads = [
        intake.start("imap", fetching.fetch_forever, app, stop),
        intake.start("listener", listener.listen, app, stop),
    ]
    try:
        servers.wait_until(lambda: servers.listens(port), "the listener's start")
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
            send(smtp, mail())
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], imap_url=url)
        stop.set()
        [thread.join(20) for thread in threads]
        stop = threading.Event()
        threads = [intake.start("imap", fetching.fetch_forever, app, stop)]
        put(client, mail("by imap", slug="two"))
        servers.wait_until(lambda: count(RawMessage) == 2, "the arrival by IMAP", seconds=20)
        put(client, mail("during idle", slug="three"))
        servers.wait_until(lambda: count(RawMessage) == 3, "the arrival during IDLE", seconds=20)
    finally:
        stop.set()
        [thread.join(20) for thread in threads]


def test_only_one_process_fetches_a_mailbox(app):
    held = fetching.lease_of(1)
    assert leases.hold(held, "first", for_=timedelta(seconds=60))
    assert not leases.hold(held, "second", for_=timedelta(seconds=60))
