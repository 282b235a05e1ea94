"""The hard list by number, where a case needs several mails: each folder of the corpus is one story.

`series.json` has `people`, `mailboxes` and `steps`. A step is a mail with what must become of it, or
one of `send` (deliver what is owed), `advance` (hours), `do` (what support or time does) and
`check`. The mails name what only we can sign: {reply-address}, {ack-id}, {torn-ack-id}, {subject-tag}, {marker}, {loop}.
"""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from email_intake import addresses, outgoing, process, quarantine, spool
from email_intake.models import ExternalReference, Flood, LocalMail, Mailbox, Outcome, RawMessage
from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.lifecycle import Change
from incidents.models import Entry, Incident, Resolution, State
from incidents.notices import Delivery, Notice
from incidents.people import Person, Role, find_by_address

CORPUS = Path(__file__).with_name("corpus")
SERIES = sorted(path.parent for path in CORPUS.glob("*/series.json"))
STARTED_AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SIGNED = re.compile(
    rb"\{(reply-address|return-path|ack-id|torn-ack-id|subject-tag|marker|loop)(?::(\w+))?(?::(\w+))?\}"
)


@dataclass
class Story:
    """What the mails and steps of one series have called by a letter so far."""

    folder: Path
    mailboxes: dict[str, int] = field(default_factory=dict)
    incidents: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def signed(self, match: re.Match[bytes]) -> bytes:
        """What stands for a placeholder: `{reply-address}`, `{reply-address:A}`, `{reply-address:A:tess}`."""
        kind, letter, name = (part.decode() if part else "" for part in match.groups())
        incident = db.session.get_one(Incident, self.incidents[letter or "A"])
        person_id = self.people[name] if name else incident.requester_id
        sent = select(Notice.id).where(Notice.incident_id == incident.id, Notice.recipient_id == person_id)
        notice_id = db.session.scalar(sent.order_by(Notice.id.desc()).limit(1)) or 999
        return {
            "reply-address": lambda: addresses.reply_address(incident.id, person_id),
            "return-path": lambda: addresses.return_path(incident.id, notice_id),
            "ack-id": lambda: addresses.notice_id(incident.id, notice_id),
            "torn-ack-id": lambda: addresses.notice_id(incident.id, notice_id).replace(
                "notice-", "notice-\n  "
            ),
            "subject-tag": lambda: addresses.subject_tag(incident),
            "marker": lambda: addresses.marker(incident.id, notice_id),
            "loop": addresses.loop_value,
        }[kind]().encode()


def test_there_are_series():
    assert len(SERIES) > 40


@pytest.mark.parametrize("folder", SERIES, ids=[folder.name for folder in SERIES])
def test_the_series(folder, app, desk):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], authserv_id="mx.example.com")
    script = json.loads((folder / "series.json").read_text())
    story = Story(folder)
    with clock.freeze(STARTED_AT):
        set_up(story, script)
        for step in script["steps"]:
            clock.advance(timedelta(seconds=step.get("after_s", 5)))
            kind = next(name for name in STEPS if name in step)
            STEPS[kind](story, step)
            db.session.rollback()


def set_up(story, script):
    with write() as session:
        for one in script.get("people", ()):
            person = Person(email=one["address"], name=one["name"], role=Role(one["role"]))
            session.add(person)
            session.flush()
            story.people[one["name"].split()[0].lower()] = person.id
        for one in script.get("mailboxes", ()):
            mailbox = Mailbox(**one)
            session.add(mailbox)
            session.flush()
            story.mailboxes[one["name"]] = mailbox.id


def take_mail(story, step):
    raw = SIGNED.sub(story.signed, (story.folder / step["mail"]).read_bytes())
    for number in range(step.get("times", 1)):
        one = raw.replace(b"{n}", str(number).encode())
        place = None
        if "into" in step:
            uid = 100 + len(story.rows) + number
            place = spool.Place(mailbox_id=story.mailboxes[step["into"]], uidvalidity=1, uid=uid)
        route = step.get("route", f"imap:{place.mailbox_id}" if place else "test")
        envelope = {"envelope_from": step.get("envelope_from"), "envelope_to": step.get("envelope_to", ())}
        received_at = clock.now() - timedelta(hours=step.get("received_h_ago", 0))
        raw_id = spool.store(one, route=route, place=place, received_at=received_at, **envelope)
        process.process(raw_id)
        db.session.rollback()
    row = db.session.get_one(RawMessage, raw_id)
    story.rows[step["mail"]] = raw_id
    check_row(story, step, row)


def check_row(story, step, row):
    assert row.error == ""
    assert row.outcome == step["outcome"], row.reason
    assert step.get("reason", "") in row.reason
    if "incident" in step:
        known = story.incidents.setdefault(step["incident"], row.incident_id)
        assert row.incident_id == known
        taken = [letter for letter, number in story.incidents.items() if number == row.incident_id]
        assert taken == [step["incident"]], "the same incident under two letters"
    for name, wanted in step.items():
        if check := ROW_CHECKS.get(name):
            assert check(row) == wanted, name
    if "text" in step or "has" in step or "lacks" in step:
        said = entry_of(row).text or row.incident.description
        assert said == step.get("text", said)
        assert all(words in said for words in step.get("has", ()))
        assert not any(words in said for words in step.get("lacks", ()))


