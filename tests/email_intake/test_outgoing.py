"""What is owed leaves once: to a real SMTP server, or into the local mailbox."""

import re
import smtplib
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from email_intake import addresses, mailbox, outgoing, transport
from firstline import clock, signing
from firstline.db import db, write
from incidents import lifecycle, notices, outages
from incidents.conversation import say
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Entry, Incident, Resolution, State
from incidents.notices import Delivery, Notice
from incidents.outages import Announcement
from incidents.people import Role
from incidents.remediations.models import Remediation
from incidents.selfhelp import offer_fixes
from tests import servers
from tests.email_intake.test_pipeline import mail, reply_to


class Inbox:
    """A real mail server that keeps what it gets, or answers as it is told."""

    def __init__(self):
        self.messages, self.answer, self.rcpt_answer = [], "250 OK", "250 OK"
        self.sessions, self.hangs_up = set(), False
        self.senders, self.only_as = [], None

    async def handle_NOOP(self, server, session, envelope, argument):  # noqa: N802 - aiosmtpd's name
        if self.hangs_up:
            server.transport.abort()
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.only_as not in {None, address}:
            return "553 5.7.1 Not you"
        self.senders.append(address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.sessions.add(session)
        if self.answer == "hang up":
            server.transport.abort()
            return "451 gone"
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@pytest.fixture
def inbox(app):
    """A second aiosmtpd as the company's outgoing server."""
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=servers.free_port())
    controller.start()
    url = f"smtp://127.0.0.1:{controller.port}"
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url=url)
    yield inbox
    controller.stop()


def only_notice():
    db.session.rollback()
    (notice,) = db.session.scalars(select(Notice))
    return notice


def acknowledged(take, **more):
    row = take(mail(**more))
    offer_fixes(row.incident_id)
    outgoing.deliver_due()
    return row


def wait_for_fixes(incident_id):
    with write() as session:
        session.get(Incident, incident_id).suggested_at = clock.now()


def test_the_sender_gets_one_acknowledgement_with_number_and_signed_reply_address(take, inbox):
    row = acknowledged(take)
    (sent,) = inbox.messages
    assert row.incident.number in sent["Subject"] and sent["Subject"].startswith("Re: VPN drops")
    proof = addresses.read_reply_address(sent["Reply-To"])
    assert (proof.incident_id, proof.person_id) == (row.incident_id, row.incident.requester_id)
    outgoing.deliver_due()
    assert len(inbox.messages) == 1


def test_the_acknowledgement_says_that_it_is_automatic_and_threads_onto_the_mail(take, inbox):
    acknowledged(take)
    (sent,) = inbox.messages
    assert (sent["Auto-Submitted"], sent["In-Reply-To"]) == ("auto-replied", "<one@example.com>")
    assert sent[addresses.LOOP_HEADER] == addresses.loop_value()
    assert addresses.read_notice_id(sent["Message-ID"].strip("<>")).incident_id == only_notice().incident_id


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("erin.home@example.com", "erin.home@example.com"),
        ("eve@elsewhere.example", "erin@example.com"),
        ("helpdesk@example.com", "erin@example.com"),
        ("erin home@example", "erin@example.com"),
    ],
    ids=["the same domain", "a stranger's", "our own", "no address"],
)
def test_case_018_a_reply_to_moves_the_answers_only_where_it_can_be_believed(take, inbox, asked, goes_to):
    row = acknowledged(take, extra=f"Reply-To: {asked}")
    assert row.incident.requester.email == "erin@example.com"
    (sent,) = inbox.messages
    assert sent["To"].addresses[0].addr_spec == goes_to


def test_case_018_people_with_an_account_are_written_to_where_we_know_them(take, inbox, person):
    person("erin")
    acknowledged(take, extra="Reply-To: erin.home@example.com")
    (sent,) = inbox.messages
    assert sent["To"].addresses[0].addr_spec == "erin@example.com"


def test_it_has_text_and_html_and_no_picture_from_elsewhere(take, inbox):
    row = acknowledged(take)
    (sent,) = inbox.messages
    text = sent.get_body(("plain",)).get_content()
    html = sent.get_body(("html",)).get_content()
    assert row.incident.number in text and row.incident.number in html
    assert "<img" not in html and "<script" not in html
    assert "white-space:pre" not in html, "Outlook does not know it and would run paragraphs together"


