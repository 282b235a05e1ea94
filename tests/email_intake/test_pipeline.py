"""From bytes to incident, entry, reason or quarantine, and what happens when it is done twice."""

from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import event, func, select

from email_intake import addresses, opening, process, settle, spool
from email_intake.models import MailId, Outcome, RawMessage
from firstline import clock, jobs
from firstline.db import db, write
from firstline.signing import short_mac
from incidents import lifecycle
from incidents.conversation import say
from incidents.lifecycle import Change
from incidents.models import Channel, Entry, Event, Incident, Resolution, State, Visibility
from incidents.notices import Notice
from incidents.people import Person, Role, find_by_address


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path / 'firstline.db'}"


MAIL = """From: Erin Example <erin@example.com>
To: helpdesk@example.com
Subject: {subject}
Message-ID: <{id}@example.com>
{extra}
{text}
"""


def mail(text="The VPN drops every few minutes.", *, subject="VPN drops", slug="one", extra=""):
    return MAIL.format(text=text, subject=subject, id=slug, extra=extra + "\n" if extra else "")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_mail_opens_an_incident_for_its_sender(take):
    row = take(mail())
    assert (row.outcome, row.incident.title) == (Outcome.OPENED, "VPN drops")
    assert row.incident.description == "The VPN drops every few minutes."
    assert (row.incident.channel, row.incident.requester.email) == (Channel.MAIL, "erin@example.com")
    assert row.incident.is_unverified


def test_an_unknown_sender_becomes_a_contact_who_cannot_sign_in(take):
    take(mail())
    assert find_by_address("erin@example.com").role == Role.CONTACT


def test_the_same_bytes_twice_are_one_row_and_one_incident(take):
    assert take(mail()).id == take(mail()).id
    assert (count(RawMessage), count(Incident)) == (1, 1)


def test_one_mail_by_two_routes_is_one_incident_with_both_routes_recorded(take):
    first = take("Received: from a by b\n" + mail(), route="imap:1")
    second = take("Received: from c by d\nDelivered-To: helpdesk@example.com\n" + mail(), route="imap:2")
    assert (second.outcome, second.incident_id) == (Outcome.IGNORED, first.incident_id)
    assert "imap:1" in second.reason


def test_a_copy_that_is_read_at_the_same_moment_is_ignored_by_its_name(take, monkeypatch):
    first = take(mail(), route="imap:1")
    # As if it had been looked for just before the first one was committed.
    monkeypatch.setattr(settle, "settled_before", lambda session, cases: set())
    second = take("Delivered-To: helpdesk@example.com\n" + mail(), route="imap:2")
    assert (second.outcome, second.incident_id) == (Outcome.IGNORED, first.incident_id)
    assert "imap:1" in second.reason and count(Incident) == 1
    assert (second.message_id, second.sender) == (first.message_id, "erin@example.com")


def test_the_same_message_id_with_other_words_is_another_mail(take):
    assert take(mail("one thing")).incident_id != take(mail("another thing")).incident_id
    assert count(Incident) == 2


@pytest.mark.parametrize(
    ("step", "kept"),
    [("report_all", 0), ("settle_opened", 0), ("_put_on_its_team", 0), (None, 1)],
    ids=["before it is opened", "before its row is settled", "before the commit", "after the commit"],
)
def test_a_crash_at_any_point_of_opening_leaves_both_or_neither_and_doubles_nothing(
    take, monkeypatch, step, kept
):
    owner, name = (opening, step) if step else (jobs, "nudge")
    with monkeypatch.context() as crash:
        crash.setattr(owner, name, lambda *a, **k: 1 / 0)
        row = take(mail())
    assert (row.outcome == Outcome.OPENED, count(Incident)) == (bool(kept), kept)
    again = take(mail())
    assert (again.outcome, count(Incident), count(Notice)) == (Outcome.OPENED, 1, 1)


