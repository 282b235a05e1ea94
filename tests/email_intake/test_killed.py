"""Workers that are killed at any moment, and compete, lose nothing and double nothing."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from email_intake import outgoing, process, spool
from email_intake.models import LocalMail, Outcome, RawMessage
from firstline import clock
from firstline.db import db
from incidents.models import Entry, Event, Incident
from incidents.notices import Delivery, Notice
from tests import servers
from tests.email_intake.test_pipeline import mail

MAILS = 24
WORKER = """
import sys
from datetime import timedelta
from email_intake import outgoing, process
from firstline import clock
from firstline.app import create_core
from tests.email_intake.conftest import MODELS
app = create_core(models=MODELS, JOBS_INLINE=True)
print("ready", flush=True)
while True:
    with app.app_context(), clock.freeze(clock.now() + timedelta(minutes=1)):
        process.process_waiting()
        outgoing.deliver_due()
"""


def start(settings):
    environ = {
        **os.environ,
        "FIRSTLINE_DATA_DIR": str(settings.data_dir),
        "FIRSTLINE_DATABASE_URL": settings.database_url,
        "FIRSTLINE_SECRET_KEY": settings.secret_key,
        **({"FIRSTLINE_SMTP_URL": settings.smtp_url} if settings.smtp_url else {}),
    }
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environ, stdout=subprocess.PIPE)
    assert worker.stdout.readline() == b"ready\n"
    return worker


def test_two_workers_killed_at_random_points_neither_lose_nor_double(app, desk, settings):
    ids = [spool.store(mail(f"trouble {n}", slug=f"m{n}").encode(), route="smtp") for n in range(MAILS)]
    for _round in range(2):
        workers = [start(settings), start(settings)]
        time.sleep(random.uniform(0.05, 0.5))
        for worker in workers:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            worker.stdout.close()
    with clock.freeze(clock.now() + timedelta(minutes=10)):
        while process.process_waiting():
            pass
        while outgoing.deliver_due():
            pass
    db.session.rollback()
    rows = db.session.scalars(select(RawMessage).where(RawMessage.id.in_(ids))).all()
    assert [row.outcome for row in rows] == [Outcome.OPENED] * MAILS
    assert len({row.incident_id for row in rows}) == MAILS == count(Incident)
    assert count(Entry, Entry.event == Event.REPORTED) == MAILS == count(Notice)
    settled = count(Notice, Notice.state.in_([Delivery.SENT, Delivery.SUPPRESSED]))
    # One sender gets no more than the cap in an hour; two workers may each see the last free place.
    cap = outgoing.MOST_ACKNOWLEDGEMENTS
    assert settled == MAILS and cap <= count(LocalMail) <= cap + 1


class Sink:
    """A real mail server that is slow to answer, so that many are killed while they send."""

    def __init__(self):
        self.received = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.received.append(message_from_bytes(envelope.content)["Message-ID"])
        await asyncio.sleep(random.uniform(0, 0.02))
        return "250 OK"


def test_senders_killed_at_random_points_send_nothing_twice_and_know_what_they_do_not_know(
    app, desk, settings
):
    sink = Sink()
    server = Controller(sink, hostname="127.0.0.1", port=servers.free_port())
    server.start()
    settings = replace(settings, smtp_url=f"smtp://127.0.0.1:{server.port}")
    app.config["SETTINGS"] = settings
    for number in range(MAILS):
        text = mail(f"trouble {number}", slug=f"k{number}").replace("erin@", f"erin{number}@")
        process.process(spool.store(text.encode(), route="smtp"))
    try:
        for _round in range(4):
            workers = [start(settings), start(settings)]
            time.sleep(random.uniform(0.05, 0.4))
            for worker in workers:
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait()
                worker.stdout.close()
        with clock.freeze(clock.now() + timedelta(minutes=10)):
            while outgoing.deliver_due():
                pass
    finally:
        server.stop()
    db.session.rollback()
    states = Counter(db.session.scalars(select(Notice.state)))
    assert set(states) <= {Delivery.SENT, Delivery.UNKNOWN} and sum(states.values()) == MAILS
    assert max(Counter(sink.received).values()) == 1
    assert states[Delivery.SENT] <= len(sink.received) <= MAILS


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_a_mail_that_kills_whoever_reads_it_is_held_back_and_stops_no_other(app, desk, monkeypatch):
    killer, *others = [
        spool.store(mail(f"trouble {n}", slug=f"k{n}").encode(), route="smtp") for n in range(3)
    ]
    read = process._read

    def deadly(row):
        if row.id == killer:
            raise SystemExit("as if the process had been killed")
        return read(row)

    monkeypatch.setattr(process, "_read", deadly)
    for minute in range(2 * process.MOST_CLAIMS):
        with clock.freeze(clock.now() + timedelta(minutes=minute)), suppress(SystemExit):
            process.process_waiting()
    outcomes = dict(db.session.execute(select(RawMessage.id, RawMessage.outcome)).all())
    assert outcomes == {killer: Outcome.QUARANTINED, **dict.fromkeys(others, Outcome.OPENED)}
