import io
import json
import sqlite3
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from firstline import clock, files
from firstline.db import db
from incidents import conversation
from incidents.errors import Invalid, NotAllowed
from incidents.models import Attachment, Channel, Entry, Event, Incident, State
from incidents.moving import arriving, django_helpdesk, leaving, reading, tables, zammad
from incidents.moving.arriving import Fate
from incidents.moving.models import MovedIn
from incidents.notices import Notice
from incidents.people import Person, Role
from incidents.reports import facts, verifying
from incidents.search.words import Phrase, containing
from tests.integration.in_order import check_one, check_readings

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ZAMMAD = (Path(__file__).parent / "data" / "zammad.json").read_bytes()

SHEET = (
    "Ticket ID;Subject;Description;Requester;Created;Status;Priority;Assignee;Resolved\n"
    "7;VPN drops;Every few minutes;Erin@example.com;31.03.2026 14:05;closed;2;tess@example.com;2026-04-01 09:30\n"
    '8;Printer;"Two lines,\nof them one";bob@example.com;2026-04-02T10:00:00Z;pending;;;\n'
    "9;Wrong day;x;bob@example.com;03/04/2026;open;;;\n"
    "10;Wrong state;x;bob@example.com;2026-04-02;sleeping;;;\n"
    "11;Nobody;x;;2026-04-02;open;;;\n"
    "7;Twice;x;bob@example.com;2026-04-02;open;;;\n"
)


@pytest.fixture(autouse=True)
def today():
    with clock.freeze(NOW):
        yield


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


def csv_of(text):
    return tables.read_incidents(text.encode(), BERLIN)


def told(lines):
    return Counter(line.fate for line in lines)


def incident(title):
    return db.session.scalars(select(Incident).where(Incident.title == title)).one()


def events(title):
    return [entry.event for entry in incident(title).entries]


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


# Spreadsheets


def test_a_look_tells_what_would_be_made_and_why_not_and_keeps_nothing(tess):
    lines = list(arriving.look_at(csv_of(SHEET), source="old"))
    assert [(line.place, line.fate) for line in lines] == [
        ("line 2", Fate.INCIDENT),
        ("line 3", Fate.INCIDENT),
        ("line 5", Fate.SKIPPED),
        ("line 6", Fate.SKIPPED),
        ("line 7", Fate.SKIPPED),
        ("line 8", Fate.SKIPPED),
    ]
    assert "03/04/2026" in lines[2].why and "sleeping" in lines[3].why
    assert "address" in lines[4].why and "twice" in lines[5].why
    assert count(Incident) == count(MovedIn) == 0


def test_what_moves_in_stands_and_reads_as_it_did_there(tess):
    assert told(arriving.take_in(csv_of(SHEET), source="old"))[Fate.INCIDENT] == 2
    closed, waiting = incident("VPN drops"), incident("Printer")
    assert closed.created_at == datetime(2026, 3, 31, 12, 5, tzinfo=UTC)
    assert (closed.state, closed.priority, closed.assignee) == (State.CLOSED, 2, tess)
    assert closed.closed_at == datetime(2026, 4, 1, 7, 30, tzinfo=UTC)
    assert (waiting.state, waiting.requester.role) == (State.WAITING, Role.CONTACT)
    assert waiting.description == "Two lines,\nof them one"
    assert "old" in closed.routed_because and "7" in closed.routed_because


def test_what_moved_in_is_in_order_and_counted_rightly(tess):
    list(arriving.take_in(csv_of(SHEET), source="old"))
    list(arriving.take_in(zammad.read(ZAMMAD, str), source="zammad"))
    for one in db.session.scalars(select(Incident)):
        if one.state != State.CLOSED:
            check_one(one, None)
    check_readings()
    facts.keep_all()
    assert list(verifying.verify()) == []


def test_nobody_is_told_and_the_words_are_found(tess):
    list(arriving.take_in(csv_of(SHEET), source="old"))
    assert count(Notice) == 0
    found = containing(Phrase("every few minutes", is_exact=True), with_internal=False)
    assert db.session.scalars(found).all() == [incident("VPN drops").id]