def test_its_links_are_signed_for_the_requester(take, inbox, monkeypatch):
    fix = outgoing.render.FixShown(
        title="Restart the VPN", steps=("Quit it", "Start it"), url="http://x/fixes/vpn"
    )
    monkeypatch.setattr(outgoing.render, "_fixes", lambda incident: (fix,))
    row = take(mail())
    wait_for_fixes(row.incident_id)
    outgoing.deliver_due()
    (sent,) = inbox.messages
    text = sent.get_body(("plain",)).get_content()
    assert "* Restart the VPN" in text and "1. Quit it" in text
    said = [signing.unsign("answer", token) for token in re.findall(r"/answer/(\S+)", text)]
    assert [(one["incident"], one["person"], one["solved"]) for one in said] == [
        (row.incident_id, row.incident.requester_id, True),
        (row.incident_id, row.incident.requester_id, False),
    ]


def test_it_asks_whether_it_is_the_same_as_others_have_and_tells_none_of_their_words(take, inbox, person):
    told = Report(
        requester_id=person("ann").id,
        title="VPN drops",
        description="VPN drops every few minutes since this morning, error 619, hush",
        channel=Channel.PORTAL,
    )
    earlier = report(told)
    row = acknowledged(take, text="the VPN drops every few minutes since this morning, error 619")
    text = inbox.messages[0].get_body(("plain",)).get_content()
    assert "Somebody else reported something like it." in text and "Me too: http" in text
    assert "hush" not in text and earlier.number not in text
    said = [signing.unsign("join", token) for token in re.findall(r"/answer/join/(\S+)", text)]
    assert [(one["incident"], one["other"], one["is_same"]) for one in said] == [
        (row.incident_id, earlier.id, True),
        (row.incident_id, earlier.id, False),
    ]


def test_it_tells_of_a_known_fault_and_offers_to_hear_of_its_end(take, inbox, person, desk):
    tess = person("tess", Role.AGENT, desk["first"])
    outages.declare(Announcement(title="VPN is slow", service="vpn"), by=tess)
    acknowledged(take, text="my vpn drops")
    text = inbox.messages[0].get_body(("plain",)).get_content()
    assert "We know of this, since" in text and "hear when it is over" in text and "Me too: http" in text


@pytest.mark.parametrize("signs_in", [True, False])
def test_what_can_be_done_at_once_is_offered_to_who_can_sign_in(take, inbox, person, signs_in):
    unlock = {"slug": "unlock", "name": "Unlock", "offer": "Unlock my account now", "is_offered": True}
    ada = person("ada", Role.ADMIN)
    if signs_in:
        person("erin")
    row = take(mail())
    with write() as session:
        session.add(Remediation(**unlock, categories=["network"], by_id=ada.id))
        session.get_one(Incident, row.incident_id).category = "network"
    wait_for_fixes(row.incident_id)
    outgoing.deliver_due()
    text = inbox.messages[0].get_body(("plain",)).get_content()
    assert ("Unlock my account now: http" in text) is signs_in


def test_it_waits_for_the_fixes_but_not_longer_than_30_seconds(take, inbox):
    take(mail())
    assert outgoing.deliver_due() == 0
    with clock.freeze(clock.now() + timedelta(seconds=31)):
        assert outgoing.deliver_due() == 1
    assert len(inbox.messages) == 1


@pytest.mark.parametrize(
    "extra",
    [
        "Precedence: list\nList-Id: <all.example.com>\nList-Post: <mailto:all@example.com>",
        "X-Auto-Response-Suppress: All",
    ],
)
def test_a_mail_that_asks_for_no_answer_opens_an_incident_and_gets_none(take, inbox, extra):
    row = acknowledged(take, extra=extra)
    assert (row.incident.state in {State.OFFERED, State.QUEUED}, inbox.messages) == (True, [])
    assert only_notice().state == Delivery.SUPPRESSED


def test_a_dead_mail_server_is_tried_again_later(take, app):
    app.config["SETTINGS"] = replace(
        app.config["SETTINGS"], smtp_url=f"smtp://127.0.0.1:{servers.free_port()}"
    )
    acknowledged(take)
    notice = only_notice()
    assert (notice.state, notice.attempts) == (Delivery.DUE, 1)
    assert notice.not_before > clock.now() and "cannot be reached" in notice.error


