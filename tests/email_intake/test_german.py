"""Somebody whose language is German reads German from the first mail to the last."""

import pytest

from email_intake import mailbox, outgoing
from firstline.db import db, write
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