def test_what_fails_again_and_again_is_quarantined_with_its_error(take, monkeypatch):
    monkeypatch.setattr(opening, "report_all", lambda *a, **k: 1 / 0)
    for _attempt in range(process.MOST_ATTEMPTS):
        row = take(mail())
    assert (row.outcome, "ZeroDivisionError" in row.error) == (Outcome.QUARANTINED, True)


def test_one_bad_message_does_not_stop_the_next(take, app, monkeypatch):
    ids = spool_three()
    break_second(monkeypatch, ids, ZeroDivisionError)
    process.process_waiting()
    rows = [db.session.get(RawMessage, raw_id) for raw_id in ids]
    assert [row.outcome for row in rows] == [Outcome.OPENED, Outcome.WAITING, Outcome.OPENED]
    assert "ZeroDivisionError" in rows[1].error
    assert len(queued("offer-fixes", app)) == count(Incident) == count(Notice) == 2


def test_what_comes_together_is_opened_in_few_statements_and_each_becomes_what_it_is(app, desk):
    texts = [
        mail(slug="a"),
        mail(slug="b", text="The printer is jammed.").replace("erin@", "bob@"),
        "Delivered-To: helpdesk@example.com\n" + mail(slug="a"),
        mail(slug="c", text="And the screen flickers.", subject="Screen"),
        mail(slug="d", text="It is back.", extra="In-Reply-To: <a@example.com>"),
        with_file(slug="e").replace("erin@", "carol@"),
    ]
    ids = [spool.store(text.encode(), route=f"test:{at}") for at, text in enumerate(texts)]
    with statements(db.engine) as said:
        process.process_waiting()
    rows = [db.session.get(RawMessage, raw_id) for raw_id in ids]
    opened, ignored, appended = Outcome.OPENED, Outcome.IGNORED, Outcome.APPENDED
    assert [row.outcome for row in rows] == [opened, opened, ignored, opened, appended, opened]
    assert rows[0].incident_id == rows[2].incident_id == rows[4].incident_id
    assert [row.entry_id for row in rows if row.outcome == opened] == [
        row.incident.entries[0].id for row in rows if row.outcome == opened
    ]
    assert [file.name for file in rows[5].incident.entries[0].attachments] == ["log.txt"]
    assert count(Incident) == count(Notice) == 4
    # Three begin something and are written as one; the second mail of a person goes by itself.
    assert sum(one.startswith("INSERT INTO incident (") for one in said) == 2


def with_file(*, slug):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "erin@example.com", "helpdesk@example.com", "A log"
    made["Message-ID"] = f"<{slug}@example.com>"
    made.set_content("Here is the log.")
    made.add_attachment("line\n", filename="log.txt")
    return made.as_string()


@contextmanager
def statements(engine):
    said = []

    def note(_connection, _cursor, statement, *_more):
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_process_that_dies_amid_a_batch_keeps_none_of_it_and_the_next_doubles_nothing(
    app, desk, monkeypatch
):
    ids = spool_three()
    with monkeypatch.context() as crash:
        break_second(crash, ids, SystemExit)
        with pytest.raises(SystemExit):
            process.process_waiting()
    db.session.rollback()
    assert (count(Incident), count(Person), queued("offer-fixes", app)) == (0, 0, [])
    with clock.freeze(clock.now() + process.LEASE_FOR + timedelta(seconds=1)):
        process.process_waiting()
    assert count(Incident) == count(Notice) == 3
    assert len(queued("offer-fixes", app)) == 3


def test_a_reply_does_not_overtake_what_it_answers(app, desk):
    first = spool.store(mail(slug="a").encode(), route="test")
    reply = mail("Still so.", slug="b", extra="In-Reply-To: <a@example.com>")
    second = spool.store(reply.encode(), route="test")
    process.process(second)
    assert (db.session.get(RawMessage, second).outcome, count(Incident)) == (Outcome.WAITING, 0)
    process.process(first)
    with clock.freeze(clock.now() + process.LOOK_AGAIN_AFTER):
        process.process_waiting()
    rows = [db.session.get(RawMessage, raw_id) for raw_id in (first, second)]
    assert [row.outcome for row in rows] == [Outcome.OPENED, Outcome.APPENDED]
    assert (rows[0].incident_id, rows[1].attempts) == (rows[1].incident_id, 1)