def test_the_same_file_again_makes_nothing_twice_and_another_desk_has_its_own_numbers(tess):
    list(arriving.take_in(csv_of(SHEET), source="old"))
    again = list(arriving.take_in(csv_of(SHEET), source="old"))
    assert told(again)[Fate.INCIDENT] == 0
    known = [line.why for line in again if line.fate == Fate.KNOWN]
    assert known == [incident("VPN drops").number, incident("Printer").number]
    assert told(arriving.take_in(csv_of(SHEET), source="other"))[Fate.INCIDENT] == 2
    assert count(Incident) == 4


def test_the_desk_goes_on_with_what_moved_in(tess):
    list(arriving.take_in(csv_of(SHEET), source="old"))
    bob = db.session.scalars(select(Person).where(Person.email == "bob@example.com")).one()
    conversation.say(incident("Printer").id, by=bob, text="It is me again", channel=Channel.MAIL)
    assert incident("Printer").state == State.QUEUED


def test_lines_of_several_encodings_are_read_each_in_its_own():
    raw = (
        "id;subject;from;date\n1;grün;a@x.example;2026-01-01\n".encode()
        + "2;blau·Straße;b@x.example;2026-01-01\n".encode("cp1252")
    )
    assert [case.title for case in tables.read_incidents(raw, BERLIN)] == ["grün", "blau·Straße"]
    assert reading.decode("größer".encode("utf-16")) == "größer"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_something(raw):
    assert "\0" not in reading.decode(raw)


def test_a_sheet_without_the_columns_says_which():
    with pytest.raises(Invalid) as refusal:
        list(csv_of("a;b\n1;2\n"))
    assert "created_at" in refusal.value.sentence


def test_people_of_a_sheet_become_people_and_nobody_an_administrator(tess, person):
    sheet = b"email,name,phone,role\nnew@example.com,New One,+49 30 1,\nboss@example.com,Boss,,admin\n,No address,,\ntess@example.com,Tess,,\n"
    lines = list(arriving.take_in(tables.read_people(sheet), source="hr"))
    assert [line.fate for line in lines] == [Fate.PERSON, Fate.SKIPPED, Fate.SKIPPED, Fate.KNOWN]
    new = db.session.scalars(select(Person).where(Person.email == "new@example.com")).one()
    assert (new.name, new.role, new.phone) == ("New One", Role.EMPLOYEE, "+49301")


def test_only_administrators_take_in_and_take_along(tess):
    with pytest.raises(NotAllowed):
        list(arriving.take_in(csv_of(SHEET), source="old", by=tess))
    with pytest.raises(NotAllowed):
        list(leaving.stream(by=tess))


def test_what_lies_outside_of_the_folder_is_never_read(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "in" / "a.txt").write_text("a")
    assert tables.read_file(tmp_path / "in", "a.txt") == b"a"
    assert tables.read_file(tmp_path / "in", "../secret") is None
    assert tables.read_file(tmp_path / "in", str(tmp_path / "secret")) is None


# Zammad


