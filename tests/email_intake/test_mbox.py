from datetime import UTC, datetime

from sqlalchemy import select

from email_intake import mbox
from firstline.db import db
from incidents.models import Channel, Event, Incident, State
from incidents.moving import arriving
from incidents.moving.arriving import Fate
from incidents.people import Role

BOX = """From erin@example.com Tue Mar  3 09:00:00 2026
From: Erin <erin@example.com>
To: helpdesk@example.com
Subject: Screen stays dark
Message-ID: <1@x.example>
Date: Tue, 03 Mar 2026 09:00:00 +0100

My second screen stays dark.

From tess@example.com Tue Mar  3 10:00:00 2026
From: Tess <tess@example.com>
Subject: Re: Screen stays dark
Message-ID: <2@x.example>
In-Reply-To: <1@x.example>
Date: Tue, 03 Mar 2026 10:00:00 +0100

Please change the cable.

On Tue, 3 Mar 2026 at 09:00, Erin wrote:
> My second screen stays dark.

From nobody Tue Mar  3 11:00:00 2026
Subject: without a sender

Lost.

From bob@example.com Tue Mar  3 12:00:00 2026
From: Bob <bob@example.com>
Subject: Screen stays dark
Message-ID: <3@x.example>
Date: Tue, 03 Mar 2026 12:00:00 +0100

Mine, too.
"""


def test_conversations_become_incidents_with_what_was_answered(desk, person, tmp_path):
    tess = person("tess", Role.AGENT, desk["first"])
    (tmp_path / "old.mbox").write_text(BOX)
    lines = list(arriving.take_in(mbox.read(tmp_path / "old.mbox"), source="mbox"))
    assert [(line.place, line.fate) for line in lines] == [
        ("message 3", Fate.SKIPPED),
        ("message 1", Fate.INCIDENT),
        ("message 4", Fate.INCIDENT),
    ]
    first, _second = db.session.scalars(select(Incident).order_by(Incident.id))
    assert (first.state, first.channel, first.assignee) == (State.CLOSED, Channel.MAIL, tess)
    assert first.created_at == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    answered = next(entry for entry in first.entries if entry.event == Event.ANSWERED)
    assert answered.text == "Please change the cable."
    again = arriving.look_at(mbox.read(tmp_path / "old.mbox"), source="mbox")
    assert [line.fate for line in again] == [Fate.SKIPPED, Fate.KNOWN, Fate.KNOWN]
