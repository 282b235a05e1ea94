import pytest

from firstline.db import db, write
from incidents import administration
from incidents.administration import ServiceFacts
from incidents.catalogue import dependencies, explaining, history, importing
from incidents.catalogue.importing import Fate, Sheet
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, Incident, Level
from incidents.people import Role
from incidents.resolutions.models import ChangedItem
from incidents.services import Device, Service


@pytest.fixture
def ada(person, desk):
    return person("ada", Role.ADMIN)


@pytest.fixture
def service(ada):
    def save(name, needs=(), **more):
        known = db.session.query(Service).filter_by(slug=name).one_or_none()
        facts = ServiceFacts(name=name, needs=needs, **more)
        return administration.save_service(facts, by=ada, service_id=known.id if known else None)

    return save


def reported(by, words, service, **more):
    told = Report(requester_id=by.id, description=words, channel=Channel.PORTAL, service=service, **more)
    return report(told)


def test_what_a_service_needs_is_known_near_and_far(service):
    disks, shop = service("disks"), None
    database = service("database", needs=["disks"])
    shop = service("shop", needs=["database"])
    assert dependencies.upstream(db.session(), shop.id) == {database.id, disks.id}
    assert dependencies.downstream(db.session(), disks.id) == {database.id, shop.id}
    assert [one.slug for one in dependencies.needed_by(shop.id)] == ["database"]
    assert [one.slug for one in dependencies.relying_on(disks.id)] == ["database"]


def test_a_cycle_is_refused_with_a_sentence_and_nothing_changes(service):
    service("disks")
    service("database", needs=["disks"])
    service("shop", needs=["database"])
    with pytest.raises(Invalid, match="shop needs disks already"):
        service("disks", needs=["shop"])
    with pytest.raises(Invalid, match="cannot need itself"):
        service("disks", needs=["disks"])
    with pytest.raises(Invalid, match="no service"):
        service("disks", needs=["moon"])
    disks = history.find_service("disks")
    assert dependencies.needed_by(disks.id) == []


def test_an_owner_is_somebody_we_know(service, person):
    assert service("disks", owner="Ada@example.com", sites=["Berlin", " "]).sites == ["Berlin"]
    assert history.find_service("disks").owner.email == "ada@example.com"
    with pytest.raises(Invalid, match="Nobody here"):
        service("disks", owner="nobody@example.com")


def test_a_fault_upstream_explains_those_downstream(service, person):
    erin = person("erin")
    service("disks")
    service("database", needs=["disks"])
    service("shop", needs=["database"])
    above = reported(erin, "The disks are gone", "disks", impact=Level.HIGH, urgency=Level.HIGH)
    below = reported(erin, "The shop does not open", "shop")
    beside = reported(erin, "A mouse is broken", None)
    assert [one.id for one in explaining.causes_of(below)] == [above.id]
    assert [one.id for one in explaining.proposed_children(above)] == [below.id]
    assert explaining.causes_of(above) == explaining.causes_of(beside) == []


def test_every_item_has_its_history(service, person):
    erin = person("erin")
    service("disks")
    with write() as session:
        session.add(Device(tag="PC-1", name="Laptop", owner_id=erin.id))
    item = history.find_item("PC-1")
    first = reported(erin, "It is hot", None, device_id=item.id)
    second = reported(erin, "It is dead", "disks", device_id=item.id)
    assert [one.id for one in history.of_item(item)] == [second.id, first.id]
    assert [one.id for one in history.of_service(history.find_service("disks"))] == [second.id]
    other = reported(erin, "The shop is slow", None)
    with write() as session:
        session.add(ChangedItem(incident_id=other.id, device_id=item.id))
    assert history.of_item(item)[0].id == other.id
    assert history.changed_for(item) == {other.id}
    with pytest.raises(NotFound):
        history.find_item("PC-2")


SHEET = b"""slug,name,criticality,team,sites,needs
shop,Web shop,high,first-line,Berlin;Lisbon,db
db,Database,high,,,
"""


def team_slug():
    return administration.list_teams()[0].slug.encode()


def test_a_dry_run_tells_all_and_keeps_nothing(ada, service):
    sheet = SHEET.replace(b"first-line", team_slug())
    assert [(line.number, line.fate) for line in importing.look_at(sheet, Sheet.SERVICES, by=ada)] == [
        (2, Fate.ADDED),
        (3, Fate.ADDED),
    ]
    assert db.session.query(Service).filter_by(slug="shop").count() == 0


def test_an_import_adds_then_changes_then_finds_all_the_same(ada, service):
    sheet = SHEET.replace(b"first-line", team_slug())
    importing.take_in(sheet, Sheet.SERVICES, by=ada)
    shop = history.find_service("shop")
    assert (shop.sites, [one.slug for one in dependencies.needed_by(shop.id)]) == (
        ["Berlin", "Lisbon"],
        ["db"],
    )
    again = importing.take_in(sheet.replace(b"Web shop", b"Shop"), Sheet.SERVICES, by=ada)
    assert [line.fate for line in again] == [Fate.CHANGED, Fate.SAME]


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        (SHEET.replace(b"high", b"huge", 1), "Row 2: Choose how critical"),
        (SHEET.replace(b"first-line", b"moon"), "is not known here"),
        (SHEET.replace(b"first-line", b"") + b"db,Database,high,,,shop\n", "Row 4: "),
        (b"name\nx\n", "must name the columns"),
        (b"slug,name\n", "1 to 5000 rows"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * (importing.MOST_BYTES + 1), "too large"),
    ],
)
def test_a_sheet_with_one_wrong_row_changes_nothing(ada, sheet, why):
    before = db.session.query(Service).count()
    with pytest.raises(Invalid, match=why):
        importing.take_in(sheet, Sheet.SERVICES, by=ada)
    assert db.session.query(Service).count() == before


def test_items_come_with_owner_and_service(ada, service, person):
    person("erin")
    service("disks")
    sheet = b"tag;name;kind;site;owner;service\nSRV-1;Storage;server;Berlin;erin@example.com;disks\n"
    assert importing.counted(importing.take_in(sheet, Sheet.ITEMS, by=ada))[Fate.ADDED] == 1
    assert [one.tag for one in history.items_of(history.find_service("disks"))] == ["SRV-1"]


def test_only_administrators_import(person):
    with pytest.raises(NotAllowed):
        importing.look_at(SHEET, Sheet.SERVICES, by=person("tess", Role.AGENT))
    assert db.session.query(Incident).count() == 0
