"""One stage of the mail channel in a process of its own: says `ready`, begins at a line, ends at another.

`python -m benchmarks.mail_stages open` settles what waits until it is told to end; `acknowledge PART OF`
renders so many of what is owed, with suggestions, of every `OF` notices one, by as many threads as one of
so many workers has. Either does one before it is ready, and prints its seconds and its seconds of CPU.
"""

import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from time import perf_counter, process_time

from flask import Flask, current_app
from sqlalchemy import func, insert, select
from sqlalchemy.orm.attributes import set_committed_value

from commands.context import create_context
from commands.cores import threads_of_worker
from commands.memory import leave_alone_what_stays
from email_intake import outgoing, process
from email_intake.models import RawMessage
from firstline.app import settings_of
from firstline.db import db, write
from incidents import offering
from incidents.kinship.models import IncidentVector
from incidents.kinship.telling import MOST_COMPARED, words_of
from incidents.models import OPEN, Incident
from incidents.notices import Notice, Topic
from knowledge_base import indexing
from knowledge_base.embedding import try_report_encoder


def main(stage: str, part: int = 0, of: int = 1) -> None:
    app = create_context(JOBS_INLINE=True)
    with app.app_context():
        if stage == "acknowledge":
            if part == 0:
                know_articles()
                know_what_is_open()
            acknowledge(1, part=part, of=of)
        else:
            process.process(db.session.scalars(select(func.min(RawMessage.id))).one())
        leave_alone_what_stays()
        print("ready", flush=True)
        many = int(sys.stdin.readline())
        began, spent = perf_counter(), process_time()
        if stage == "acknowledge":
            acknowledge(many, part=part, of=of)
        else:
            settle_until_told()
        print(perf_counter() - began, process_time() - spent, flush=True)


def know_articles() -> None:
    """Give each article its vectors, as a desk at work has them."""
    done, published = indexing.progress()
    while done < published:
        indexing.index_articles()
        done, published = indexing.progress()


def know_what_is_open() -> None:
    """Give each open incident the vector that it got when it came; those of the seed share their words."""
    encoder, reason = try_report_encoder(settings_of(current_app).model_dir)
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


def acknowledge(many: int, *, part: int, of: int) -> None:
    """Search fixes for incidents that came by mail, offer them, render the mail."""
    owed = select(Notice.id, Notice.incident_id).where(
        Notice.topic == Topic.ACKNOWLEDGED, Notice.id % of == part
    )
    rows = [tuple(row) for row in db.session.execute(owed.order_by(Notice.id.desc()).limit(many))]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(threads_of_worker(of)) as pool:
        list(pool.map(lambda some: _acknowledge(app, some), batched(rows, offering.AT_ONCE)))


def _acknowledge(app: Flask, owed: Sequence[tuple[int, int]]) -> None:
    """As many as one job brings: those whose mails were opened together."""
    with app.app_context():
        offering.offer(*(incident_id for _notice_id, incident_id in owed))
        for notice_id, _incident_id in owed:
            db.session.rollback()
            notice = outgoing.owed(notice_id)
            # As claiming does, which is part of the delivery.
            set_committed_value(notice, "message_id", f"bench-{notice_id}@example.com")
            outgoing.compose(notice).as_bytes()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
