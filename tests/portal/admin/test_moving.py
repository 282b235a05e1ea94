"""Moving in and out in the browser: a look, then one button; and everything as a file."""

import io
import re
import zipfile

from sqlalchemy import func, select

from firstline.db import db
from incidents.models import Incident

SHEET = b"id,title,email,created,state\n1,VPN drops,erin@example.com,2026-03-31 14:05,closed\n2,No day,erin@example.com,,open\n"


def send(browser, content=SHEET, name="old.csv", **given):
    form = {"form": "incidents", "file": (io.BytesIO(content), name)} | given
    return browser.post("/admin/moving", data=form)


def test_a_look_keeps_nothing_and_the_button_makes_what_it_told(ada):
    page = send(ada).get_data(as_text=True)
    assert "line 3" in page and "does not say when" in page
    assert db.session.scalar(select(func.count()).select_from(Incident)) == 0
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    done = ada.post("/admin/moving/in", data={"token": token, "form": "incidents", "source": ""})
    assert "has moved in" in done.get_data(as_text=True)
    assert db.session.scalars(select(Incident.title)).all() == ["VPN drops"]
    assert "There is nothing new in it." in send(ada).get_data(as_text=True)


def test_what_cannot_be_read_is_refused_with_a_sentence(ada):
    assert "columns" in send(ada, b"a,b\n1,2\n").get_data(as_text=True)
    for wrong in (
        {"content": b"x", "name": "a.exe"},
        {"content": b"{", "form": "zammad"},
        {"form": "nothing"},
    ):
        answer = send(ada, **wrong)
        assert answer.status_code == 422 and "error" in answer.get_data(as_text=True), wrong
    assert send(ada, b"no database", "a.db", form="django-helpdesk").status_code == 422


def test_everything_is_one_file(ada):
    answer = ada.get("/admin/moving/everything.zip")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert {"people.jsonl", "incidents.jsonl", "articles.jsonl", "settings.jsonl"} <= set(
            archive.namelist()
        )
