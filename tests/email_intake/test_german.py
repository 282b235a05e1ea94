"""Somebody whose language is German reads German from the first mail to the last."""

import pytest

from email_intake import mailbox, outgoing, remarks
from firstline.db import db, write
from firstline.i18n import speaking
from incidents import lifecycle
from incidents.conversation import say
from incidents.lifecycle import Change
from incidents.models import Channel, Resolution, State
from incidents.people import Person, Role
from incidents.selfhelp import offer_fixes
from tests.email_intake.test_pipeline import mail

ENGLISH = ("Hello", "service desk", "Write your answer", "solved", "reply to this mail", "Great")


@pytest.fixture
def newest(person):
    """Reads what was sent last."""

    def read():
        outgoing.deliver_due()
        db.session.rollback()
        return mailbox.list_letters(recipient="erin@example.com")[0].text

    erin = person("erin")
    with write() as session:
        session.get_one(Person, erin.id).language = "de"
    return read


def test_acknowledgement_answer_and_end_are_german(take, person, newest):
    incident = take(mail(text="Der Drucker druckt nicht.", subject="Drucker")).incident
    offer_fixes(incident.id)
    acknowledged = newest()
    tess = person("tess", Role.AGENT, team=incident.team)
    say(incident.id, text="Welcher Drucker?", by=tess, channel=Channel.PORTAL)
    answered = newest()
    wanted = Change(to=State.RESOLVED, note="Neue Patrone.", resolution=Resolution.SUPPORT)
    lifecycle.change(incident.id, wanted, by=tess)
    solved = newest()
    said = f"Ihre Meldung ist als {incident.number} bei uns eingegangen. "
    assert said in acknowledged
    assert f"Tess hat Ihnen zu {incident.number} geantwortet:" in answered and "Welcher Drucker?" in answered
    assert "Ja, es ist gelöst:" in solved and "Neue Patrone." in solved
    for letter in (acknowledged, answered, solved):
        assert "Guten Tag Erin," in letter and "Schreiben Sie Ihre Antwort über diese Zeile." in letter
        assert not [words for words in ENGLISH if words in letter]


def test_what_we_could_not_read_of_a_mail_is_said_in_their_language(newest, take):
    sealed = "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n"
    empty = (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png; name=a.png\n\nx\n--b--\n"
    )
    head = "From: erin@example.com\nTo: helpdesk@example.com\nDate: Mon, 2 Nov 2026 09:00:00 +0000\n"
    first = take(f"{head}Subject: VPN\n{sealed}").incident
    assert first.description.startswith("[Diese Nachricht ist verschlüsselt")
    second = take(f"{head}{empty}").incident
    assert (second.title, second.description) == ("(kein Text; 1 Anhang)", "(kein Text; 1 Anhang)")


def test_every_remark_keeps_what_it_names(app):
    written = [
        remarks.CUT % {"size": 70},
        remarks.ELSEWHERE % {"where": "ftp://files.example/[a]"},
        remarks.NO_SUBJECT,
    ]
    assert remarks.said(" ".join(written)) == " ".join(written)
    with speaking("de"):
        said = remarks.said(" ".join(written))
    assert "70 MB" in said and "ftp://files.example/[a]" in said and "only its" not in said