def test_a_temporary_refusal_is_tried_again_and_arrives_once(take, inbox):
    inbox.answer = "451 busy"
    acknowledged(take)
    inbox.answer = "250 OK"
    with clock.freeze(clock.now() + timedelta(minutes=5)):
        outgoing.deliver_due()
        outgoing.deliver_due()
    assert (only_notice().state, len(inbox.messages)) == (Delivery.SENT, 1)


def test_a_permanent_refusal_is_not_tried_again(take, inbox):
    inbox.rcpt_answer = "550 no such user"
    acknowledged(take)
    notice = only_notice()
    assert (notice.state, "550" in notice.error) == (Delivery.FAILED, True)


def test_a_connection_that_breaks_while_sending_leaves_it_unknown(take, inbox):
    inbox.answer = "hang up"
    acknowledged(take)
    assert only_notice().state == Delivery.UNKNOWN


def test_a_process_that_died_while_sending_leaves_it_unknown_and_it_is_not_sent_again(take, inbox):
    row = take(mail())
    wait_for_fixes(row.incident_id)
    notice_id = only_notice().id
    assert outgoing._claim(notice_id) and not outgoing._claim(notice_id)
    with clock.freeze(clock.now() + timedelta(minutes=10)):
        outgoing.deliver_due()
    assert (only_notice().state, inbox.messages) == (Delivery.UNKNOWN, [])


def test_the_message_id_is_in_the_row_before_anything_is_sent(take, inbox, monkeypatch):
    seen = []
    monkeypatch.setattr(
        transport.Courier, "send", lambda _courier, message, **_to: seen.append(only_notice().message_id)
    )
    acknowledged(take)
    assert seen == [only_notice().message_id]


def test_an_agents_answer_reaches_the_requester_in_their_thread(take, inbox, person):
    tess, row = person("tess", Role.AGENT), acknowledged(take)
    say(row.incident_id, by=tess, text="Please restart the router.\nTess", channel=Channel.PORTAL)
    outgoing.deliver_due()
    sent = inbox.messages[-1]
    assert "Please restart the router." in sent.get_body(("plain",)).get_content()
    assert "<one@example.com>" in sent["References"]
    assert "Auto-Submitted" not in sent


def test_a_reply_to_that_answer_with_a_real_client_threads_onto_the_incident(take, inbox, person):
    tess, row = person("tess", Role.AGENT), acknowledged(take)
    say(row.incident_id, by=tess, text="Restart it.", channel=Channel.PORTAL)
    outgoing.deliver_due()
    sent = inbox.messages[-1]
    answer = mail("Done, and it still drops.", slug="two", extra=f"In-Reply-To: {sent['Message-ID']}")
    assert take(answer).incident_id == row.incident_id


def test_a_resolution_asks_whether_it_is_solved(take, inbox, person):
    tess, row = person("tess", Role.AGENT), acknowledged(take)
    wanted = Change(to=State.RESOLVED, note="New cable", resolution=Resolution.SUPPORT)
    lifecycle.change(row.incident_id, wanted, by=tess)
    outgoing.deliver_due()
    text = inbox.messages[-1].get_body(("plain",)).get_content()
    assert "Yes, it is solved" in text and "No, open it again" in text and "New cable" in text


@pytest.mark.parametrize(
    ("authserv_id", "words"),
    [(None, "kept as an internal note"), ("mx.example.com", "to answer the requester")],
)
def test_support_reads_what_a_reply_by_mail_would_do(take, app, inbox, person, authserv_id, words):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], authserv_id=authserv_id)
    tess, row = person("tess", Role.AGENT), acknowledged(take)
    lifecycle.take(row.incident_id, by=tess)
    take(reply_to(row.incident, slug="two", text="It is the third floor."))
    outgoing.deliver_due()
    told = next(one for one in inbox.messages if one["To"] and "tess" in one["To"])
    assert words in " ".join(told.get_body(("plain",)).get_content().split())


def test_the_owner_hears_of_the_requesters_words(take, inbox, person):
    tess, row = person("tess", Role.AGENT), acknowledged(take)
    lifecycle.take(row.incident_id, by=tess)
    take(reply_to(row.incident, slug="two", text="It is the third floor."))
    outgoing.deliver_due()
    assert "tess@example.com" in inbox.messages[-1]["To"]


def test_nothing_is_sent_to_an_undeliverable_address(take, inbox):
    row = take(mail())
    with write() as session:
        session.get(Incident, row.incident_id).requester.is_undeliverable = True
    wait_for_fixes(row.incident_id)
    outgoing.deliver_due()
    assert (inbox.messages, only_notice().state) == ([], Delivery.SUPPRESSED)


