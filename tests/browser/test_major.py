"""One major incident from its alert to the all-clear: everybody it stops is told once, where they asked."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests import servers
from tests.browser.visitor import WIDE

PRINTERS, FILES = "The print server does not answer", "The file service does not answer"
FAULT, NEWS = "Nobody can print", "The print server gets a new disk."
WITHIN_S = 90


@pytest.fixture
def width():
    """Once is enough: each page has been looked at in both widths elsewhere."""
    return WIDE


@pytest.fixture
def monitor(stack):
    """What Alertmanager would send."""
    began = datetime.now(UTC).isoformat()

    def alert(status, name, service, summary, *, host):
        labels = {"alertname": name, "service": service, "severity": "critical", "host": host}
        known_by = {"startsAt": began, "fingerprint": f"{name}-{host}"}
        return {"status": status, "labels": labels, "annotations": {"summary": summary}, **known_by}

    def send(status):
        alerts = [
            *(alert(status, "PrintServerDown", "printing", PRINTERS, host=host) for host in ("lp1", "lp2")),
            alert(status, "ServiceDown", "files", FILES, host="nas"),
        ]
        with stack.client(stack.token("monitor@example.com", "monitor")) as client:
            client.post(
                "/api/v1/alerts/alertmanager", json={"version": "4", "alerts": alerts}
            ).raise_for_status()

    return send


def mails_with(stack, words):
    """To whom mails with these words went, one entry a mail."""
    database = sqlite3.connect(f"file:{stack.folder / 'var' / 'firstline.db'}?mode=ro", uri=True)
    with closing(database):
        rows = database.execute("SELECT recipient, raw FROM local_mail").fetchall()
    letters = ((to, message_from_bytes(raw, policy=policy.default)) for to, raw in rows)
    return [to for to, letter in letters if words in letter.get_body(("plain",)).get_content()]


def approve_restart(lead, number, stored):
    """The rule asks for it once the alert has come; a lead lets it run, and it says how it went."""

    def tells(words):
        return lambda: words in str(stored(number)["timeline"])

    servers.wait_until(tells("Restart service"), "the rule", seconds=WITHIN_S)
    lead.open(f"/desk/{number}").told("waits for approval")
    lead.look("remediation-waits")
    lead.button("Approve").click()
    servers.wait_until(tells("files was restarted and answers."), "the run", seconds=WITHIN_S)
    lead.page.reload()
    lead.told("files was restarted and answers.")


def test_one_fault_is_told_to_each_once_from_its_alert_to_the_all_clear(
    visit, stack, found, stored, send_mail, monitor
):
    monitor("firing")
    servers.wait_until(lambda: found(PRINTERS), "the alert's incident", seconds=WITHIN_S)
    (alert,) = found(PRINTERS)
    tess = visit("Tess")
    tess.open(f"/desk/{alert['number']}")
    tess.link("It stops many: declare it").click()
    tess.page.get_by_label("What people read").fill(FAULT)
    tess.look("declare-a-major-incident")
    tess.button("Declare it").click()
    tess.told("Declared. Everybody concerned reads of it now.")

    jonas = visit("Jonas")  # who reads German
    expect(jonas.page.locator("html")).to_have_attribute("lang", "de")
    jonas.told(FAULT)
    jonas.page.get_by_role("button", name=re.compile(rf"Ich auch\s*: {FAULT}")).click()
    jonas.told("Sie erfahren jede Neuigkeit.")
    by_portal = re.search(r"INC-\d+", jonas.page.url)[0]

    with stack.client(stack.token("bob@example.com", "employee")) as bob:
        said = bob.post("/api/v1/chat", json={"message": "/outage_check"}).raise_for_status().json()
        assert FAULT in str(said["messages"])
        offered = {
            button["title"]: button["payload"] for one in said["messages"] for button in one["buttons"]
        }
        press = next(payload for title, payload in offered.items() if FAULT in title or "affirm" in payload)
        answered = bob.post("/api/v1/chat", json={"message": press, "conversation": said["conversation"]})
        by_chat = re.search(r"INC-\d+", str(answered.raise_for_status().json()))[0]

    send_mail("The printer stays mute today", "Since this morning, on every floor.")
    servers.wait_until(lambda: found("The printer stays mute today"), "the mail", seconds=WITHIN_S)
    by_mail = found("The printer stays mute today")[0]["number"]

    tess.page.reload()
    tess.page.get_by_label("Another incident is part of it").fill(by_mail)
    tess.button("Add").click()
    for number in (by_portal, by_chat, by_mail):
        expect(tess.page.get_by_text(number).first).to_be_visible()
    tess.page.get_by_label("What is new").fill(NEWS)
    tess.button("Tell them").click()
    tess.told("hear it in their own channel")
    major = urlsplit(tess.page.url).path
    tess.look("major-incident")
    lena = visit("Lena")
    lena.open(major).picture("detect-major", height=800)
    lena.open("/status").picture("detect-status", height=900)
    lena.open("/services").picture("detect-services", height=640)
    ada = visit("Ada")
    ada.open("/admin/alerts").picture("detect-alerts", height=640)
    ada.open("/admin/remediations").picture("detect-remediations", height=800)
    approve_restart(lena, found(FILES)[0]["number"], stored)

    for number in (by_portal, by_chat, by_mail):
        told = [entry for entry in stored(number)["timeline"] if entry["text"] == NEWS]
        assert len(told) == 1, number
    jonas.open(f"/incidents/{by_portal}")
    expect(jonas.page.get_by_text(NEWS)).to_have_count(1)
    servers.wait_until(lambda: len(mails_with(stack, NEWS)) >= 3, "a mail to each", seconds=WITHIN_S)

    tess.open(major).page.get_by_label("What was done").fill("A new disk")
    tess.button("It is over for everybody").click()
    tess.told("Everybody concerned is asked whether it works for them.")
    monitor("resolved")
    for number in (by_portal, by_chat, by_mail, alert["number"]):
        assert stored(number)["state"] == "resolved", number
    jonas.open(f"/incidents/{by_portal}")
    jonas.button("Ja, es ist gelöst").click()
    jonas.told("Es ist geschlossen.")
    jonas.open("/status")
    expect(jonas.page.get_by_text(FAULT)).to_have_count(1)
    jonas.look("what-works-again")
    told = Counter(mails_with(stack, NEWS))
    assert told == Counter({"jonas@example.com": 1, "bob@example.com": 1, "erin@example.com": 1})
