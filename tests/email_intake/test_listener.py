"""What the listener promises, to whom, and how it takes a burst."""

import asyncio
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from email_intake import accounting, addresses, listener, spool
from email_intake.guests import Guests
from email_intake.listener import Batches, Rate
from email_intake.models import Mailbox, RawMessage
from email_intake.spool import Arrival
from firstline.db import db, write
from firstline.settings import Address, Settings, SettingsError
from tests import certificates, servers
from tests.email_intake.test_arrivals import count, send
from tests.email_intake.test_pipeline import mail


@pytest.fixture
def listening(app, desk):
    """Start the listener with these settings; yields a function that returns its port."""
    running = []

    def start(**more):
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], **more)
        port = servers.free_port()
        running.append(listener.Listener(app, Address("127.0.0.1", port)))
        running[-1].start()
        return port

    yield start
    [one.stop() for one in running]


def test_starttls_with_the_certificate_of_the_settings(listening, tmp_path):
    cert, key = certificates.make(tmp_path, "localhost")
    port = listening(mail_cert=cert, mail_key=key)
    with smtplib.SMTP("localhost", port, timeout=20) as client:
        client.starttls(context=ssl.create_default_context(cafile=cert))
        send(client, mail())
    assert count(RawMessage) == 1


def test_without_a_certificate_no_starttls_is_offered_and_the_size_is_announced(listening):
    with smtplib.SMTP("127.0.0.1", listening(), timeout=20) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.esmtp_features["size"] == str(2 * 25 * 1024 * 1024)


def test_a_client_that_brings_too_many_is_asked_to_come_again(listening):
    with smtplib.SMTP("127.0.0.1", listening(mail_rate=2), timeout=20) as client:
        for number in range(2):
            send(client, mail(str(number), slug=str(number)))
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            send(client, mail("three", slug="three"))
    assert (refused.value.smtp_code, count(RawMessage)) == (450, 2)