def test_two_desks_that_answer_each_other_end_after_a_while(take, inbox):
    for turn in range(outgoing.MOST_ACKNOWLEDGEMENTS + 5):
        row = take(mail(f"Your request {turn} has been received", slug=f"loop{turn}"))
        wait_for_fixes(row.incident_id)
        outgoing.deliver_due()
    assert len(inbox.messages) == outgoing.MOST_ACKNOWLEDGEMENTS


def test_without_a_mail_server_it_can_be_read_in_the_local_mailbox(take):
    row = acknowledged(take)
    (letter,) = mailbox.list_letters(recipient="Erin@example.com")
    assert row.incident.number in letter.subject and row.incident.number in letter.text
    assert "<table" in letter.html
    assert mailbox.find_letter(letter.id) == letter
    assert mailbox.find_letter(999) is None


def test_the_local_mailbox_takes_a_message_once(app):
    for _time in range(2):
        mailbox.deliver(b"Subject: x\n\nhi", message_id="a@b", recipient="erin@example.com", subject="x")
    assert len(mailbox.list_letters()) == 1


def test_a_subject_that_smuggles_a_header_becomes_one_line(take, inbox):
    row = take(mail(subject="=?utf-8?Q?Hello=0D=0ABcc:_eve@example.com?="))
    wait_for_fixes(row.incident_id)
    outgoing.deliver_due()
    (sent,) = inbox.messages
    assert sent["Bcc"] is None and "Hello Bcc: eve@example.com" in sent["Subject"]


def test_a_broken_notice_does_not_hold_up_the_others(take, inbox, monkeypatch):
    first, second = take(mail()), take(mail("other", slug="other"))
    wait_for_fixes(first.incident_id)
    wait_for_fixes(second.incident_id)
    render = outgoing.render.render
    broken = db.session.scalars(select(Notice.id).order_by(Notice.id)).first()
    monkeypatch.setattr(
        outgoing.render, "render", lambda notice: 1 / 0 if notice.id == broken else render(notice)
    )
    outgoing.deliver_due()
    db.session.rollback()
    states = [one.state for one in db.session.scalars(select(Notice).order_by(Notice.id))]
    assert (states, len(inbox.messages)) == ([Delivery.FAILED, Delivery.SENT], 1)


@pytest.mark.parametrize(("hangs_up", "sessions"), [(False, 1), (True, 2)])
def test_mails_of_one_pass_share_a_connection_as_long_as_it_holds(take, inbox, hangs_up, sessions):
    inbox.hangs_up = hangs_up
    for row in (take(mail()), take(mail("other", slug="other"))):
        wait_for_fixes(row.incident_id)
    outgoing.deliver_due()
    db.session.rollback()
    assert set(db.session.scalars(select(Notice.state))) == {Delivery.SENT}
    assert (len(inbox.messages), len(inbox.sessions)) == (2, sessions)


def test_the_worker_knows_the_task(app):
    from firstline import jobs

    jobs.run(notices.TASK)
    assert smtplib.SMTPException


def test_our_own_letter_quoted_without_a_sign_is_cut_off_as_a_whole(take, inbox):
    row = acknowledged(take)
    (sent,) = inbox.messages
    html = sent.get_body(("html",)).get_content()
    answer = f"<p>At home too.</p>{html}"
    back = take(
        reply_to(
            row.incident, slug="two", extra="Content-Type: text/html; charset=utf-8", text=answer
        ).encode()
    )
    assert db.session.get(Entry, back.entry_id).text == "At home too."


def test_the_subject_carries_a_signed_tag(take, inbox):
    row = acknowledged(take)
    (sent,) = inbox.messages
    assert addresses.read_subject(sent["Subject"]).incident_id == row.incident_id


@pytest.mark.parametrize("only_as", [None, "helpdesk@example.com"])
def test_a_notice_comes_back_to_a_signed_address_unless_the_server_takes_only_one_sender(
    take, inbox, only_as
):
    inbox.only_as = only_as
    acknowledged(take)
    notice = only_notice()
    assert (notice.state, len(inbox.messages)) == (Delivery.SENT, 1)
    signed = addresses.return_path(notice.incident_id, notice.id)
    assert inbox.senders == [only_as or signed]
    assert inbox.messages[0]["From"].addresses[0].addr_spec == "helpdesk@example.com"
    assert signed not in inbox.messages[0].as_string()
