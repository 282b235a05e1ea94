"""A vendor is asked by mail, sees what the hand-over says, and answers on a thread that proves who they are."""

import pytest
from sqlalchemy import select

from email_intake import addresses, outgoing
from email_intake.models import Outcome
from firstline import clock
from firstline.db import db, write
from incidents import handovers, lifecycle, queue
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, Event, State, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Role, Team, find_by_address
from incidents.routing import overdue
from incidents.routing.models import VendorRequest
from incidents.routing.vendors import Handover
from tests.email_intake.test_pipeline import database_url as database_url

SECRET = "the board's salaries"
ASKED = Handover(subject="Rollers for model 7", words="The rollers slip. Please send a set.")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def incident(person, tess):
    made = report(
        Report(
            requester_id=person("erin").id,
            title=f"Printer does not print {SECRET}",
            description="It jams",
            channel=Channel.MAIL,
        )
    )
    lifecycle.take(made.id, by=tess)
    return made


@pytest.fixture
def asked(incident, tess):
    handovers.ask_vendor(incident.id, "printwell", ASKED, by=tess)
    return incident


def letter_to_vendor():
    notice = db.session.scalars(select(Notice).where(Notice.topic == Topic.VENDOR_ASKED)).one()
    with write() as session:
        session.get(Notice, notice.id).message_id = addresses.notice_id(notice.incident_id, notice.id)
    return outgoing.compose(notice)


def answer(
    incident, *, to=None, sender="support@printwell.example", extra="", slug="v1", subject="Re: Rollers"
):
    address = to or letter_to_vendor().reply_to
    return (
        f"From: Printwell <{sender}>\nTo: {address}\nSubject: {subject}\nMessage-ID: <{slug}@printwell.example>\n"
        f"{extra}\nThe set is on its way.\n"
    )


def latest(incident, event):
    db.session.rollback()
    return [entry for entry in incident.entries if entry.event == event][-1]


def test_the_vendor_reads_what_the_handover_says_and_nothing_else(asked):
    letter = letter_to_vendor()
    assert letter.recipients == [("Printwell", "support@printwell.example")]
    whole = f"{letter.subject}\n{letter.body}\n{letter.html}"
    assert "Rollers for model 7" in letter.subject and "The rollers slip" in letter.body
    for hidden in (SECRET, "It jams", "erin", "/desk/", "/incidents/"):
        assert hidden not in whole.casefold()
    assert "Auto-Submitted" not in letter.extra_headers


def test_the_team_keeps_it_and_it_waits_for_the_vendor_with_a_clock_of_its_own(asked, tess, desk):
    assert (asked.state, asked.waiting_on, asked.assignee_id) == (State.WAITING, "vendor", tess.id)
    assert asked.team.slug == "service-desk"
    request = db.session.scalars(select(VendorRequest)).one()
    assert (request.answer_by - request.asked_at).total_seconds() == 24 * 3600


def test_their_answer_is_for_support_lets_go_on_and_tells_the_owner(take, asked, tess):
    row = take(answer(asked))
    assert row.outcome == Outcome.APPENDED
    entry = latest(asked, Event.VENDOR_ANSWERED)
    assert (entry.text, entry.visibility) == ("The set is on its way.", Visibility.INTERNAL)
    assert (asked.state, asked.waiting_on) == (State.IN_PROGRESS, None)
    told = db.session.scalars(select(Notice.recipient_id).where(Notice.entry_id == entry.id)).all()
    assert told == [tess.id]
    assert entry.id not in {one.id for one in queue.timeline(asked.requester, asked)}
    assert db.session.scalars(select(VendorRequest)).one().answered_at is not None


def test_a_colleague_of_theirs_answers_by_the_signed_address(take, asked):
    take(answer(asked, sender="jan@printwell.example"))
    assert asked.state == State.IN_PROGRESS and not latest(asked, Event.VENDOR_ANSWERED).facts.get(
        "unverified"
    )


