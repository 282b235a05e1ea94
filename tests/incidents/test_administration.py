import pytest
from sqlalchemy import select

from firstline.db import db, write
from incidents import administration as admin
from incidents import tokens
from incidents.administration import PersonFacts, ServiceFacts, TeamFacts
from incidents.conversation import say
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.notices import Delivery, Notice, settling
from incidents.people import ApiToken, Role, create_token, find_by_token
from incidents.services import Service


@pytest.fixture
def ada(person, desk):
    return person("ada", Role.ADMIN)


def test_a_person_is_made_with_role_and_teams_and_found_by_name_or_address(ada):
    admin.add_person(
        " Nina@Example.com ", PersonFacts(name="Nina K", role=Role.AGENT, teams=["network"]), by=ada
    )
    (found,) = admin.search_people("nina k")
    assert (found.email, found.role, [team.slug for team in found.teams]) == (
        "nina@example.com",
        "agent",
        ["network"],
    )
    assert admin.search_people("nina", role=Role.EMPLOYEE) == []


def test_the_list_of_people_goes_on_after_an_address(ada, person):
    for name in ("bob", "carla"):
        person(name)
    first = admin.search_people(limit=2)
    assert [found.name for found in admin.search_people(after=first[-1].email)] == ["Carla"]


def test_an_address_belongs_to_one_person(ada, person):
    person("erin")
    with pytest.raises(Conflict, match="already"):
        admin.add_person("ERIN@example.com", PersonFacts(name="Erin", role=Role.EMPLOYEE), by=ada)


def test_administrators_do_not_lock_themselves_out(ada):
    for facts in (
        PersonFacts(name="Ada", role=Role.AGENT),
        PersonFacts(name="Ada", role="admin", active=False),
    ):
        with pytest.raises(Conflict, match="own powers"):
            admin.change_person(ada.id, facts, by=ada)


def test_a_changed_role_and_an_unknown_one(ada, person):
    bob = person("bob")
    admin.change_person(bob.id, PersonFacts(name="Bob", role=Role.AUTHOR), by=ada)
    assert bob.role == Role.AUTHOR
    with pytest.raises(Invalid):
        admin.change_person(bob.id, PersonFacts(name="Bob", role="emperor"), by=ada)


def test_teams_get_an_address_of_their_own_and_vendors_need_mail(ada):
    team = admin.save_team(TeamFacts(name="Service Desk", tier=1), by=ada)
    assert team.slug == "service-desk-2"
    with pytest.raises(Invalid, match="mail"):
        admin.save_team(TeamFacts(name="Cablewell", tier=3, is_vendor=True), by=ada)
    with pytest.raises(Invalid, match="tier"):
        admin.save_team(TeamFacts(name="Ninth", tier=9), by=ada)
    assert "Cablewell" not in [known.name for known in admin.list_teams()]


def test_a_service_is_corrected(ada, desk):
    vpn = db.session.scalar(select(Service).where(Service.slug == "vpn"))
    facts = ServiceFacts(name="VPN access", keywords=["vpn", " tunnel ", ""], team="service-desk")
    admin.save_service(facts, by=ada, service_id=vpn.id)
    assert (vpn.name, vpn.keywords, vpn.team.slug) == ("VPN access", ["vpn", "tunnel"], "service-desk")


def test_a_revoked_token_opens_nothing(ada):
    token = create_token("monitor@example.com", Role.MONITOR)
    tokens.revoke(db.session.scalar(select(ApiToken.id)), by=ada)
    assert find_by_token(token) is None
    assert tokens.everyones()[0].revoked_at is not None


@pytest.fixture
def stuck(ada, person):
    incident = report(Report(requester_id=person("erin").id, description="printer", channel=Channel.PORTAL))
    say(incident.id, by=ada, text="Which one?", channel=Channel.PORTAL)
    with write() as session:
        notice = session.scalar(select(Notice))
        notice.state = Delivery.UNKNOWN
    return notice


@pytest.mark.parametrize(("again", "state"), [(True, Delivery.DUE), (False, Delivery.SUPPRESSED)])
def test_a_person_decides_about_a_notice_that_may_not_have_arrived(ada, stuck, again, state):
    assert settling.undelivered() == [stuck]
    settling.settle(stuck.id, by=ada, send_again=again)
    assert stuck.state == state
    assert settling.counts() == {state: 1}
    with pytest.raises(Conflict, match="already"):
        settling.settle(stuck.id, by=ada, send_again=again)


def test_only_administrators_administer(person, stuck):
    lead = person("lena", Role.LEAD)
    for act in (
        lambda: admin.add_person("x@example.com", PersonFacts(name="X", role="agent"), by=lead),
        lambda: admin.change_person(lead.id, PersonFacts(name="X", role="admin"), by=lead),
        lambda: admin.save_team(TeamFacts(name="X", tier=1), by=lead),
        lambda: admin.save_service(ServiceFacts(name="X"), by=lead),
        lambda: settling.settle(stuck.id, by=lead, send_again=True),
        lambda: tokens.revoke(1, by=lead),
    ):
        with pytest.raises(NotAllowed):
            act()
