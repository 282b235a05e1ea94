"""Several mailboxes on a real dovecot: how we get in, what is taken, where it goes afterwards."""

import imaplib
import json
import socket
import ssl
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import Popen
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from email_intake import accounting, fetching, imap, mailboxes, process, tokens
from email_intake.connection import Account, LoginRefused, connect, explain
from email_intake.mailboxes import MailboxFacts
from email_intake.models import Login, Mailbox, RawMessage, Security, StartAt
from firstline import clock, leases, secrets
from firstline.db import db, write
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.models import Incident
from incidents.people import Role
from incidents.services import Service
from tests import servers
from tests.email_intake.conftest import run_dovecot
from tests.email_intake.test_arrivals import count, put
from tests.email_intake.test_pipeline import mail

pytestmark = pytest.mark.dovecot


def facts(server_port, **more):
    known = {"name": "Support", "host": "127.0.0.1", "port": str(server_port), "username": "support"}
    return MailboxFacts(**known | {"secret": "pw", "security": Security.NONE} | more)


@pytest.fixture
def ada(person):
    return person("ada", Role.ADMIN)


@pytest.fixture
def trusting(app, dovecot_tls):
    """The settings name the authority of dovecot's certificate."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], ca_file=dovecot_tls.authority)


def account_at(imap_server, security, **more):
    port = imap_server.tls_port if security == Security.TLS else imap_server.port
    return Account(
        **{"host": "localhost", "port": port, "username": "x", "secret": "pw", "security": security} | more
    )


class TestGettingIn:
    @pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
    def test_by_tls_and_starttls_with_an_authority_of_our_own(self, trusting, dovecot_tls, security):
        with connect(account_at(dovecot_tls, security)) as box:
            assert box.folder.get() == "INBOX"

    def test_a_certificate_nobody_vouches_for_is_refused_in_words(self, app, dovecot_tls):
        account = account_at(dovecot_tls, Security.TLS)
        with pytest.raises(ssl.SSLCertVerificationError) as refused:
            connect(account)
        assert "certificate we do not trust" in explain(refused.value, account)

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"secret": "nope"}, "refuses the user name or the password"),
            ({"folder": "Nowhere"}, "no folder “Nowhere”"),
            ({"security": Security.TLS}, "right port for this kind of security"),
            ({"port": 1}, "cannot be reached: Connection refused"),
            ({"secret": "schön"}, "refuses the user name or the password"),
        ],
    )
    def test_what_fails_is_said_in_words_without_the_password(self, trusting, dovecot_tls, wrong, words):
        account = replace(account_at(dovecot_tls, Security.STARTTLS), **wrong)
        with pytest.raises(Exception) as refused:  # noqa: PT011 - the words are what counts
            connect(account)
        said = explain(refused.value, account)
        assert words in said and account.secret not in said and account.secret not in repr(account)

    def test_plain_text_is_only_quiet_on_this_machine(self):
        plain = {"port": 143, "username": "x", "security": Security.NONE}
        assert Account(host="imap.example.com", **plain).is_readable_by_others
        assert not Account(host="127.0.0.1", **plain).is_readable_by_others


class TestTokens:
    """OAuth2: a command prints the token; dovecot asks a small server whether it is good."""

    @pytest.fixture
    def oauth(self, app, tmp_path):
        """A dovecot that takes XOAUTH2 alone; yields the account and the file the command prints."""
        good = tmp_path / "good"
        good.write_text("first-token")

        class Info(BaseHTTPRequestHandler):
            def do_GET(self):
                is_good = self.path.endswith(good.read_text())
                body = json.dumps(
                    {"username": "x", "active": True} if is_good else {"error": "invalid"}
                ).encode()
                self.send_response(200 if is_good else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Info)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        printed = tmp_path / "printed"
        printed.write_text("first-token")
        command = f"{sys.executable} -c \"print(open('{printed}').read())\""
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], imap_token_command=command)
        with run_dovecot(tokeninfo=f"http://127.0.0.1:{server.server_port}/?token=") as running:
            account = Account(
                host="127.0.0.1", port=running.port, username="x", security=Security.NONE, login=Login.OAUTH2
            )
            yield account, good, printed
        server.shutdown()
        server.server_close()
        tokens.forget("x")

    def test_a_token_lets_us_in_and_is_kept_until_it_is_refused(self, oauth):
        account, good, printed = oauth
        for _time in range(2):
            connect(account).logout()
        good.write_text("second-token")
        with pytest.raises(LoginRefused) as refused:
            connect(account)
        assert "refuses the access token" in explain(refused.value, account)
        printed.write_text("second-token")
        connect(account).logout()

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            (None, "FIRSTLINE_IMAP_TOKEN_COMMAND"),
            ("/nowhere/at/all", "failed: FileNotFoundError"),
            ("false", "failed: CalledProcessError"),
            ("true", "printed no token"),
            ("echo two words", "printed no token"),
        ],
    )
    def test_a_command_that_prints_none_is_named(self, app, command, words):
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], imap_token_command=command)
        with pytest.raises(tokens.TokenFailed, match=words):
            tokens.current("somebody")


class TestTheTable:
    def test_a_password_is_kept_encrypted_and_an_empty_field_keeps_it(self, ada, dovecot):
        mailbox_id = mailboxes.save(facts(dovecot), by=ada)
        row = mailboxes.find(mailbox_id)
        assert row.secret != "pw" and secrets.decrypt(row.secret) == "pw"
        mailboxes.save(facts(dovecot, name="Helpdesk", secret=""), by=ada, mailbox_id=mailbox_id)
        assert mailboxes.account_of(mailboxes.find(mailbox_id)).secret == "pw"

    def test_a_password_does_not_follow_to_another_server(self, ada, dovecot):
        mailbox_id = mailboxes.save(facts(dovecot), by=ada)
        with pytest.raises(Invalid, match="enter the password again"):
            mailboxes.save(facts(dovecot, host="evil.example", secret=""), by=ada, mailbox_id=mailbox_id)

    def test_another_secret_key_is_a_sentence_and_not_a_crash(self, app, ada, dovecot):
        mailbox_id = mailboxes.save(facts(dovecot), by=ada)
        app.config["SECRET_KEY"] = "quite another secret key"
        with pytest.raises(Conflict, match="under another secret key"):
            mailboxes.try_out(mailbox_id, by=ada)
        fetching._wanted(app)
        db.session.rollback()
        assert "another secret key" in mailboxes.find(mailbox_id).error

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": " "}, "name"),
            ({"host": ""}, "host"),
            ({"host": "imap://x"}, "host"),
            ({"port": "x"}, "port"),
            ({"username": ""}, "username"),
            ({"secret": ""}, "secret"),
            ({"security": "magic"}, "security"),
            ({"start_at": "never"}, "start_at"),
            ({"start_days": "0"}, "start_days"),
            ({"address": "nobody"}, "address"),
            ({"team": "nobody"}, "team"),
            ({"service": "nothing"}, "service"),
        ],
    )
    def test_what_cannot_work_is_refused_by_field(self, ada, dovecot, wrong, field):
        with pytest.raises(Invalid) as refused:
            mailboxes.save(facts(dovecot, **wrong), by=ada)
        assert refused.value.field == field

    def test_an_address_where_support_gets_its_notices_is_refused_by_name(self, ada, person, dovecot):
        person("tess", Role.AGENT)
        with pytest.raises(Conflict, match="Tess") as refused:
            mailboxes.save(facts(dovecot, address="Tess+desk@example.com"), by=ada)
        assert refused.value.field == "address"

    def test_only_administrators_may(self, person, dovecot):
        with pytest.raises(NotAllowed):
            mailboxes.save(facts(dovecot), by=person("tess", Role.AGENT))

    def test_connect_now_says_how_much_lies_there_or_what_failed(self, ada, dovecot):
        mailbox_id = mailboxes.save(facts(dovecot, username="counted"), by=ada)
        assert mailboxes.try_out(mailbox_id, by=ada) == 0
        mailboxes.save(facts(dovecot, username="counted", secret="wrong"), by=ada, mailbox_id=mailbox_id)
        with pytest.raises(Conflict, match="refuses the user name or the password"):
            mailboxes.try_out(mailbox_id, by=ada)

    def test_the_url_of_the_settings_is_the_first_one_and_pauses_when_it_goes(self, app, settings):
        seeded = replace(settings, imap_url="imaps://help%40example.com:pw@imap.example.com/INBOX")
        for _start in range(2):
            mailboxes.seed(seeded)
        (row,) = mailboxes.list_mailboxes()
        assert (row.host, row.port, row.security, row.secret) == ("imap.example.com", 993, Security.TLS, "")
        app.config["SETTINGS"] = seeded
        assert mailboxes.account_of(row).secret == "pw"
        mailboxes.seed(settings)
        assert not mailboxes.list_mailboxes()[0].is_active
        mailboxes.seed(seeded)
        assert mailboxes.list_mailboxes()[0].is_active


class TestTaking:
    def test_team_service_and_own_mailbox_reach_the_incident(self, fetch, client, mailbox, desk):
        with write() as session:
            row = session.get(Mailbox, mailbox.id)
            row.team_id = desk["second"].id
            row.service_id = session.scalar(select(Service.id).where(Service.slug == "printing"))
        put(client, mail())
        fetch()
        process.process_waiting()
        (incident,) = db.session.scalars(select(Incident))
        assert (incident.team.slug, incident.service.slug) == ("network", "printing")

    @pytest.mark.parametrize("folder", ["Done", "Erledigt/Für Später"])
    def test_taken_mail_moves_to_the_folder_of_the_mailbox(self, fetch, client, mailbox, folder):
        with write() as session:
            session.get(Mailbox, mailbox.id).move_to = folder.replace("/", ".")
        for number in range(3):
            put(client, mail(str(number), slug=str(number)))
        assert fetch() == 3
        client.select("INBOX")
        assert client.search(None, "ALL")[1] == [b""]
        assert (count(RawMessage), fetch()) == (3, 0)

    def test_without_move_it_is_copied_and_only_ours_is_expunged(self, fetch, client, mailbox, monkeypatch):
        monkeypatch.setattr(imap, "_capabilities", lambda box: {b"UIDPLUS"})
        with write() as session:
            session.get(Mailbox, mailbox.id).move_to = "Done"
        put(client, mail())
        fetch()
        client.select("Done")
        assert client.search(None, "ALL")[1] == [b"1"]

    def test_kept_but_not_moved_before_a_crash_is_moved_later(self, fetch, client, mailbox, monkeypatch):
        put(client, mail())
        monkeypatch.setattr(imap, "_put_away", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fetch()
        monkeypatch.undo()
        assert (fetch(), count(RawMessage)) == (0, 1)
        client.select("INBOX")
        assert client.search(None, "SEEN")[1] == [b"1"]

    @pytest.mark.parametrize(
        ("policy", "taken"),
        [
            (StartAt.NOW, ["new"]),
            (StartAt.DAYS, ["week", "today", "new"]),
            (StartAt.ALL, ["old", "week", "today", "new"]),
        ],
    )
    def test_the_start_policy_says_what_is_taken_of_a_full_mailbox(
        self, fetch, client, mailbox, policy, taken
    ):
        with write() as session:
            row = session.get(Mailbox, mailbox.id)
            row.start_at, row.start_days = policy, 8
        for name, days in (("old", 30), ("week", 7), ("today", 0)):
            put(client, mail(name, slug=name), when=imaplib.Time2Internaldate(time.time() - days * 86400))
        fetch()
        put(client, mail("new", slug="new"))
        fetch()
        process.process_waiting()
        rows = db.session.scalars(select(RawMessage).order_by(RawMessage.uid)).all()
        assert [row.message_id.partition("@")[0] for row in rows] == taken
        answered = [row.message_id.partition("@")[0] for row in rows if row.may_answer]
        assert set(answered) <= {"today", "new"} and "new" in answered

    def test_a_wider_start_reads_again_what_was_left_out(self, fetch, client, mailbox, ada, dovecot, account):
        put(client, mail("old", slug="old"), when=imaplib.Time2Internaldate(time.time() - 30 * 86400))
        put(client, mail("new", slug="new"))
        assert fetch() == 1
        mailboxes.save(
            facts(dovecot, name="first", username=account.username, secret="", start_at=StartAt.ALL),
            by=ada,
            mailbox_id=mailbox.id,
        )
        assert (fetch(), count(RawMessage)) == (1, 2)

    def test_a_folder_made_anew_is_noted_for_those_who_ask(self, fetch, client, mailbox):
        put(client, mail())
        fetch()
        with write() as session:
            session.get(Mailbox, mailbox.id).uidvalidity = 1
        fetch()
        assert mailboxes.renewed_at(mailbox.id) is not None

    def test_what_was_taken_adds_up(self, fetch, client):
        for number in range(4):
            put(client, mail(str(number), slug=str(number)))
        fetch()
        process.process_waiting()
        (line,) = accounting.balance()
        assert (line.taken, line.came_to, line.is_right) == (4, {"opened": 4}, True)


def test_news_that_came_in_the_same_breath_as_the_go_ahead_is_noticed():
    ours, theirs = socket.socketpair()
    box = SimpleNamespace(client=SimpleNamespace(sock=ours, file=ours.makefile("rb")))
    with ours, theirs, box.client.file:
        assert not imap._has_read_on(box)
        theirs.sendall(b"+ idling\r\n* 3 EXISTS\r\n")
        assert box.client.file.readline() == b"+ idling\r\n"
        assert imap._has_read_on(box) and box.client.file.readline() == b"* 3 EXISTS\r\n"


class TestFollowing:
    """The running intake sees what is added, changed and paused in the table."""

    @pytest.fixture
    def running(self, app, desk, monkeypatch):
        monkeypatch.setattr(fetching, "LOOK_EVERY_S", 0.1)
        monkeypatch.setattr(imap, "LOOK_EVERY_S", 0.5)
        stop = threading.Event()
        thread = threading.Thread(target=fetching.fetch_forever, args=[app, stop])
        thread.start()
        yield
        stop.set()
        thread.join(20)

    def test_two_mailboxes_added_while_it_runs_are_fetched_until_they_are_paused(self, running, ada, dovecot):
        boxes = {}
        for user in ("one", "two"):
            boxes[user] = imaplib.IMAP4("127.0.0.1", dovecot)
            boxes[user].login(f"follow-{user}", "pw")
            put(boxes[user], mail(user, slug=user))
        ids = [mailboxes.save(facts(dovecot, name=user, username=f"follow-{user}"), by=ada) for user in boxes]
        servers.wait_until(lambda: count(RawMessage) == 2, "both arrivals")
        mailboxes.pause(ids[0], is_active=False, by=ada)
        lease = lambda: leases.find(fetching.lease_of(ids[0]))  # noqa: E731
        servers.wait_until(lambda: not db.session.rollback() and lease().until <= clock.now(), "the pause")
        for user, box in boxes.items():
            put(box, mail(user + " again", slug=user + "2"))
        servers.wait_until(lambda: count(RawMessage) == 3, "the arrival in the other")
        mailboxes.pause(ids[0], is_active=True, by=ada)
        servers.wait_until(lambda: count(RawMessage) == 4, "going on where it was left")
        [box.logout() for box in boxes.values()]

    def test_a_wrong_password_is_shown_and_a_right_one_taken_up(self, running, ada, dovecot):
        wrong = facts(dovecot, username="follow-three", secret="wrong")
        mailbox_id = mailboxes.save(wrong, by=ada)

        def trouble():
            db.session.rollback()
            return mailboxes.trouble(mailboxes.find(mailbox_id))

        servers.wait_until(lambda: "refuses" in trouble(), "the refusal")
        mailboxes.save(replace(wrong, secret="pw"), by=ada, mailbox_id=mailbox_id)
        servers.wait_until(
            lambda: not trouble() and mailboxes.find(mailbox_id).fetched_at is not None, "a fetch"
        )

    def test_the_lease_of_a_killed_intake_is_taken_over_at_once(self, app):
        gone = Popen([sys.executable, "-c", ""])
        gone.wait()
        assert leases.hold("imap:7", f"{socket.gethostname()}:{gone.pid}:abc", for_=timedelta(seconds=90))
        leases.bury("imap:7")
        assert leases.hold("imap:7", "me", for_=timedelta(seconds=90))