def test_zammad_tickets_come_with_people_articles_and_files(tess):
    as_text = lambda html: html.replace("<p>", "").replace("</p>", "").replace("<b>", "").replace("</b>", "")  # noqa: E731
    lines = list(arriving.take_in(zammad.read(ZAMMAD, as_text), source="zammad"))
    assert told(lines) == {Fate.PERSON: 1, Fate.KNOWN: 1, Fate.INCIDENT: 2, Fate.SKIPPED: 2}
    printer = incident("Drucker druckt grün")
    assert (printer.state, printer.priority, printer.description) == (State.CLOSED, 2, "Er druckt grün.")
    assert (printer.team.name, printer.assignee, printer.minutes_spent) == ("Service Desk", tess, 15)
    assert events("Drucker druckt grün") == [
        Event.REPORTED, Event.ROUTED, Event.TAKEN, Event.NOTED, Event.ANSWERED, Event.RESOLVED, Event.CLOSED,
    ]  # fmt: skip
    (file,) = db.session.scalars(select(Attachment))
    assert (file.name, file.entry_id) == ("photo.txt", printer.entries[0].id)
    with files.opened(file.digest) as kept:
        assert kept.read() == "grün".encode()
    assert any("lost.png" in line.why for line in lines)
    assert printer.responded_at == datetime(2025, 2, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("raw", [b"", b"{", b"[1, 2", b'{"tickets": 3}', b'"x"'])
def test_what_is_no_export_of_zammad_says_so(raw):
    with pytest.raises(Invalid):
        list(zammad.read(raw, str))


# django-helpdesk


@pytest.fixture
def other_desk(tmp_path):
    """The tables of a django-helpdesk with two tickets, as its migrations make them."""
    path = tmp_path / "db.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript((Path(__file__).parent / "data" / "django_helpdesk.sql").read_text())
    return f"sqlite:///{path}"


def test_a_django_helpdesk_comes_with_follow_ups_and_files(other_desk, tess, tmp_path):
    (tmp_path / "media" / "helpdesk").mkdir(parents=True)
    (tmp_path / "media" / "helpdesk" / "log.txt").write_text("log")
    records = django_helpdesk.read(other_desk, tmp_path / "media")
    assert told(arriving.take_in(records, source="dh")) == {Fate.PERSON: 1, Fate.KNOWN: 1, Fate.INCIDENT: 2}
    assert events("Screen dark") == [
        Event.REPORTED, Event.ROUTED, Event.TAKEN, Event.ANSWERED, Event.COMMENTED, Event.NOTED, Event.RESOLVED,
        Event.CLOSED,
    ]  # fmt: skip
    assert incident("Screen dark").solution == "New cable"
    assert incident("On hold").state == State.WAITING
    assert db.session.scalars(select(Attachment.name)).all() == ["log.txt"]


def test_another_programs_database_is_refused_and_none_is_made(tmp_path):
    sqlite3.connect(tmp_path / "other.db").close()
    for url in (f"sqlite:///{tmp_path / 'other.db'}", f"sqlite:///{tmp_path / 'none.db'}", "mysql://x/y"):
        with pytest.raises(Invalid):
            list(django_helpdesk.read(url))
    assert not (tmp_path / "none.db").exists()


# Leaving


def test_everything_is_taken_along_but_no_secret(tess):
    list(arriving.take_in(zammad.read(ZAMMAD, str), source="zammad"))
    with zipfile.ZipFile(io.BytesIO(b"".join(leaving.stream()))) as archive:
        whole = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith("jsonl")}
        kept = [name for name in archive.namelist() if name.startswith("files/")]
        packed = archive.getinfo("settings.jsonl")
    assert packed.compress_size < packed.file_size / 2
    moved = [json.loads(line) for line in whole["incidents.jsonl"].splitlines()]
    assert [one["title"] for one in moved] == ["Drucker druckt grün", "VPN langsam"]
    assert len(moved[0]["timeline"]) == count_of(moved[0]["id"]) and len(kept) == 1
    people = [json.loads(line) for line in whole["people.jsonl"].splitlines()]
    assert {"nicole@example.com", "tess@example.com"} <= {one["email"] for one in people}
    assert not any({"password", "fs_uniquifier"} & one.keys() for one in people)
    assert "service-desk" in whole["settings.jsonl"]


def count_of(incident_id):
    return db.session.scalar(select(func.count()).where(Entry.incident_id == incident_id))


def test_a_moment_without_a_zone_is_of_the_desk():
    assert reading.moment("2026-07-01 10:00", BERLIN) == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    assert reading.moment("Wed, 01 Jul 2026 10:00:00 +0300", BERLIN) == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    assert reading.moment(datetime(2026, 7, 1, tzinfo=UTC), BERLIN) == datetime(2026, 7, 1, tzinfo=UTC)
    assert reading.moment("yesterday", BERLIN) is None


def test_a_case_of_tomorrow_is_skipped(tess):
    later = (NOW + timedelta(days=2)).isoformat()
    lines = list(arriving.look_at(csv_of(f"id;title;email;created\n1;x;a@x.example;{later}\n"), source="s"))
    assert lines[0].fate == Fate.SKIPPED
