"""Incidents that come together are offered fixes together, and each gets what it would get alone."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import select

from firstline.db import db
from firstline.settings import Settings
from incidents import offering, selfhelp
from incidents.intake import Report, report
from incidents.kinship import lookalikes
from incidents.kinship.models import Lookalike
from incidents.models import Channel, Event, Incident, State
from knowledge_base import articles, suggest
from knowledge_base.articles import Draft
from knowledge_base.embedding import try_report_encoder


@pytest.fixture
def tell(person, desk):
    def tell(name, words):
        return report(Report(requester_id=person(name).id, description=words, channel=Channel.MAIL)).id

    return tell


@pytest.fixture
def vpn_fix(desk):
    body = "## Symptoms\n\n- The tunnel drops\n\n## Fix\n\n1. Restart the router."
    articles.create(Draft(title="Paper jam in the printer", body="## Fix\n\n1. Open the flap."), publish=True)
    return articles.create(Draft(title="VPN keeps disconnecting", body=body, keywords="vpn"), publish=True)


def test_each_is_offered_its_own_fixes_and_what_has_none_goes_to_its_team(tell, vpn_fix):
    helped, other, jammed = (
        tell("erin", "vpn keeps disconnecting"),
        tell("bob", "the coffee machine is broken"),
        tell("ann", "paper jam in the printer"),
    )
    offering.offer(helped, other, jammed)
    offering.offer(helped, other, jammed)
    offered = [[fix.title for fix in selfhelp.fixes_of(one)] for one in (helped, other, jammed)]
    assert offered == [["VPN keeps disconnecting"], [], ["Paper jam in the printer"]]
    found = [db.session.get(Incident, one) for one in (helped, other, jammed)]
    assert [one.state for one in found] == [State.OFFERED, State.QUEUED, State.OFFERED]
    assert [[entry.event for entry in one.entries].count(Event.OFFERED) for one in found] == [1, 0, 1]


def test_where_one_goes_wrong_the_others_are_offered_theirs(tell, vpn_fix, monkeypatch):
    first, broken, last = (
        tell("erin", "vpn keeps disconnecting"),
        tell("bob", "boom"),
        tell("ann", "paper jam in the printer"),
    )
    whole = suggest.suggest
    monkeypatch.setattr(
        suggest, "suggest", lambda words, **more: 1 / 0 if "boom" in words else whole(words, **more)
    )
    offering.offer(first, broken, last)
    assert [bool(selfhelp.fixes_of(one)) for one in (first, broken, last)] == [True, False, True]
    assert list(offering.due_for_offers(older_than_s=-1)) == [broken]
    with pytest.raises(ZeroDivisionError):
        offering.offer(broken)


def test_in_one_process_one_thinks_at_a_time(app, tell, monkeypatch):
    several = [tell(f"erin{number}", "vpn keeps disconnecting") for number in range(4)]
    running, most = [], []
    whole = suggest.suggest

    def watched(words, **more):
        running.append(words)
        most.append(len(running))
        sleep(0.01)
        found = whole(words, **more)
        running.pop()
        return found

    def offer(incident_id):
        with app.app_context():
            offering.offer(incident_id)

    monkeypatch.setattr(suggest, "suggest", watched)
    with ThreadPoolExecutor(len(several)) as pool:
        list(pool.map(offer, several))
    assert max(most) == 1
    db.session.rollback()
    assert list(offering.due_for_offers(older_than_s=-1)) == []


def test_those_that_come_together_find_each_other_by_meaning(tell, monkeypatch):
    encoder, reason = try_report_encoder(Settings.from_environ().model_dir)
    assert encoder is not None, reason
    monkeypatch.setattr(lookalikes, "try_report_encoder", lambda folder: (encoder, ""))
    several = [
        tell("erin", "VPN drops every few minutes"),
        tell("bob", "vpn disconnects me constantly"),
        tell("ann", "paper jam in the printer"),
    ]
    offering.offer(*several)
    (pair,) = db.session.scalars(select(Lookalike))
    assert [pair.earlier_id, pair.later_id] == several[:2]
