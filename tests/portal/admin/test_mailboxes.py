"""The page of the mailboxes: what is entered, what is never shown, and what “Connect now” says."""

import imaplib
from dataclasses import replace
from datetime import timedelta

import pytest

from email_intake import mailboxes, spool
from email_intake.models import Mailbox, RawMessage
from firstline import clock, secrets
from firstline.db import db, write
from tests.email_intake.conftest import dovecot
from tests.email_intake.test_arrivals import put
from tests.email_intake.test_pipeline import mail
from tests.portal.admin.test_setting_up import text_of

__all__ = ["dovecot"]

BOX = {
    "name": "Support",
    "host": "127.0.0.1",
    "port": "1",
    "security": "none",
    "login": "password",
    "username": "support",
    "secret": "a very secret word",
    "start_at": "days",
    "start_days": "3",
    "team": "network",
    "service": "vpn",
    "opens_own": "1",
}


def only() -> Mailbox:
    db.session.rollback()
    (mailbox,) = mailboxes.list_mailboxes()
    return mailbox


def test_a_mailbox_is_added_and_its_password_is_never_shown_again(ada):
    assert ada.post("/admin/mailboxes", data=BOX).status_code == 303
    mailbox = only()
    assert (mailbox.team_id is None, mailbox.start_days, mailbox.opens_own) == (False, 3, True)
    assert secrets.decrypt(mailbox.secret) == "a very secret word"
    for page in ("/admin/mailboxes", f"/admin/mailboxes/{mailbox.id}"):
        words = text_of(ada.get(page))
        assert "Support" in words and "secret word" not in words and mailbox.secret not in words


def test_an_empty_password_field_keeps_it_and_other_fields_change(ada):
    ada.post("/admin/mailboxes", data=BOX)
    path = f"/admin/mailboxes/{only().id}"
    ada.post(path, data=BOX | {"secret": "", "name": "Helpdesk", "move_to": "Done"})
    mailbox = only()
    assert (mailbox.name, mailbox.move_to) == ("Helpdesk", "Done")
    assert secrets.decrypt(mailbox.secret) == "a very secret word"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"host": ""}, "name of the IMAP server"),
        ({"port": "99999"}, "from 1 to 65535"),
        ({"start_days": "many"}, "how many days back"),
        ({"secret": ""}, "Enter the password"),
    ],
)
def test_a_refusal_keeps_what_was_typed_but_the_password(ada, wrong, sentence):
    answer = ada.post("/admin/mailboxes", data=BOX | wrong)
    words = text_of(answer)
    assert answer.status_code == 422 and sentence in words
    assert 'value="Support"' in words and "secret word" not in words and mailboxes.list_mailboxes() == []


@pytest.mark.dovecot
def test_connect_now_says_what_failed_until_it_works(ada, dovecot):
    said = ada.post("/admin/mailboxes", data=BOX | {"try": "1"}, follow_redirects=True)
    assert "cannot be reached: Connection refused" in text_of(said)
    path = f"/admin/mailboxes/{only().id}"
    right = BOX | {"port": str(dovecot), "username": "page", "secret": "wrong", "try": "1"}
    assert "refuses the user name or the password" in text_of(
        ada.post(path, data=right, follow_redirects=True)
    )
    box = imaplib.IMAP4("127.0.0.1", dovecot)
    box.login("page", "pw")
    put(box, mail())
    box.logout()
    assert "one mail lies there" in text_of(
        ada.post(path, data=right | {"secret": "pw"}, follow_redirects=True)
    )
    assert "one mail lies there" in text_of(ada.post(f"{path}/try", follow_redirects=True))


def test_one_is_paused_and_goes_on(ada):
    ada.post("/admin/mailboxes", data=BOX)
    path = f"/admin/mailboxes/{only().id}/pause"
    assert "waits where it is" in text_of(ada.post(path, follow_redirects=True))
    assert not only().is_active and "Paused" in text_of(ada.get("/admin/mailboxes"))
    ada.post(path, data={"go_on": "1"})
    assert only().is_active


def test_the_one_of_the_settings_can_be_ruled_but_not_moved(ada, app):
    app.config["SETTINGS"] = replace(
        app.config["SETTINGS"], imap_url="imaps://help:pw@imap.example.com/INBOX"
    )
    mailboxes.seed(app.config["SETTINGS"])
    path = f"/admin/mailboxes/{only().id}"
    words = text_of(ada.get(path))
    assert "FIRSTLINE_IMAP_URL" in words and 'name="secret"' not in words
    ada.post(path, data=BOX | {"host": "evil.example"})
    assert (only().host, only().opens_own) == ("imap.example.com", True)


def test_what_is_wrong_with_a_mailbox_stands_in_the_list_and_on_the_health_page(ada):
    with write() as session:
        session.add(Mailbox(name="Broken", host="imap.example.com", security="none", error="It is away."))
    words = text_of(ada.get("/admin/mailboxes"))
    assert "Not read" in words and "It is away." in words and "in the clear" in words
    assert "Broken: It is away." in text_of(ada.get("/admin"))
    assert ada.get("/admin/mailboxes/999").status_code == 404


def test_the_mail_page_names_what_does_not_add_up_and_what_waits_too_long(ada):
    lost, waits = (spool.store(mail(slug).encode(), route="smtp") for slug in ("lost", "waits"))
    with write() as session:
        session.delete(session.get(RawMessage, lost))
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        words = text_of(ada.get("/admin/mail"))
    assert "2 taken, 1 found" in words and f"Mail no. {waits}" in words
