"""One stage of the mail channel in a process of its own: says `ready`, begins at a line, ends at another.

`python -m benchmarks.mail_stages open` settles what waits until it is told to end; `acknowledge`
renders so many of what is owed, with suggestions. Either prints its seconds and its seconds of CPU.
"""

import sys
import threading
from time import perf_counter, process_time

from flask import current_app
from sqlalchemy import insert, select

from commands.context import create_context
from email_intake import outgoing, process
from firstline.app import settings_of
from firstline.db import db, write
from incidents import selfhelp
from incidents.kinship.lookalikes import MOST_COMPARED, words_of
from incidents.kinship.models import IncidentVector
from incidents.models import OPEN, Incident
from incidents.notices import Notice, Topic
from knowledge_base.embedding import try_encoder


def main(stage: str) -> None:
    app = create_context(JOBS_INLINE=True)
    with app.app_context():
        if stage == "acknowledge":
            know_what_is_open()
            acknowledge(1)
        print("ready", flush=True)
        many = int(sys.stdin.readline())
        began, spent = perf_counter(), process_time()
        if stage == "acknowledge":
            acknowledge(many)
        else:
            settle_until_told()
        print(perf_counter() - began, process_time() - spent, flush=True)


def know_what_is_open() -> None:
    """Give each open incident the vector that it got when it came; those of the seed share their words."""
    encoder, reason = try_encoder(settings_of(current_app).model_dir)
    if encoder is None:
        raise RuntimeError(f"no suggestions without a model: {reason}")
    owed = select(Notice.incident_id).where(Notice.topic == Topic.ACKNOWLEDGED)
    open_ones = select(Incident).where(Incident.state.in_(OPEN), Incident.id.not_in(owed))
    known: dict[str, bytes] = {}
    rows = []
    for incident in db.session.scalars(open_ones.order_by(Incident.id.desc()).limit(MOST_COMPARED)):
        words = words_of(incident)
        if words not in known:
            known[words] = encoder.encode([words])[0].tobytes()
        rows.append({"incident_id": incident.id, "model": encoder.identity, "vector": known[words]})
    with write() as session:
        session.execute(insert(IncidentVector), rows)


def settle_until_told() -> None:
    told = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=[told], daemon=True).start()
    while not told.is_set():
        if not process.process_waiting():
            told.wait(0.02)
        db.session.remove()


def _wait_for_the_end(told: threading.Event) -> None:
    sys.stdin.readline()
    told.set()


def acknowledge(many: int) -> None:
    """Search fixes for incidents that came by mail, offer them, render the mail."""
    owed = select(Notice.id, Notice.incident_id).where(Notice.topic == Topic.ACKNOWLEDGED)
    rows = db.session.execute(owed.order_by(Notice.id.desc()).limit(many)).all()
    for notice_id, incident_id in rows:
        selfhelp.offer(incident_id)
        notice = db.session.get_one(Notice, notice_id)
        notice.message_id = notice.message_id or f"bench-{notice_id}@example.com"
        outgoing.compose(notice).as_bytes()
        db.session.rollback()


if __name__ == "__main__":
    main(sys.argv[1])
