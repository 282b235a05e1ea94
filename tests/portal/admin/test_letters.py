"""The desk's own words in its mails: a preview in each language, kept, and given back."""

import re

from email_intake import render
from firstline.db import db
from incidents import notices
from incidents.notices import Notice, Topic


def send(browser, text, language="de", **more):
    given = {"topic": "answered", "language": language, "text": text, "do": "save"} | more
    return browser.post("/admin/letters", data=given)


def test_a_preview_reads_as_the_mail_would_and_keeps_nothing(ada):
    page = send(ada, "{{name}} schreibt zu {{number}}, {{first_name}}:", do="look").get_data(as_text=True)
    assert "Tess Lindqvist schreibt zu INC-000123, Erin:" in page
    assert "Tess Lindqvist has answered you about INC-000123:" in page, "the other languages stay"
    assert notices.letters.kept("answered") == {}


def test_what_is_saved_stands_in_the_next_mail_of_that_language(ada, person, desk):
    from incidents.intake import Report, report
    from incidents.models import Channel

    assert send(ada, "Antwort zu {{number}}:").status_code == 303
    erin = person("erin")
    incident = report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.PORTAL))
    for language, words in (("de_AT", "Antwort zu INC-"), ("en", "has answered you")):
        erin.language = language
        notice = Notice(id=1, topic=Topic.ANSWERED, incident=incident, recipient=erin, recipient_id=erin.id)
        assert words in render.render(notice).text
    db.session.rollback()
    send(ada, "")
    assert notices.letters.own("answered", "de") == ""


def test_a_place_nobody_knows_and_the_second_of_two_are_refused(ada):
    assert "is no place" in send(ada, "Hi {{surname}}").get_data(as_text=True)
    send(ada, "First")
    page = ada.get("/admin/letters?topic=answered").get_data(as_text=True)
    mark = re.findall(r'name="seen" value="([0-9a-f]+)"', page)[0]
    send(ada, "Second", seen=mark)
    refused = send(ada, "Third", seen=mark)
    assert refused.status_code == 409 and ">Second<" in refused.get_data(as_text=True)
    assert notices.letters.own("answered", "de") == "Second"
