"""Two desks that write to each other: real messages through both pipelines, and it ends."""

from contextlib import ExitStack, contextmanager
from contextvars import Context

import pytest
from sqlalchemy import func, select

from email_intake import outgoing, process, spool
from email_intake.models import LocalMail, Outcome, RawMessage
from firstline import clock
from firstline.app import create_core
from firstline.db import db, write
from firstline.settings import Settings
from incidents.models import Entry, Incident
from tests.email_intake.conftest import MODELS

MOST_MAILS = 60
HUMAN = "From: Erin <erin@staff.example>\nTo: {to}\nCc: {cc}\nSubject: VPN drops\nMessage-ID: <first@staff.example>\n\nHelp."
# What a gateway between two desks may take away, from nothing to all that tells a machine from a person.
MARKS = {
    "nothing": (),
    "the marks of RFC 3834": ("auto-submitted", "precedence", "x-auto-response-suppress", "x-firstline-loop", "list-id"),
    "all marks and threads": (
        "auto-submitted", "precedence", "x-auto-response-suppress", "x-firstline-loop", "list-id", "in-reply-to",
        "references", "reply-to", "message-id",
    ),
}  # fmt: skip


class Desk:
    """One installation: an app of its own on a database of its own."""

    def __init__(self, folder, address):
        environ = {
            "FIRSTLINE_DATA_DIR": str(folder),
            "FIRSTLINE_SECRET_KEY": f"a secret of {address} only",
            "FIRSTLINE_HELPDESK_ADDRESS": address,
        }
        self.app = create_core(Settings.from_environ(environ), models=MODELS, TESTING=True, JOBS_INLINE=True)
        self.address, self.read_to = address, 0
        self.run(db.create_all)

    def run(self, work, *arguments):
        def inside():
            with self.app.app_context():
                try:
                    return work(*arguments)
                finally:
                    db.session.remove()

        return Context().run(inside)

    def take(self, raw):
        self.run(lambda: process.process(spool.store(raw, route="smtp")))

    def send(self):
        """What leaves now, as bytes."""

        def work():
            with write() as session:
                for incident in session.scalars(select(Incident)):
                    incident.suggested_at = clock.now()
            outgoing.deliver_due()
            found = select(LocalMail).where(LocalMail.id > self.read_to).order_by(LocalMail.id)
            letters = db.session.scalars(found).all()
            self.read_to = max([self.read_to, *(one.id for one in letters)])
            return [(one.recipient, bytes(one.raw)) for one in letters]

        return self.run(work)

    def count(self, *conditions):
        counted = select(func.count()).select_from(RawMessage).where(*conditions)
        return self.run(lambda: db.session.scalar(counted))

    def close(self):
        self.run(lambda: db.engine.dispose())


@contextmanager
def two_desks(folder):
    with ExitStack() as stack:
        pair = [Desk(folder / "a", "desk@a.example"), Desk(folder / "b", "desk@b.example")]
        for desk in pair:
            stack.callback(desk.close)
        yield pair


def without(raw, marks, number):
    """The message as a careless gateway passes it on; where the thread is gone, the subject is new too."""
    head, gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n")
    kept = [line for line in lines if line.partition(b":")[0].lower().decode() not in marks]
    if "message-id" in marks:
        kept = [line for line in kept if not line.lower().startswith(b"subject")]
        kept.append(b"Subject: Case %d" % number)
        body = b"Your case %d is open." % number
    return b"\n".join(kept) + gap + body


@pytest.mark.parametrize("taken", MARKS)
def test_two_desks_that_answer_each_other_stop(tmp_path, taken):
    with two_desks(tmp_path) as (one, other):
        # Each believes that the other desk is the person who reports.
        one.take(HUMAN.format(to=one.address, cc="x@staff.example").replace("erin@staff", "desk@b").encode())
        mails, quiet = 0, False
        while not quiet and mails < 10 * MOST_MAILS:
            sent = [*one.send(), *other.send()]
            quiet = not sent
            for recipient, raw in sent:
                mails += 1
                to = other if recipient == other.address else one
                to.take(without(raw, MARKS[taken], mails))
        assert quiet and 1 <= mails <= MOST_MAILS
        for desk in (one, other):
            assert desk.count(RawMessage.outcome == Outcome.WAITING) == 0


def test_a_human_is_told_when_answers_stop(tmp_path):
    with two_desks(tmp_path) as (one, other):
        one.take(HUMAN.format(to=one.address, cc="x@staff.example").replace("erin@staff", "desk@b").encode())
        for number in range(40):
            for recipient, raw in [*one.send(), *other.send()]:
                to = other if recipient == other.address else one
                to.take(without(raw, MARKS["all marks and threads"], number))
        told = (
            select(func.count()).select_from(Entry).where(Entry.text.contains("No acknowledgement went to"))
        )
        assert sum(desk.run(lambda: db.session.scalar(told)) for desk in (one, other)) >= 1
