"""Cases of the hard list that need a server, a clock or a crash, by number; and that none is forgotten."""

import imaplib
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from email_intake import fetching, imap, opening, process, retention, spool
from email_intake.connection import Account
from email_intake.models import Mailbox, Outcome, RawMessage
from firstline import clock, files, leases
from firstline.db import db, write
from incidents.attachments import Upload, store
from incidents.errors import NotFound
from incidents.models import Incident
from tests.email_intake.test_arrivals import count, put
from tests.email_intake.test_pipeline import mail

HERE = Path(__file__).parent
TABLE = HERE / "cases.md"
ROW = re.compile(r"^\| (\d+) \| (.+) \|$", re.MULTILINE)


def where_cases_are():
    """Every case number with the corpus entries and numbered tests that show it."""
    found = {}
    for path in sorted((HERE / "corpus").iterdir()):
        if path.suffix == ".eml" or path.is_dir():
            found.setdefault(int(path.name[:3]), []).append(path.stem)
    for path in sorted(HERE.glob("test_*.py")):
        for name, number in re.findall(r"^def (test_case_(\d{3})_\w+)", path.read_text(), re.MULTILINE):
            found.setdefault(int(number), []).append(f"{path.stem}::{name}")
    return found


def test_every_case_from_1_to_140_is_shown_somewhere_and_the_table_says_where():
    found = where_cases_are()
    assert set(found) == set(range(1, 141))
    said = {int(number): places for number, places in ROW.findall(TABLE.read_text())}
    assert said == {number: ", ".join(places) for number, places in found.items()}