@pytest.mark.parametrize("forged", [True, False], ids=["a forged signature", "a bare number"])
def test_nothing_follows_from_a_number_or_a_forged_signature(take, asked, forged):
    signed = letter_to_vendor().reply_to
    to = signed.replace(signed[-30:-14], "0" * 16) if forged else "helpdesk@example.com"
    take(answer(asked, to=to, sender="eve@elsewhere.example", subject=f"Re: {asked.number}"))
    db.session.rollback()
    assert asked.state == State.WAITING
    assert Event.VENDOR_ANSWERED not in [entry.event for entry in asked.entries]


def test_their_address_without_the_signature_leaves_words_for_support_and_changes_nothing(take, asked):
    take(answer(asked))
    with write() as session:
        found = session.get(type(asked), asked.id)
        found.state, found.waiting_on = State.WAITING, "vendor"
    take(answer(asked, to="helpdesk@example.com", slug="v2", extra="In-Reply-To: <v1@printwell.example>\n"))
    entry = latest(asked, Event.VENDOR_ANSWERED)
    assert entry.facts["unverified"] is True and entry.visibility == Visibility.INTERNAL
    assert asked.state == State.WAITING


def test_the_requester_who_gets_hold_of_the_vendors_address_stays_the_requester(take, asked):
    take(answer(asked, sender="erin@example.com"))
    assert latest(asked, Event.COMMENTED).text == "The set is on its way."
    assert (asked.state, asked.waiting_on) == (State.WAITING, "vendor")


def test_a_late_vendor_is_missed_once(asked, tess):
    with clock.freeze(clock.now().replace(year=clock.now().year + 1)):
        assert (overdue.miss_late_vendors(), overdue.miss_late_vendors()) == (1, 0)
    assert latest(asked, Event.NOTED).text == "Printwell has not answered in time."


def test_a_vendor_is_asked_again_on_the_same_thread(take, asked, tess):
    first = letter_to_vendor().reply_to
    handovers.ask_vendor(asked.id, "printwell", ASKED, by=tess)
    notices = db.session.scalars(select(Notice).where(Notice.topic == Topic.VENDOR_ASKED)).all()
    assert {outgoing.compose(one).reply_to for one in notices} == {first}


def test_escalating_to_a_vendor_writes_to_them(incident, tess):
    lifecycle.escalate(incident.id, by=tess, note="Please send rollers", team_slug="printwell")
    assert (incident.state, incident.team.slug) == (State.WAITING, "service-desk")
    assert db.session.scalars(select(VendorRequest)).one().words == "Please send rollers"


@pytest.mark.parametrize(
    ("slug", "handover", "refusal"),
    [
        ("nobody", ASKED, NotFound),
        ("service-desk", ASKED, NotFound),
        ("printwell", Handover(subject="", words="x"), Invalid),
        ("printwell", Handover(subject="x", words=" "), Invalid),
    ],
)
def test_a_wrong_question_is_refused_and_nothing_is_half_done(incident, tess, slug, handover, refusal):
    with pytest.raises(refusal):
        handovers.ask_vendor(incident.id, slug, handover, by=tess)
    db.session.rollback()
    assert incident.state == State.IN_PROGRESS and db.session.scalar(select(VendorRequest.id)) is None


def test_mail_that_comes_back_is_said_before_more_is_sent(asked, tess):
    with write() as session:
        session.merge(find_by_address("support@printwell.example")).is_undeliverable = True
    with pytest.raises(Conflict, match="comes back"):
        handovers.ask_vendor(asked.id, "printwell", ASKED, by=tess)


def test_the_requester_may_not_ask_a_vendor_nor_be_one(incident, tess):
    with pytest.raises(NotAllowed):
        handovers.ask_vendor(incident.id, "printwell", ASKED, by=incident.requester)
    with write() as session:
        session.scalars(select(Team).where(Team.slug == "printwell")).one().email = "erin@example.com"
    with pytest.raises(Conflict, match="not only the vendor's"):
        handovers.ask_vendor(incident.id, "printwell", ASKED, by=tess)
