"""Triage that learns from the desk: silent below its bar, corrected in one click, learning from that."""

from itertools import pairwise

import numpy as np
import pytest
from sqlalchemy import select

from benchmarks import triage as made
from firstline.db import db, write
from incidents import filing, intake, learned
from incidents.classification import reclassify
from incidents.classifier import Classifier, Features
from incidents.intake import Report, report
from incidents.learned import Lesson, TriageModel
from incidents.lifecycle import locked
from incidents.models import Channel, Incident, Resolution, State
from incidents.people import Role
from incidents.triage import OTHER
from knowledge_base.models import Category

WORDS = {
    "network": ("vpn", "tunnel", "gateway", "drops", "disconnects"),
    "printing": ("printer", "toner", "paper", "jam", "copier"),
}
PLACES = ("berlin", "lisbon", "home", "train", "hotel", "lab", "kitchen", "office")


def lessons() -> list[Lesson]:
    return [
        Lesson(f"{one} {other} {place}", category, 1.0)
        for category, said in WORDS.items()
        for place in PLACES
        for one, other in pairwise(said)
    ]


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def told(erin):
    def tell(words):
        return report(Report(requester_id=erin.id, description=words, channel=Channel.PORTAL))

    return tell


def file_by_model(incident_id):
    guess = filing.try_to_guess(db.session.get_one(Incident, incident_id))
    with locked(incident_id) as (session, incident):
        if guess is not None:
            filing.file(session, incident, guess)


def test_without_history_nothing_is_guessed_and_the_rules_stand(told):
    incident = told("the printer has a paper jam")
    file_by_model(incident.id)
    assert incident.category == "printing"
    assert filing.filed(incident) is None


def test_what_was_learned_files_it_and_says_how_sure_and_why(app, told):
    learned.train(lessons())
    incident = told("tunnel and gateway: it drops in the hotel")
    file_by_model(incident.id)
    found = filing.filed(incident)
    assert (incident.category, found.is_sure) == ("network", True)
    assert found.chance > 0.8
    assert {"tunnel", "gateway", "drop"} & set(found.because)
    assert [slug for slug, _chance in found.others] == ["printing"]


def test_below_its_bar_it_is_silent(app, told):
    learned.train(lessons())
    incident = told("something is odd with my holiday request")
    file_by_model(incident.id)
    found = filing.filed(incident)
    assert (incident.category, found.is_sure, found.because) == (OTHER, False, [])
    assert len(found.others) == 2


def test_a_persons_word_is_not_overruled_and_becomes_a_lesson(app, told, person):
    tess = person("tess", Role.AGENT)
    learned.train(lessons())
    incident = told("tunnel gateway drops")
    file_by_model(incident.id)
    reclassify(incident.id, by=tess, category="printing")
    file_by_model(incident.id)
    db.session.rollback()
    again = db.session.get(Incident, incident.id)
    assert (again.category, filing.filed(again)) == ("printing", None)


def test_the_desks_own_history_is_learned_by_the_worker_and_a_correction_teaches_anew(
    app, told, person, erin
):
    tess = person("tess", Role.AGENT)
    assert not learned.train_if_due()
    for place in PLACES:
        for category, said in WORDS.items():
            for word in said:
                _resolved(told(f"{word} trouble in {place}"), category)
    assert learned.train_if_due()
    assert not learned.train_if_due()
    row = db.session.scalar(select(TriageModel))
    assert (row.texts, row.categories) == (80, 2)
    assert row.accuracy > 0.9
    reclassify(told("the gateway of the printer").id, by=tess, category="other")
    reclassify(told("copier gateway is dead").id, by=tess, category="network")
    assert learned.train_if_due()


def test_what_a_fix_solved_is_learned_as_the_fix_is_filed_and_what_nobody_filed_is_not(app, told):
    incident = told("strange beep")
    _resolved(incident, OTHER)
    assert learned.lessons_of_the_desk() == []


def test_no_request_trains(app, told, monkeypatch):
    monkeypatch.setattr(learned, "train", None)
    file_by_model(told("vpn drops").id)
    assert intake.OFFER_TASK


def test_a_category_that_is_gone_is_not_filed_under(app, told):
    learned.train(lessons())
    with write() as session:
        session.delete(session.get(Category, "network"))
    incident = told("tunnel gateway drops")
    file_by_model(incident.id)
    assert incident.category == OTHER


def test_the_synthetic_parts_share_no_sentence():
    train, test = ({one["text"] for one in part} for part in made.sentences())
    assert train
    assert not train & test
    assert all(
        not set(filter(None, one)) & set(filter(None, other))
        for one, other in (made.OPENINGS, made.CIRCUMSTANCES, made.ENDINGS)
    )
    assert len(made.made()[1]) == 1_500
    assert made.made() == made.made()


def _resolved(incident: Incident, category: str) -> None:
    with write() as session:
        row = session.get(Incident, incident.id)
        row.state, row.category, row.resolution = State.RESOLVED, category, Resolution.SUPPORT
        row.resolved_at = row.created_at


def test_a_bar_is_never_lower_than_what_is_likelier_right_than_wrong(app):
    said = [f"{word} {place}" for words in WORDS.values() for word in words for place in PLACES]
    kinds = [category for category, words in WORDS.items() for _word in words for _place in PLACES]
    rows = Features.seen_in(said, None).rows(said)
    known = Classifier(rows, kinds)
    chances = np.where(np.eye(2), 0.55, 0.45)[[known.categories.index(kind) for kind in kinds]]
    known._judge(chances, chances > 0.5)
    assert (known.accuracy, known.bar, known.coverage) == (1.0, None, 0.0)
