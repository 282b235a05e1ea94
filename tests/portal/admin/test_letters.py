"""The desk's own words in its mails: a preview in each language, kept, and given back."""

import re

import pytest

from email_intake import render
from firstline.db import db
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.notices import Notice, Topic, letters


def send(browser, text="", language="de", **more):
    given = {"topic": "answered", "language": language, "text": text, "do": "save"} | more
    return browser.post("/admin/letters", data=given)


def mail(erin, language="de", title="vpn drops"):
    incident = report(
        Report(requester_id=erin.id, title=title, description="It does.", channel=Channel.PORTAL)
    )
    erin.language = language
    notice = Notice(id=1, topic=Topic.ANSWERED, incident=incident, recipient=erin, recipient_id=erin.id)
    rendered = render.render(notice)
    db.session.rollback()
    return rendered


def test_a_preview_reads_as_the_mail_would_and_keeps_nothing(ada):
    given = {"subject": "Zu {{title}}", "opening": "Guten Tag {{first_name}},", "closing": "IT\r\n  Tel. 123"}
    page = send(ada, "{{name}} schreibt zu {{number}}:", do="look", **given).get_data(as_text=True)
    assert "Tess Lindqvist schreibt zu INC-000123:" in page and "Guten Tag Erin,\n" in page
    assert "<strong>Zu VPN bricht " in page and "Minuten ab [INC-000123]</strong>" in page
    assert "\nIT\nTel. 123\nINC-000123" in page, "a closing has lines, a subject has one"
    assert "Tess Lindqvist has answered you about INC-000123:" in page, "the other languages stay"
    assert letters.kept("answered") == {}


def test_what_is_saved_stands_in_the_next_mail_of_that_language_and_goes_with_one_click(ada, person, desk):
    given = {"subject": "{{title}} (IT)", "opening": "Hallo {{first_name}}!", "closing": "IT\r\n  Tel. <123>"}
    assert send(ada, "Antwort zu {{number}}:", **given).status_code == 303
    erin = person("erin")
    own = mail(erin, "de_AT")
    assert re.fullmatch(r"vpn drops \(IT\) \[INC-\d+-[0-9a-f]{10}\]", own.subject)
    assert "\nHallo Erin!\n\nAntwort zu INC-" in own.text and "\nIT\nTel. <123>\nINC-" in own.text
    assert "IT<br>Tel. &lt;123&gt;<br>" in own.html
    assert "has answered you" in mail(erin, "en").text
    page = ada.get("/admin/letters?topic=answered").get_data(as_text=True)
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', page)[0]
    send(ada, "whatever stands in the field", do="shipped", seen=seen)
    assert letters.own("answered", "de") == letters.Words()
    assert "Guten Tag Erin,\n\n" in mail(erin, "de").text


def test_an_empty_part_is_the_shipped_one_and_a_country_needs_to_say_only_what_differs(ada, person, desk):
    person("erin").language = "de-AT"
    db.session.commit()
    send(ada, "Antwort zu {{number}}:", closing="Ihre IT")
    assert send(ada, language="de-AT", closing="Ihre IT in Wien").status_code == 303
    assert letters.own("answered", "de-AT") == letters.Words(
        text="Antwort zu {{number}}:", closing="Ihre IT in Wien"
    )


def test_a_subject_stays_one_line_with_the_number_whatever_it_is_filled_with(ada, person, desk):
    send(ada, language="en", subject="Re\r\nBcc: eve@example.com {{title}}")
    subject = mail(person("erin"), "en", title="{{number}} twice").subject
    assert re.fullmatch(r"Re Bcc: eve@example.com \{\{number\}\} twice \[INC-\d+-[0-9a-f]{10}\]", subject)


@pytest.mark.parametrize("part", letters.PARTS)
@pytest.mark.parametrize(
    ("said", "named"), [("{{surname}}", "surname"), ("{{Number}}", "{{Number}}"), ("{{number", "{{number")]
)
def test_a_place_nobody_knows_is_named_at_its_field(ada, part, said, named):
    refused = send(ada, **{part: f"Hi {said}"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and f"“{named}” is no place" in page and f'id="{part}-de-error"' in page
    assert letters.kept("answered") == {}


def test_the_second_of_two_administrators_sees_what_the_first_saved(ada):
    send(ada, "First")
    page = ada.get("/admin/letters?topic=answered").get_data(as_text=True)
    mark = re.findall(r'name="seen" value="([0-9a-f]+)"', page)[0]
    send(ada, "Second", seen=mark)
    refused = send(ada, "Third", seen=mark)
    assert refused.status_code == 409 and ">Second<" in refused.get_data(as_text=True)
    assert letters.own("answered", "de").text == "Second"