def spool_three():
    texts = (mail(slug=slug, text=f"trouble {slug}").replace("erin@", f"{slug}@") for slug in ("a", "b", "c"))
    return [spool.store(text.encode(), route="test") for text in texts]


def break_second(monkeypatch, ids, error):
    settle = opening.settle_opened

    def broken(session, several):
        if ids[1] in [case.raw_id for case, _incident in several]:
            raise error
        return settle(session, several)

    monkeypatch.setattr(opening, "settle_opened", broken)


def queued(name, app):
    return [one for task, many in app.extensions["firstline_run"] if task == name for one in many]


def reply_to(incident, *, person=None, **more):
    address = addresses.reply_address(incident.id, (person or incident.requester).id)
    return mail(**more).replace("helpdesk@example.com", address)


def test_a_reply_to_our_signed_address_is_appended(take):
    opened = take(mail())
    row = take(reply_to(opened.incident, slug="two", text="It happens at home too."))
    assert (row.outcome, row.incident_id) == (Outcome.APPENDED, opened.incident_id)
    assert db.session.get(Entry, row.entry_id).text == "It happens at home too."
    assert count(Incident) == 1


def test_an_entry_is_appended_once_however_often_the_mail_is_processed(take):
    opened = take(mail())
    row = take(reply_to(opened.incident, slug="two", text="At home too."))
    process.process(row.id)
    take(reply_to(opened.incident, slug="two", text="At home too."))
    commented = select(func.count()).where(Entry.event == Event.COMMENTED)
    assert db.session.scalar(commented) == 1


def test_only_what_is_new_in_a_reply_is_appended(take):
    opened = take(mail())
    text = "At home too.\n\nOn Mon, 3 May 2026 at 10:00, Desk <helpdesk@example.com> wrote:\n> try this\n> ok\n-- \nErin"
    row = take(reply_to(opened.incident, slug="two", text=text))
    assert db.session.get(Entry, row.entry_id).text == "At home too."


@pytest.mark.parametrize(
    "address",
    [
        "helpdesk+INC-000001@example.com",
        "helpdesk+INC-000001.1.0000000000000000@example.com",
        "helpdesk+INC-000001.1.{half}@example.com",
    ],
)
def test_a_guessed_or_cut_reply_address_is_no_proof(take, address):
    opened = take(mail())
    half = short_mac(addresses.REPLY, f"{opened.incident_id}/{opened.incident.requester_id}")[:8]
    forged = mail(slug="two", text="let me in").replace("helpdesk@example.com", address.format(half=half))
    row = take(forged.replace("erin@", "mallory@"))
    assert (row.outcome, row.incident_id != opened.incident_id) == (Outcome.OPENED, True)


def test_a_number_in_the_subject_is_no_proof(take):
    opened = take(mail())
    row = take(mail(slug="two", subject=f"Re: VPN [{opened.incident.number}]").replace("erin@", "mallory@"))
    assert row.incident_id != opened.incident_id


def test_a_reference_to_our_signed_message_id_is_proof(take):
    opened = take(mail())
    ours = addresses.notice_id(opened.incident_id, 7)
    row = take(mail("At home too.", slug="two", extra=f"In-Reply-To: <{ours}>"))
    assert (row.outcome, row.reason) == (Outcome.APPENDED, "signed Message-ID")


def test_a_reference_to_a_known_mail_needs_a_participant(take):
    opened = take(mail(extra="Cc: bob@example.com"))
    extra = "References: <zero@example.com> <one@example.com>"
    bob = take(mail("Me too.", slug="two", extra=extra).replace("erin@", "bob@"))
    mallory = take(mail("Tell me.", slug="three", extra=extra).replace("erin@", "mallory@"))
    assert (bob.outcome, bob.incident_id) == (Outcome.APPENDED, opened.incident_id)
    assert (mallory.outcome, mallory.incident_id != opened.incident_id) == (Outcome.OPENED, True)


