"""The people of a simulated month: what they report, and what they do with it.

Reports are handed over as bytes, forms and JSON, as each channel brings them; what follows is asked of the
domain, as every page does. Drawn by a seed.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from flask import Flask
from sqlalchemy import func, select

from chatbot.client import conversations
from email_intake import process, spool
from firstline import clock, jobs
from firstline.db import db
from incidents import continuing, lifecycle, selfhelp
from incidents.errors import Conflict
from incidents.lifecycle import Change
from incidents.models import OPEN_NOW, Channel, Incident, Resolution, State
from incidents.people import Person
from incidents.resolutions import rating
from incidents.resolutions.models import Score
from tests.integration.in_order import Standing, check_one

TROUBLES = ("vpn drops", "printer jams", "mail is full", "screen stays black", "password forgotten")
PLACES = ("in Berlin", "at the counter", "since Monday", "after lunch", "for the whole team", "again")


@dataclass
class Month:
    """The desk, the draw, and what is still to happen, by time."""

    app: Flask
    draw: random.Random
    employees: list[Person]
    agents: list[Person]
    tokens: dict[str, str]
    clients: dict[int, object] = field(default_factory=dict)
    ahead: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)
    known: dict[int, Standing] = field(default_factory=dict)
    steps: Counter[str] = field(default_factory=Counter)

    def later(self, deed: Callable[[], object], **span: float) -> None:
        at = clock.now() + timedelta(**span)
        heapq.heappush(self.ahead, (at, next(self.order), deed))

    def client(self, person: Person) -> object:
        if person.id not in self.clients:
            client = self.app.test_client()
            with client.session_transaction() as session:
                session.update(_user_id=person.fs_uniquifier, _fresh=True)
            self.clients[person.id] = client
        return self.clients[person.id]

    def ask(self, call: Callable[..., object], *args: object, **more: object) -> object:
        answer = Context().run(call, *args, **more)
        assert answer.status_code < 400, answer.get_data(as_text=True)[:500]
        return answer


def report(month: Month, channel: str, n: int) -> None:
    """Something is reported by this channel; afterwards people begin to act on it."""
    words = f"{month.draw.choice(TROUBLES)} {month.draw.choice(PLACES)}, case {n}"
    before = newest()
    ADAPTERS[channel](month, words, n)
    db.session.rollback()
    incident_id = newest()
    assert incident_id == before + 1, f"{channel} lost or doubled case {n}"
    step(month, incident_id, "reported")
    month.later(lambda: begin(month, incident_id), minutes=month.draw.uniform(1, 40))


def by_portal(month: Month, words: str, n: int) -> None:
    urgency = month.draw.choice(["low", "medium", "medium", "high"])
    form = {"description": words, "urgency": urgency, "reach": "me", "key": f"month-{n}"}
    month.ask(month.client(month.draw.choice(month.employees)).post, "/report", data=form)


def by_mail(month: Month, words: str, n: int) -> None:
    sender = month.draw.choice(month.employees).email
    lines = (
        f"From: {sender}",
        "To: helpdesk@example.com",
        f"Subject: {words}",
        f"Message-ID: <{n}@x.example>",
    )
    raw = "\r\n".join((*lines, "", words, "")).encode()
    process.process(spool.store(raw, route="test"))


def by_api(month: Month, words: str, n: int) -> None:
    address = month.draw.choice([one for one in month.tokens if one != "monitor"])
    headers = {"Authorization": f"Bearer {month.tokens[address]}", "Idempotency-Key": f"case-{n}"}
    month.ask(month.app.test_client().post, "/api/v1/incidents", json={"title": words}, headers=headers)


def by_chat(month: Month, words: str, n: int) -> None:
    # Whoever tells a trouble again in the chat is led to their open one, which is a test of its own.
    trouble = next(one for one in TROUBLES if words.startswith(one))
    told = select(Incident.requester_id).where(OPEN_NOW, Incident.description.contains(trouble))
    has_it = set(db.session.scalars(told))
    person = month.draw.choice([one for one in month.employees if one.id not in has_it])
    assert conversations.say(person, f"My {words}", message_id=f"turn-{n}").messages


def by_phone(month: Month, words: str, n: int) -> None:
    form = {"caller": month.draw.choice(month.employees).email, "description": words, "key": f"call-{n}"}
    form |= {"channel": month.draw.choice(["phone", "walk_up"])}
    if month.draw.random() < 0.4:
        form |= {"solved": "1", "solution": "Told them how"}
    month.ask(month.client(month.draw.choice(month.agents)).post, "/desk/new", data=form)


def by_monitoring(month: Month, words: str, n: int) -> None:
    alert = {
        "status": "firing",
        "fingerprint": f"alert-{n}",
        "labels": {"alertname": f"Trouble{n}", "instance": f"host-{n}", "severity": "warning"},
        "annotations": {"summary": words},
        "startsAt": clock.now().isoformat(),
    }
    headers = {"Authorization": f"Bearer {month.tokens['monitor']}"}
    body = {"version": "4", "alerts": [alert]}
    month.ask(month.app.test_client().post, "/api/v1/alerts/alertmanager", json=body, headers=headers)
    for sweep in (one for _every, one in jobs.sweeps() if one.__name__ == "sort_due"):
        sweep()


ADAPTERS = {
    "portal": by_portal,
    "chat": by_chat,
    "mail": by_mail,
    "api": by_api,
    "phone": by_phone,
    "monitoring": by_monitoring,
}


def begin(month: Month, incident_id: int) -> None:
    """Self-help for some, silence for others, then support."""
    incident = db.session.get_one(Incident, incident_id)
    if incident.state == State.OFFERED:
        lot = month.draw.random()
        if lot < 0.5:
            act(
                month,
                incident_id,
                "told",
                lambda: selfhelp.tell_outcome(incident_id, by=incident.requester, solved=lot < 0.2),
            )
    month.later(lambda: work(month, incident_id), hours=month.draw.uniform(0.6, 6))


def work(month: Month, incident_id: int) -> None:
    incident, agent = db.session.get_one(Incident, incident_id), month.draw.choice(month.agents)
    if not incident.is_open:
        month.later(lambda: end(month, incident_id), hours=month.draw.uniform(1, 60))
        return
    if incident.assignee_id is None:
        act(month, incident_id, "taken", lambda: lifecycle.take(incident_id, by=agent))
    else:
        agent = incident.assignee
    deed = month.draw.choices(["resolve", "wait", "answer", "hand over"], [55, 15, 20, 10])[0]
    WORK[deed](month, incident_id, agent)


def resolve(month: Month, incident_id: int, agent: Person) -> None:
    wanted = Change(
        to=State.RESOLVED,
        resolution=month.draw.choice([Resolution.SUPPORT, Resolution.HIGHER_TIER]),
        cause="worn cable",
        note="Changed the cable",
        minutes_spent=month.draw.randrange(5, 60),
    )
    act(month, incident_id, "resolved", lambda: lifecycle.change(incident_id, wanted, by=agent))
    month.later(lambda: end(month, incident_id), hours=month.draw.uniform(1, 200))


def wait(month: Month, incident_id: int, agent: Person) -> None:
    wanted = Change(to=State.WAITING, note="Which one?")
    act(month, incident_id, "waits", lambda: lifecycle.change(incident_id, wanted, by=agent))
    month.later(lambda: say(month, incident_id, "The blue one"), hours=month.draw.uniform(1, 48))
    month.later(lambda: work(month, incident_id), hours=month.draw.uniform(49, 60))


def answer(month: Month, incident_id: int, agent: Person) -> None:
    words = f"Please restart it, {month.draw.random()}"
    act(
        month,
        incident_id,
        "answered",
        lambda: continuing.say(incident_id, by=agent, text=words, channel=Channel.PORTAL),
    )
    month.later(lambda: work(month, incident_id), hours=month.draw.uniform(1, 20))


def hand_over(month: Month, incident_id: int, agent: Person) -> None:
    act(
        month, incident_id, "handed over", lambda: lifecycle.escalate(incident_id, by=agent, note="Beyond us")
    )
    month.later(lambda: work(month, incident_id), hours=month.draw.uniform(1, 20))


WORK = {"resolve": resolve, "wait": wait, "answer": answer, "hand over": hand_over}


def say(month: Month, incident_id: int, words: str) -> None:
    requester = db.session.get_one(Incident, incident_id).requester
    act(
        month,
        incident_id,
        "wrote",
        lambda: continuing.say(incident_id, by=requester, text=words, channel=Channel.MAIL),
    )


def end(month: Month, incident_id: int) -> None:
    """The requester confirms, thanks, comes back, rates it, or says nothing."""
    incident = db.session.get_one(Incident, incident_id)
    requester, lot = incident.requester, month.draw.random()
    if rating.may_be_rated(incident) and lot < 0.3:
        score = month.draw.choice(list(Score))
        act(
            month,
            incident_id,
            "rated",
            lambda: rating.rate(incident_id, score, by=requester, channel=Channel.MAIL),
        )
    if incident.state == State.RESOLVED and lot < 0.4:
        confirmed = Change(to=State.CLOSED)
        act(month, incident_id, "confirmed", lambda: lifecycle.change(incident_id, confirmed, by=requester))
    elif lot < 0.5:
        say(month, incident_id, "Thanks a lot!")
    elif lot < 0.6:
        say(month, incident_id, "It is back again")
        month.later(lambda: work(month, incident_id), hours=month.draw.uniform(1, 20))


def act(month: Month, incident_id: int, name: str, deed: Callable[[], object]) -> None:
    """Do it; a refusal is an answer, too, and must leave everything as it was."""
    version = db.session.get_one(Incident, incident_id).version
    try:
        deed()
    except Conflict:
        db.session.rollback()
        assert db.session.get_one(Incident, incident_id).version == version, "a refusal left a trace"
        month.steps["refused"] += 1
        return
    step(month, incident_id, name)


def step(month: Month, incident_id: int, name: str) -> None:
    """Something happened to this incident."""
    db.session.rollback()
    month.steps[name] += 1
    incident = db.session.get_one(Incident, incident_id)
    month.known[incident_id] = check_one(incident, month.known.get(incident_id))


def newest() -> int:
    return db.session.scalar(select(func.max(Incident.id))) or 0