def entry_of(row):
    return db.session.get_one(Entry, row.entry_id)


def entries_of(row):
    return db.session.scalars(select(Entry).where(Entry.incident_id == row.incident_id)).all()


ROW_CHECKS = {
    "sender": lambda row: row.sender,
    "may_answer": lambda row: row.may_answer,
    "event": lambda row: entry_of(row).event,
    "visibility": lambda row: entry_of(row).visibility,
    "author": lambda row: entry_of(row).author.email if entry_of(row).author else None,
    "facts": lambda row: dict(entry_of(row).facts),
    "files": lambda row: [one.name for one in entry_of(row).attachments],
    "title": lambda row: row.incident.title,
    "state": lambda row: row.incident.state,
    "requester": lambda row: row.incident.requester.email,
    "logged_by": lambda row: row.incident.logged_by.email if row.incident.logged_by else None,
    "unverified": lambda row: row.incident.is_unverified,
    "urgency": lambda row: row.incident.urgency,
    "notes": lambda row: len([one for one in entries_of(row) if one.event == "noted"]),
    "entries": lambda row: len(entries_of(row)),
    "defects": lambda row: list(row.defects),
}


def send(story, step):
    """Deliver what is owed; `sent` are the recipients since the last time, `says` what the latest says."""
    before = db.session.scalar(select(func.count()).select_from(LocalMail))
    for incident in db.session.scalars(select(Incident)).all():
        with write() as session:
            session.get_one(Incident, incident.id).suggested_at = clock.now()
    outgoing.deliver_due()
    letters = db.session.scalars(select(LocalMail).order_by(LocalMail.id)).all()[before:]
    assert sorted(one.recipient for one in letters) == sorted(step["send"])
    for words in step.get("says", ()):
        assert words in letters[-1].raw.decode("utf-8", "replace").replace("=\n", "")
    for words in step.get("says_not", ()):
        assert not any(words in one.raw.decode("utf-8", "replace") for one in letters)


def advance(story, step):
    clock.advance(timedelta(hours=step["advance"]))


def do(story, step):
    incident_id = story.incidents.get(step.get("incident", "A"), 0)
    if step["do"] == "resolve":
        wanted = Change(to=State.RESOLVED, note="Done.", resolution=Resolution.SUPPORT)
        lifecycle.change(incident_id, wanted, by=agent(story))
    elif step["do"] == "close":
        lifecycle.change(incident_id, Change(to=State.CLOSED, note="Done."), by=agent(story))
    elif step["do"] == "take":
        lifecycle.take(incident_id, by=agent(story))
    elif step["do"] == "merge":
        with write() as session:
            incident = session.get_one(Incident, incident_id)
            incident.state, incident.merged_into_id = State.MERGED, story.incidents[step["with"]]
    elif step["do"] in {"replay", "release"}:
        raw_id = story.rows[step["mail"]]
        quarantine.judge_again(raw_id, is_released=step["do"] == "release")
        process.process(raw_id)
        db.session.rollback()
        check_row(story, step, db.session.get_one(RawMessage, raw_id))
    else:
        raise ValueError(step["do"])


def agent(story):
    return db.session.get_one(Person, story.people["tess"])


def check(story, step):
    """Numbers and states after what went before."""
    for name, wanted in step["check"].items():
        assert CHECKS[name](story) == wanted, name


CHECKS = {
    "incidents": lambda story: db.session.scalar(select(func.count()).select_from(Incident)),
    "waiting": lambda story: db.session.scalar(
        select(func.count()).where(RawMessage.outcome == Outcome.WAITING)
    ),
    "rows": lambda story: db.session.scalar(select(func.count()).select_from(RawMessage)),
    "people": lambda story: db.session.scalar(select(func.count()).select_from(Person)),
    "owed": lambda story: db.session.scalar(select(func.count()).where(Notice.state == Delivery.DUE)),
    "undeliverable": lambda story: sorted(
        db.session.scalars(select(Person.email).where(Person.is_undeliverable))
    ),
    "states": lambda story: {
        letter: db.session.get_one(Incident, number).state for letter, number in story.incidents.items()
    },
    "counted": lambda story: sum(db.session.scalars(select(Flood.count))),
    "numbers": lambda story: [
        [one.domain, one.number] for one in db.session.scalars(select(ExternalReference))
    ],
    "known": lambda story: find_by_address("ceo@example.com") is not None,
    "suppressed": lambda story: [
        one.error for one in db.session.scalars(select(Notice).where(Notice.state == Delivery.SUPPRESSED))
    ],
}
STEPS = {"do": do, "mail": take_mail, "send": send, "advance": advance, "check": check}
