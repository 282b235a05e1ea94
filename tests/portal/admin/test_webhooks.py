"""An administrator sets up a webhook in the browser, sees what it heard, and sends it again."""

from sqlalchemy import select

from email_intake import alarm
from firstline import clock, outgoing
from firstline.db import db, write
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.webhooks import sending
from incidents.webhooks.models import Delivery, Webhook
from tests.portal.admin.test_setting_up import text_of

HOOK = {"name": "Chat", "url": "https://hooks.example.com/x", "is_active": "1"}


def test_the_secret_is_shown_once_and_what_was_sent_is_listed(ada, person, monkeypatch):
    made = text_of(ada.post("/admin/webhooks", data=HOOK))
    assert "shown this once" in made
    webhook = db.session.scalars(select(Webhook)).one()
    assert "shown this once" not in text_of(ada.get(f"/admin/webhooks/{webhook.id}"))
    report(Report(requester_id=person("erin").id, description="vpn drops", channel=Channel.PORTAL))
    monkeypatch.setattr(outgoing, "post", lambda *_call: None)
    sending.send_due()
    page = text_of(ada.get(f"/admin/webhooks/{webhook.id}"))
    assert "incident.reported" in page and "INC-000001" in page and "taken" in page
    delivery = db.session.scalars(select(Delivery)).first()
    ada.post(f"/admin/webhooks/{webhook.id}/deliveries/{delivery.id}/again")
    assert delivery.standing == "due"
    assert ada.post(f"/admin/webhooks/{webhook.id}/trial").status_code == 303
    renewed = ada.post(f"/admin/webhooks/{webhook.id}/secret")
    assert "shown this once" in text_of(renewed)


def test_a_refusal_keeps_what_was_typed_and_a_replay_needs_its_times(ada):
    answer = ada.post("/admin/webhooks", data=HOOK | {"url": "hooks"})
    assert answer.status_code == 422 and "Write the whole address" in text_of(answer)
    ada.post("/admin/webhooks", data=HOOK)
    assert ada.post("/admin/webhooks/1/replay", data={"since": "x"}).status_code == 422
    times = {"since": "2026-11-01T00:00", "until": "2026-11-02T00:00"}
    assert ada.post("/admin/webhooks/1/replay", data=times).status_code == 303
    assert ada.get("/admin/webhooks/7").status_code == 404


def test_administrators_get_one_mail_when_a_webhook_is_switched_off(ada, monkeypatch):
    ada.post("/admin/webhooks", data=HOOK)
    with write() as session:
        webhook = session.get_one(Webhook, 1)
        webhook.is_active, webhook.off_since, webhook.error = False, clock.now(), "nobody there"
    sent = []
    monkeypatch.setattr(
        alarm.transport, "send", lambda message, recipient: sent.append((recipient, message.body))
    )
    alarm.tell_of_webhooks()
    alarm.tell_of_webhooks()
    ((recipient, body),) = sent
    assert recipient == "ada@example.com" and "nobody there" in body and "/admin/webhooks/1" in body
    assert "failed for too long" in text_of(ada.get("/admin/webhooks"))
    ada.post("/admin/webhooks/1/remove")
    assert "No webhook yet" in text_of(ada.get("/admin/webhooks"))
