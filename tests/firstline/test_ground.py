"""Clock, transactions, files, signatures and jobs."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import flask_babel
import pytest
from sqlalchemy import select, text

from firstline import clock, files, jobs, signing
from firstline.db import db, gathered, put, together, write
from firstline.i18n import speaking
from incidents.people import Person

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_frozen_clock_stands_still_until_it_is_advanced():
    with clock.freeze(NOON):
        assert clock.now() == NOON
        clock.advance(timedelta(minutes=5))
        assert clock.now() == NOON + timedelta(minutes=5)
    assert clock.now() > NOON


def test_a_clock_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"), clock.freeze(datetime(2026, 3, 1)):  # noqa: DTZ001
        pass


def test_times_come_back_as_aware_utc_whatever_zone_they_were_given_in(app):
    berlin = timezone(timedelta(hours=1))
    with write() as session:
        session.add(Person(email="a@example.com", name="A", created_at=NOON.astimezone(berlin)))
    stored = db.session.scalar(select(Person.created_at))
    assert (stored, stored.tzinfo) == (NOON, UTC)


def test_a_time_without_a_zone_is_never_stored(app):
    with pytest.raises(Exception, match="without a zone"), write() as session:
        session.add(Person(email="a@example.com", name="A", created_at=datetime(2026, 3, 1)))  # noqa: DTZ001


def test_a_failed_write_leaves_nothing(app):
    def fail_halfway() -> None:
        with write() as session:
            session.add(Person(email="a@example.com", name="A"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert db.session.scalars(select(Person)).all() == []


def test_a_write_inside_a_write_is_refused(app):
    with pytest.raises(RuntimeError, match="pass the session on"), write(), write():
        pass


def names() -> list[str]:
    return list(db.session.scalars(select(Person.name).order_by(Person.name)))


def add(name: str) -> None:
    with write() as session:
        session.add(Person(email=f"{name}@example.com", name=name))
        jobs.nudge("look", name)


def fail(*_given: object) -> None:
    raise ZeroDivisionError


def test_writes_together_hold_and_their_nudges_go_out_as_one_after_the_commit(app):
    inbox = app.extensions["firstline_run"]
    with together():
        add("a")
        add("b")
        assert inbox == []
    assert (names(), inbox) == (["a", "b"], [("look", ("a", "b"))])


def caught() -> None:
    with suppress(ZeroDivisionError), write():
        fail()


@pytest.mark.parametrize("then", [fail, caught, lambda: db.session.rollback()])
def test_writes_together_are_undone_if_one_fails_or_ends_their_transaction(app, then):
    def work() -> None:
        with together():
            add("a")
            then()

    with pytest.raises((ZeroDivisionError, RuntimeError)):
        work()
    assert (names(), app.extensions["firstline_run"]) == ([], [])
    add("b")
    assert names() == ["b"]


def test_gathered_rows_are_written_as_one_and_whoever_asks_finds_them(app):
    with write() as session:
        with gathered(session):
            for name in ("a", "b"):
                put(session, Person, email=f"{name}@example.com", name=name)
            assert names() == ["a", "b"]
            put(session, Person, email="c@example.com", name="c")
        assert names() == ["a", "b", "c"]


def test_foreign_keys_hold(app):
    with pytest.raises(Exception, match="FOREIGN KEY"), write() as session:
        session.execute(text("INSERT INTO membership (person_id, team_id) VALUES (1, 1)"))


def test_a_file_is_kept_once_under_its_hash(app):
    digest = files.put(b"words")
    assert files.put(b"words") == digest
    with files.opened(digest) as file:
        assert file.read() == b"words"


def test_a_durable_file_is_whole_and_its_folders_are_settled_with_it(tmp_path, monkeypatch):
    settled = []
    monkeypatch.setattr(
        files.os, "fsync", lambda known: settled.append(Path(f"/proc/self/fd/{known}").readlink())
    )
    files.write_durably({tmp_path / "new" / "one": b"words"})
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["one"]
    assert settled[0].name.startswith(".one.")
    assert set(settled[1:]) == {tmp_path, tmp_path / "new"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "x" * 64 + "/", "." * 64])
def test_nothing_but_a_hash_opens_a_file(app, name):
    with pytest.raises(FileNotFoundError):
        files.opened(name)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "image/png"),
        (b"<html><script>", "text/plain"),
        (b"plain words", "text/plain"),
        ("grüße".encode()[:-2], "text/plain"),
        (b"\0\1\2\3", "application/octet-stream"),
        (b"", "text/plain"),
    ],
)
def test_the_type_is_sniffed_not_believed(content, kind):
    assert files.sniff(content) == kind


def test_a_signed_value_is_for_one_purpose_only(app):
    signed = signing.sign("answer", {"incident": 1})
    assert signing.unsign("answer", signed) == {"incident": 1}
    for wrong in (signed + "x", signed[:-1], "", "a.b.c"):
        with pytest.raises(signing.SignatureInvalid):
            signing.unsign("answer", wrong)
    with pytest.raises(signing.SignatureInvalid):
        signing.unsign("other", signed)


def test_a_short_mac_is_bound_to_value_and_purpose(app):
    mac = signing.short_mac("reply", "1")
    assert signing.mac_matches("reply", "1", mac.upper())
    assert not signing.mac_matches("reply", "2", mac)
    assert not signing.mac_matches("other", "1", mac)
    assert not signing.mac_matches("reply", "1", "é")


def test_nudges_wait_for_the_test_and_run_once(app):
    seen = []
    jobs.task("remember")(seen.append)
    jobs.nudge("remember", 7)
    assert jobs.run_waiting() == 1
    assert (seen, jobs.run_waiting()) == ([7], 0)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [("de", "de"), ("de-AT", "de_AT"), ("de_AT", "de_AT"), ("", "en"), ("Klingon!", "en"), ("xx-YY", "en")],
)
def test_a_language_is_spoken_however_it_is_written_and_english_where_there_is_none(app, written, spoken):
    with speaking(written):
        assert str(flask_babel.get_locale()) == spoken
