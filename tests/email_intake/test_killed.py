"""Workers that are killed at any moment, and compete, lose nothing and double nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

from sqlalchemy import func, select

from email_intake import outgoing, process, spool
from email_intake.models import LocalMail, Outcome, RawMessage
from firstline import clock
from firstline.db import db
from incidents.models import Entry, Event, Incident
from incidents.notices import Delivery, Notice
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


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))