class Box:
    """The little of an IMAP session that searching and fetching ask of it; each answer may be a refusal."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []
        self.client = self

    def uids(self, criteria, charset):
        self.asked.append((criteria, charset))
        return self._answer("SINCE" if "SINCE" in criteria else "UID")

    def uid(self, _command, _uid, what):
        self.asked.append(what)
        return self._answer("SIZE" if "SIZE" in what else "BODY")

    def _answer(self, name):
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.dovecot
def test_case_042_a_changed_uidvalidity_reads_again_without_doubles(fetch, client):
    put(client, mail())
    fetch()
    with write() as session:
        session.scalars(select(Mailbox)).one().uidvalidity = 1
    fetch()
    process.process_waiting()
    assert (count(RawMessage), count(Incident)) == (1, 1)


@pytest.mark.dovecot
def test_case_043_a_uid_used_again_for_another_mail_is_not_skipped(fetch, client):
    put(client, mail())
    fetch()
    with write() as session:
        # The folder was deleted and made anew: same numbers, other mails.
        session.scalars(select(Mailbox)).one().uidvalidity = 1
        session.scalars(select(RawMessage)).one().uidvalidity = 1
    client.select("INBOX")
    client.store("1", "+FLAGS", r"\Deleted")
    client.expunge()
    put(client, mail("another", slug="two"))
    fetch()
    assert count(RawMessage) == 2


@pytest.mark.dovecot
def test_case_044_mail_somebody_read_first_is_taken(fetch, client):
    put(client, mail())
    client.select("INBOX")
    client.store("1", "+FLAGS", r"\Seen")
    assert fetch() == 1


@pytest.mark.dovecot
def test_case_045_flags_set_during_the_run_shift_nothing(fetch, client, monkeypatch):
    for number in range(5):
        put(client, mail(str(number), slug=str(number)))
    take = imap._take

    def take_while_somebody_reads(box, place, size):
        client.select("INBOX")
        client.store("1:*", "+FLAGS", r"\Seen")
        return take(box, place, size)

    monkeypatch.setattr(imap, "_take", take_while_somebody_reads)
    assert (fetch(), count(RawMessage)) == (5, 5)


def test_case_046_a_search_that_stumbles_over_the_date_goes_by_uid_alone():
    box = Box(SINCE=imaplib.IMAP4.error("SEARCH failed"), UID=["7", "9"])
    assert imap._uids_after(box, 7, clock.now()) == [9]
    assert [charset for _criteria, charset in box.asked] == [None, None]


def test_case_046_a_broken_connection_is_no_refusal():
    box = Box(SINCE=imaplib.IMAP4.abort("gone"), UID=["9"])
    with pytest.raises(imaplib.IMAP4.abort):
        imap._uids_after(box, 7, clock.now())


@pytest.mark.dovecot
def test_case_115_of_a_very_large_mail_only_the_beginning_is_fetched(fetch, client, monkeypatch):
    monkeypatch.setattr(imap, "BEGINNING", 2000)
    text = "--b\n\nSee the film.\n--b\nContent-Type: video/mp4; name=film.mp4\n\n" + "x" * 9000 + "\n--b--"
    put(client, mail(text, extra="Content-Type: multipart/mixed; boundary=b"))
    settings = replace(imap.current_app.config["SETTINGS"], max_upload=1000)
    monkeypatch.setitem(imap.current_app.config, "SETTINGS", settings)
    fetch()
    process.process_waiting()
    (row,) = db.session.scalars(select(RawMessage))
    assert row.size < 2100
    assert "See the film." in row.incident.description and row.incident.entries[0].attachments == []


def test_case_129_a_mailbox_that_cannot_be_reached_says_so_and_since_when(app, unreachable):
    fetching._note_failure(unreachable, Account(host="127.0.0.1", port=1, username="u"), OSError("refused"))
    db.session.rollback()
    (mailbox,) = db.session.scalars(select(Mailbox))
    assert "refused" in mailbox.error and mailbox.fetched_at is None


@pytest.fixture
def unreachable(app):
    with write() as session:
        row = Mailbox(name="nobody", host="127.0.0.1", port=1, username="u")
        session.add(row)
    return row.id


def test_case_130_a_message_cut_off_half_way_is_not_kept_and_not_flagged(app):
    for cut in (imaplib.IMAP4.abort("eof"), ("OK", [None]), ("NO", [b"try later"])):
        box = Box(BODY=cut)
        place = spool.Place(mailbox_id=1, uidvalidity=1, uid=7)
        with pytest.raises((imaplib.IMAP4.abort, imap._NotThere)):
            imap._take(box, place, 100)
        assert count(RawMessage) == 0


def test_case_131_one_of_two_fetchers_waits_and_what_both_bring_is_one(app):
    with write() as session:
        session.add(Mailbox(name="box"))
    held = fetching.lease_of(1)
    assert leases.hold(held, "one", for_=timedelta(seconds=90))
    assert not leases.hold(held, "two", for_=timedelta(seconds=90))
    place = spool.Place(mailbox_id=1, uidvalidity=1, uid=7)
    ids = {spool.store(mail().encode(), route="imap:1", place=place) for _fetcher in range(2)}
    assert len(ids) == 1


def test_case_132_what_is_older_than_the_start_is_left_alone(app):
    box = Box(SINCE=[], UID=["1"])
    imap._uids_after(box, 0, clock.now())
    assert "SINCE" in box.asked[0][0]


def test_case_133_what_the_database_refuses_stays_spooled_and_is_tried_again(take, monkeypatch, desk):
    def refuse(*_given, **_more):
        raise OperationalError("INSERT", {}, Exception("disk full"))

    with monkeypatch.context() as full:
        full.setattr(opening, "report_all", refuse)
        row = take(mail())
    assert (row.outcome, row.attempts, "disk full" in row.error) == (Outcome.WAITING, 1, True)
    with clock.freeze(clock.now() + timedelta(minutes=5)):
        process.process_waiting()
    db.session.rollback()
    assert db.session.get(RawMessage, row.id).outcome == Outcome.OPENED


def age_of_files(monkeypatch):
    monkeypatch.setattr(files, "YOUNG_S", -1)


def test_case_138_the_original_goes_after_its_days_and_the_words_stay(take, monkeypatch):
    age_of_files(monkeypatch)
    row, raw = take(mail()), mail().encode()
    assert retention.erase_old() == 0
    with clock.freeze(clock.now() + timedelta(days=181)):
        assert (retention.erase_old(), retention.erase_old()) == (1, 0)
    db.session.rollback()
    row = db.session.get(RawMessage, row.id)
    assert row.incident.description == "The VPN drops every few minutes."
    with pytest.raises(NotFound):
        spool.load(row)
    with pytest.raises(FileNotFoundError):
        files.opened(spool.digest_of(raw))


def test_case_138_bytes_that_another_row_names_stay(take, monkeypatch):
    age_of_files(monkeypatch)
    row = take(mail())
    second = spool.store(mail().encode(), route="other")
    (kept,) = store([Upload("mail.eml", mail("x", slug="x").encode())])
    other = take(mail("x", slug="x"))
    assert kept.digest == other.digest
    with clock.freeze(clock.now() + timedelta(days=181)):
        retention.erase_old()
    db.session.rollback()
    assert db.session.get(RawMessage, row.id).erased_at is not None
    assert spool.load(db.session.get(RawMessage, second)) == mail().encode()


def test_case_138_a_sender_can_be_erased_and_what_waits_is_spared(take, monkeypatch):
    age_of_files(monkeypatch)
    take(mail())
    take("X-Spam-Flag: YES\n" + mail("spam", slug="spam"))
    waiting = spool.store(mail("w", slug="w").encode(), route="test")
    assert retention.erase_sender("Erin@example.com") == 2
    db.session.rollback()
    held = db.session.scalars(select(RawMessage).where(RawMessage.outcome == Outcome.QUARANTINED)).one()
    assert (held.sender, held.subject, held.participants) == ("", "", [])
    assert spool.load(db.session.get(RawMessage, waiting))


def test_case_138_whoever_stores_the_same_in_that_moment_wins(app):
    digest = files.put(b"words")
    files.remove(digest)
    with files.opened(digest) as kept:
        assert kept.read() == b"words"


def test_case_139_while_nobody_works_mail_is_taken_and_waits(app, desk):
    for number in range(3):
        spool.store(mail(str(number), slug=str(number)).encode(), route="smtp")
    waiting = select(func.count()).where(RawMessage.outcome == Outcome.WAITING)
    assert (db.session.scalar(waiting), count(Incident)) == (3, 0)
    assert process.process_waiting() == 3
    assert [one.description for one in db.session.scalars(select(Incident).order_by(Incident.id))] == [
        "0",
        "1",
        "2",
    ]