def test_each_client_has_a_rate_of_its_own_and_each_minute_a_new_one(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(listener, "monotonic", lambda: now[0])
    rate = Rate(1)
    assert [rate.allows("a"), rate.allows("a"), rate.allows("b")] == [True, False, True]
    now[0] = 61.0
    assert rate.allows("a")


@pytest.mark.parametrize("tagged", [True, False])
def test_mail_to_a_reply_address_and_to_a_mailbox_of_ours_is_taken(listening, app, tagged):
    with write() as session:
        session.add(Mailbox(name="hr", address="hr@example.com"))
    ours = addresses.reply_address(1, 1) if tagged else "HR@example.com"
    with smtplib.SMTP("127.0.0.1", listening(), timeout=20) as client:
        send(client, mail(), to=ours)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(client, mail(), to="hr@example.org")
    assert count(RawMessage) == 1


def test_by_lmtp_one_recipient_is_taken_at_a_time_so_that_each_has_its_answer(listening):
    with smtplib.LMTP("127.0.0.1", listening(mail_is_lmtp=True), timeout=20) as client:
        client.ehlo()
        refused = client.sendmail(
            "erin@example.com", ["helpdesk@example.com", "helpdesk+two@example.com"], mail().encode()
        )
    assert {address: code for address, (code, _said) in refused.items()} == {"helpdesk+two@example.com": 452}
    (row,) = db.session.scalars(select(RawMessage))
    assert (row.route, row.envelope_to) == ("lmtp", ["helpdesk@example.com"])


def test_smtp_words_are_not_taken_for_lmtp(listening):
    with socket.create_connection(("127.0.0.1", listening(mail_is_lmtp=True)), 5) as client:
        client.recv(100)
        client.sendall(b"EHLO me\r\n")
        assert client.recv(100).startswith(b"500")


@pytest.mark.parametrize(
    ("value", "is_lmtp"),
    [("lmtp://127.0.0.1:2424", True), ("smtp://[::1]:25", False), ("127.0.0.1:25", False)],
)
def test_the_setting_says_which_protocol(value, is_lmtp, tmp_path):
    settings = Settings.from_environ({"FIRSTLINE_MAIL_LISTEN": value, "FIRSTLINE_DATA_DIR": str(tmp_path)})
    assert settings.mail_is_lmtp == is_lmtp and settings.mail_listen.port in {2424, 25}


def test_a_certificate_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(SettingsError, match=r"MAIL_CERT.*no such file"):
        Settings.from_environ({"FIRSTLINE_MAIL_CERT": "/nowhere", "FIRSTLINE_DATA_DIR": str(tmp_path)})


def test_while_the_database_is_away_the_sender_keeps_the_mail(listening, monkeypatch):
    monkeypatch.setattr(listener.addresses, "is_ours", lambda address: 1 / 0)
    with smtplib.SMTP("127.0.0.1", listening(), timeout=20) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(client, mail())
        ((code, _said),) = refused.value.recipients.values()
    assert code == 451


def run_aside(coroutine):
    """In a thread: a browser that other tests left open keeps a loop running in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def test_what_comes_at_once_shares_a_transaction():
    batches = []

    async def burst():
        keeper = Batches(lambda arrivals: batches.append(len(arrivals)) or list(range(len(arrivals))))
        await asyncio.gather(*(keeper.keep(Arrival(raw=b"x", route="smtp")) for _mail in range(250)))

    run_aside(burst())
    assert batches == [100, 100, 50]


def test_one_that_cannot_be_kept_fails_alone():
    def store(arrivals):
        if any(one.raw == b"bad" for one in arrivals):
            raise OSError("disk full")
        return [1] * len(arrivals)

    async def burst():
        keeper = Batches(store)
        raws = [b"good", b"bad", b"good"]
        return await asyncio.gather(
            *(keeper.keep(Arrival(raw=raw, route="smtp")) for raw in raws), return_exceptions=True
        )

    results = run_aside(burst())
    assert [isinstance(one, OSError) for one in results] == [False, True, False]


def test_the_same_bytes_twice_in_one_batch_are_one_row_counted_once(app):
    twice = [Arrival(raw=mail().encode(), route="smtp")] * 2
    first, second = spool.store_all([*twice, Arrival(raw=b"other", route="smtp")])[:2]
    assert (first, count(RawMessage)) == (second, 2)
    assert [line.taken for line in accounting.balance()] == [2]
    assert db.session.scalar(select(func.count()).select_from(RawMessage)) == 2


def test_a_client_with_too_many_connections_is_told_421_and_may_come_again(listening):
    port = listening(mail_connections=2)
    first, second = (smtplib.SMTP("127.0.0.1", port, timeout=20) for _guest in range(2))
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP("127.0.0.1", port, timeout=20)
    assert refused.value.smtp_code == 421 and b"Too many connections" in refused.value.smtp_error
    send(second, mail())
    first.quit()
    servers.wait_until(lambda: is_let_in(port), "the place of the one who left")
    second.quit()
    assert count(RawMessage) == 1


def is_let_in(port):
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=20).quit()
    except smtplib.SMTPConnectError:
        return False
    return True


def test_starttls_is_no_second_connection(listening, tmp_path):
    cert, key = certificates.make(tmp_path, "localhost")
    port = listening(mail_cert=cert, mail_key=key, mail_connections=1)
    for _time in range(2):
        servers.wait_until(lambda: is_let_in(port), "the place of the one who left")
        with smtplib.SMTP("localhost", port, timeout=20) as client:
            client.starttls(context=ssl.create_default_context(cafile=cert))
            client.noop()


def test_connections_are_counted_by_client():
    guests = Guests(1)
    assert [guests.admit("a"), guests.admit("a"), guests.admit("b")] == [True, False, True]
    guests.leave("a")
    assert guests.admit("a")


def test_who_brought_a_mail_is_kept_with_it(listening):
    with smtplib.SMTP("127.0.0.1", listening(), timeout=20) as client:
        send(client, mail())
    assert db.session.scalars(select(RawMessage.client)).one() == "127.0.0.1"