def test_an_agents_mail_is_no_answer_unless_proven(take, person):
    tess = person("tess", Role.AGENT)
    opened = take(mail())
    row = take(
        reply_to(opened.incident, person=tess, slug="two", text="Reboot it.").replace("erin@", "tess@")
    )
    entry = db.session.get(Entry, row.entry_id)
    assert (entry.event, entry.visibility) == (Event.NOTED, Visibility.INTERNAL)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("That solved it, thank you!", State.RESOLVED),
        ("It works now. Thanks", State.RESOLVED),
        ("Still not working :(", State.QUEUED),
        ("None of these helped.", State.QUEUED),
        ("Solved? No idea how to do step 2.", State.OFFERED),
        ("It works now but only at home", State.OFFERED),
        ("My phone number is 123", State.OFFERED),
    ],
)
def test_a_plain_reply_says_whether_it_is_solved_and_unclear_words_are_a_comment(take, words, state):
    opened = take(mail())
    row = take(reply_to(opened.incident, slug="two", text=words))
    assert (row.outcome, row.incident.state) == (Outcome.APPENDED, state)
    assert words in [entry.text for entry in row.incident.entries]


def test_works_now_confirms_what_support_resolved(take, person):
    tess, opened = person("tess", Role.AGENT), take(mail())
    lifecycle.change(
        opened.incident_id, Change(to=State.RESOLVED, note="x", resolution=Resolution.SUPPORT), by=tess
    )
    assert (
        take(reply_to(opened.incident, slug="two", text="Works again, thanks")).incident.state == State.CLOSED
    )


def test_a_reply_to_a_merged_incident_reaches_the_survivor(take):
    lost, survivor = take(mail()), take(mail("other", slug="other"))
    with write() as session:
        incident = session.get(Incident, lost.incident_id)
        incident.state, incident.merged_into_id = State.MERGED, survivor.incident_id
    assert take(reply_to(lost.incident, slug="two", text="more")).incident_id == survivor.incident_id


def test_an_out_of_office_answer_is_kept_inside_and_changes_nothing(take, person):
    tess, opened = person("tess", Role.AGENT), take(mail())
    lifecycle.change(
        opened.incident_id, Change(to=State.RESOLVED, note="x", resolution=Resolution.SUPPORT), by=tess
    )
    row = take(
        reply_to(opened.incident, slug="two", text="I am away", extra="Auto-Submitted: auto-replied; x=y")
    )
    assert (row.outcome, row.incident.state) == (Outcome.APPENDED, State.RESOLVED)
    assert db.session.get(Entry, row.entry_id).visibility == Visibility.INTERNAL


BOUNCE = """From: MAILER-DAEMON@mx.example.com
To: helpdesk@example.com
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

I could not deliver it.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; erin@example.com
Action: failed
Status: {status}

--b
Content-Type: message/rfc822

Message-ID: <{id}>
Subject: VPN drops

hello
--b--
"""


@pytest.mark.parametrize(("status", "is_gone"), [("5.1.1", True), ("4.4.1", False), ("5.2.2", False)])
def test_a_bounce_is_noted_inside_and_marks_an_address_that_is_gone(take, status, is_gone):
    opened = take(mail())
    (notice,) = db.session.scalars(select(Notice))
    ours = addresses.notice_id(opened.incident_id, notice.id)
    back = addresses.return_path(opened.incident_id, notice.id)
    row = take(BOUNCE.format(status=status, id=ours), envelope_from="", envelope_to=[back])
    assert (row.outcome, row.incident_id, row.incident.state) == (
        Outcome.APPENDED,
        opened.incident_id,
        State.OFFERED,
    )
    assert find_by_address("erin@example.com").is_undeliverable is is_gone


