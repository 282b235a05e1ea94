"""The original of a mail on the desk: cleaned, sealed, pictures only on request, and nobody else's."""

import base64

import pytest
from sqlalchemy import select

from email_intake import process, spool
from email_intake.models import RawMessage
from firstline import clock
from firstline.db import db, write
from incidents.models import Incident

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HTML = """<html><body onload="x()"><p style="color:red;position:fixed;background:url(https://evil.example/b.png)">Hello
<b>desk</b></p><script>alert(1)</script><form action="https://evil.example"><input name=a></form>
<a href="javascript:x()">bad</a> <a href="https://staff.example/log">log</a>
<img src="cid:shot@x"><img src="cid:gone@x"><img src="https://evil.example/pixel.png"><iframe src="https://evil.example"></iframe>"""
RAW = (
    b"From: Erin <erin@staff.example>\nTo: helpdesk@example.com\nSubject: Black screen\nMessage-ID: <m@staff.example>\n"
    b"X-Custom: =?utf-8?Q?gr=C3=BCn?=\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
    b"Content-Type: text/html; charset=utf-8\n\n"
    + HTML.encode()
    + b"\n--b\nContent-Type: image/png; name=shot.png\n"
    b"Content-ID: <shot@x>\nContent-Disposition: inline\nContent-Transfer-Encoding: base64\n\n"
    + base64.encodebytes(PIXEL)
    + b"--b\nContent-Type: image/png; name=lie.png\nContent-ID: <lie@x>\n\n<svg onload=x()>\n--b--\n"
)


@pytest.fixture
def row(at_desk):
    raw_id = spool.store(RAW, route="test")
    process.process(raw_id)
    db.session.rollback()
    return db.session.get(RawMessage, raw_id)


@pytest.fixture
def page(row):
    return f"/desk/{row.incident.number}/mail/{row.entry_id}"


def text_of(response):
    return response.get_data(as_text=True)


def test_the_incident_leads_to_the_original(at_desk, row, page):
    assert page in text_of(at_desk.get(f"/desk/{row.incident.number}"))
    shown = text_of(at_desk.get(page))
    assert (
        "Black screen" in shown
        and "x-custom: grün" in shown
        and 'sandbox="allow-same-origin allow-popups' in shown
    )


def test_nothing_in_it_acts(at_desk, page):
    shown = text_of(at_desk.get(f"{page}/html"))
    assert "Hello" in shown and "color:red" in shown.replace(" ", "") and "staff.example/log" in shown
    for wrong in (
        "script",
        "alert",
        "onload",
        "<form",
        "<input",
        "javascript",
        "<iframe",
        "position",
        "url(",
    ):
        assert wrong not in shown.lower()


def test_pictures_from_elsewhere_are_blocked_until_asked_for(at_desk, page):
    policy = at_desk.get(f"{page}/html").headers["Content-Security-Policy"]
    assert "img-src 'self' data:;" in policy and "sandbox" in policy and "allow-scripts" not in policy
    assert "Show pictures from elsewhere" in text_of(at_desk.get(page))
    asked = at_desk.get(f"{page}/html?pictures=1")
    assert "img-src 'self' data: https: http:;" in asked.headers["Content-Security-Policy"]
    assert asked.headers["Referrer-Policy"] == "no-referrer"
    assert f"{page}/html?pictures=1" in text_of(at_desk.get(f"{page}?pictures=1"))


def test_its_own_pictures_are_shown_and_a_lie_about_the_type_is_not(at_desk, page):
    shown = text_of(at_desk.get(f"{page}/html"))
    assert f'src="{page}/picture/0"' in shown and "cid:" not in shown
    assert at_desk.get(f"{page}/picture/0").data == PIXEL
    assert at_desk.get(f"{page}/picture/1").status_code == 404
    assert at_desk.get(f"{page}/picture/99").status_code == 404


def test_the_bytes_are_saved_as_they_came(at_desk, page):
    answer = at_desk.get(f"{page}/raw")
    assert answer.data == RAW
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_entry_of_another_incident_leads_nowhere(at_desk, row, page):
    other = spool.store(RAW.replace(b"<m@", b"<n@"), route="test")
    process.process(other)
    db.session.rollback()
    other_row = db.session.get(RawMessage, other)
    wrong = f"/desk/{row.incident.number}/mail/{other_row.entry_id}"
    assert [at_desk.get(wrong + end).status_code for end in ("", "/html", "/raw", "/picture/0")] == [404] * 4


def test_an_erased_original_is_offered_no_more(at_desk, row, page):
    number = row.incident.number
    with write() as session:
        session.get(RawMessage, row.id).erased_at = clock.now()
    assert page not in text_of(at_desk.get(f"/desk/{number}"))
    assert "erased" in text_of(at_desk.get(page))


def test_another_topic_becomes_an_incident_of_its_own_once(at_desk, row):
    reply = (
        RAW.replace(b"<m@", b"<r@")
        .replace(b"Black screen", b"Keyboard")
        .replace(b"MIME-V", b"In-Reply-To: <m@staff.example>\nMIME-V")
    )
    raw_id = spool.store(reply, route="test")
    process.process(raw_id)
    db.session.rollback()
    entry_id = db.session.get(RawMessage, raw_id).entry_id
    first = row.incident.number
    assert "Subject changed to “Keyboard”" in text_of(at_desk.get(f"/desk/{first}"))
    form, fields = (
        f"/desk/{first}/entries/{entry_id}/split",
        {"title": "Keyboard", "description": "It sticks."},
    )
    assert 'value="Keyboard"' in text_of(at_desk.get(form))
    answers = [at_desk.post(form, data=fields) for _click in range(2)]
    db.session.rollback()
    opened = db.session.scalars(select(Incident).order_by(Incident.id)).all()[1:]
    assert [one.title for one in opened] == ["Keyboard"]
    assert {answer.location for answer in answers} == {f"/desk/{opened[0].number}"}
    assert opened[0].requester.email == "erin@staff.example"
