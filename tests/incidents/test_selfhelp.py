import pytest

from incidents.intake import Report, report
from incidents.models import Channel, Event, State
from incidents.selfhelp import fixes_of, offer_fixes, tell_outcome
from knowledge_base import articles
from knowledge_base.articles import Draft

LONG = "Good morning, I hope you are well. Yesterday I came back from Lyon by train. " * 4


@pytest.fixture
def vpn_fix(desk):
    body = "## Symptoms\n\n- The tunnel drops\n\n## Fix\n\n1. Restart the router.\n2. Choose the nearest gateway."
    draft = Draft(title="VPN keeps disconnecting", body=body, keywords="vpn, drops", service="vpn")
    articles.create(Draft(title="Paper jam in the printer", body="## Fix\n\n1. Open the flap."), publish=True)
    return articles.create(draft, publish=True)


@pytest.fixture
def told(person, vpn_fix):
    erin = person("erin")

    def tell(words, title=""):
        return report(Report(requester_id=erin.id, description=words, title=title, channel=Channel.PORTAL))

    return tell


def test_a_known_fix_is_offered_once_with_its_steps(told, vpn_fix):
    incident = told("vpn keeps disconnecting")
    (fix,) = offer_fixes(incident.id)
    assert (fix.slug, fix.steps) == (vpn_fix.slug, ("Restart the router.", "Choose the nearest gateway."))
    assert offer_fixes(incident.id) == [fix]
    assert [entry.event for entry in incident.entries].count(Event.OFFERED) == 1
    assert incident.state == State.OFFERED


def test_the_title_alone_is_enough_when_the_story_is_long(told, vpn_fix):
    assert [fix.slug for fix in offer_fixes(told(LONG, title="VPN drops").id)] == [vpn_fix.slug]


def test_words_that_fit_nothing_are_offered_nothing(told):
    assert offer_fixes(told("the coffee machine is broken").id) == []


def test_what_solved_it_is_credited_once_however_often_it_is_said(told, vpn_fix):
    incident = told("vpn keeps disconnecting")
    offer_fixes(incident.id)
    for _click in range(3):
        tell_outcome(incident.id, by=incident.requester, solved=True, article_id=vpn_fix.id)
    assert vpn_fix.helped_count == 1
    assert [fix.helped for fix in fixes_of(incident.id)] == [True]


def test_what_was_said_to_help_and_did_not_loses_its_credit(told, vpn_fix):
    incident = told("vpn keeps disconnecting")
    offer_fixes(incident.id)
    tell_outcome(incident.id, by=incident.requester, solved=True, article_id=vpn_fix.id)
    tell_outcome(incident.id, by=incident.requester, solved=False)
    assert (incident.state, vpn_fix.helped_count) == (State.QUEUED, 0)
    assert [fix.helped for fix in fixes_of(incident.id)] == [False]


def test_an_article_nobody_was_offered_resolves_without_credit_to_it(told, vpn_fix):
    incident = told("the coffee machine is broken")
    offer_fixes(incident.id)
    tell_outcome(incident.id, by=incident.requester, solved=True, article_id=vpn_fix.id)
    assert (incident.state, vpn_fix.helped_count) == (State.RESOLVED, 0)


def test_the_articles_body_is_the_latest_one(told, vpn_fix):
    incident = told("vpn keeps disconnecting")
    offer_fixes(incident.id)
    articles.edit(
        vpn_fix.id,
        Draft(title=vpn_fix.title, body="## Fix\n\n1. Use the new client.", keywords="vpn"),
        revision=vpn_fix.revision,
    )
    assert fixes_of(incident.id)[0].steps == ("Use the new client.",)