def test_a_bounce_anybody_could_have_written_marks_nobody(take):
    take(mail())
    row = take(BOUNCE.format(status="5.1.1", id="inc-1.notice-1.0000000000000000@example.com"))
    assert row.outcome == Outcome.IGNORED
    assert not find_by_address("erin@example.com").is_undeliverable


def bounced(take, *, days=0, **forged):
    """A bounce for Erin's acknowledgement, so many days later, by whoever knows its Message-ID."""
    opened = take(mail())
    (notice,) = db.session.scalars(select(Notice))
    told = {"incident": opened.incident_id, "notice": notice.id} | forged
    back = addresses.return_path(told["incident"], told["notice"])
    with write() as session:
        session.get(Notice, notice.id).created_at -= timedelta(days=days)
    id_ = addresses.notice_id(opened.incident_id, notice.id)
    return take(BOUNCE.format(status="5.1.1", id=id_), envelope_from="", envelope_to=[forged.get("to", back)])


@pytest.mark.parametrize(
    "forged",
    [
        {"to": "helpdesk@example.com"},
        {"to": "helpdesk+return-1.1.0000000000000000@example.com"},
        {"notice": 999},
        {"days": 8},
    ],
    ids=["to the desk", "made up", "of another notice", "too late"],
)
def test_a_bounce_by_somebody_who_only_has_the_letter_is_noted_and_marks_nobody(take, forged):
    row = bounced(take, **forged)
    assert (row.outcome, row.reason) == (Outcome.APPENDED, "bounce")
    assert not find_by_address("erin@example.com").is_undeliverable


def test_the_return_path_is_signed_and_proves_no_more_than_it_says(app):
    back = addresses.return_path(12, 34)
    assert back.startswith("helpdesk+return-12.34.") and len(back.partition("@")[0]) <= 64
    assert addresses.read_return_path(back.upper()).notice_id == 34
    assert addresses.read_return_path(back.replace("return-12", "return-13")) is None
    assert addresses.read_reply_address(back) is None


def test_a_released_mail_opens_its_incident_and_is_not_answered(take):
    row = take("X-Spam-Flag: YES\n" + mail())
    assert row.outcome == Outcome.QUARANTINED
    with write() as session:
        held = session.get(RawMessage, row.id)
        held.outcome, held.is_released = Outcome.WAITING, True
    process.process(row.id)
    db.session.rollback()
    row = db.session.get(RawMessage, row.id)
    assert (row.outcome, row.may_answer) == (Outcome.OPENED, False)


def test_many_and_large_attachments_are_capped_and_the_rest_is_named(take):
    parts = "".join(f"--b\nContent-Disposition: attachment; filename=file{n}.txt\n\n{n}\n" for n in range(14))
    row = take(mail(extra="Content-Type: multipart/mixed; boundary=b", text=f"--b\n\nhello\n{parts}--b--"))
    assert len(row.incident.entries[0].attachments) == 10
    assert "file13.txt" in row.incident.description


def test_somebody_elses_words_do_not_reopen_or_resolve(take, person):
    tess = person("tess", Role.AGENT)
    opened = take(mail(extra="Cc: bob@example.com"))
    lifecycle.change(
        opened.incident_id, Change(to=State.RESOLVED, note="x", resolution=Resolution.SUPPORT), by=tess
    )
    row = take(reply_to(opened.incident, slug="two", text="Still broken for me").replace("erin@", "bob@"))
    assert (row.outcome, row.incident.state) == (Outcome.APPENDED, State.RESOLVED)


def test_every_message_id_of_an_incident_is_remembered(take):
    opened = take(mail())
    assert [one.message_id for one in db.session.scalars(select(MailId))] == ["one@example.com"]
    assert db.session.get(Person, opened.incident.requester_id).email == "erin@example.com"
    say(opened.incident_id, by=opened.incident.requester, text="more", channel=Channel.PORTAL)
