import csv
import html
import io
from datetime import date, timedelta

import pytest

from firstline import clock
from firstline.db import write
from incidents import lifecycle
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Resolution, State
from incidents.people import Role
from incidents.reports import facts, wording
from incidents.reports.counting import Value
from incidents.reports.figures import BY_SLUG, FIGURES
from incidents.resolutions.models import Score
from incidents.resolutions.rating import rate
from incidents.services import Outage
from portal import charts
from portal.charts import Column
from portal.reports.boards import BOARDS


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def browser(browser_of, lena):
    return browser_of(lena)


@pytest.fixture
def incident(person, lena):
    told = report(
        Report(requester_id=person("erin").id, description="VPN drops", channel=Channel.MAIL, service="vpn")
    )
    lifecycle.take(told.id, by=lena)
    lifecycle.change(told.id, Change(to=State.RESOLVED, resolution=Resolution.SUPPORT), by=lena)
    facts.keep_all()
    return told


def test_every_figure_stands_with_its_definition_and_what_it_leaves_out(browser, incident):
    page = browser.get("/reports").text
    for figure in FIGURES:
        assert str(figure.label) in page
    assert "Left out:" in page and "nothing to compare with" in page and "are not all known" in page


def test_before_anything_was_reported_the_page_says_so(browser):
    assert "Nothing to report yet" in browser.get("/reports").text


def test_a_range_before_there_was_data_says_since_when_there_is(browser, incident):
    page = browser.get("/reports?since=2001-01-01&until=2001-02-01").text
    assert "Before the first incident" in page and clock.now().date().isoformat() in page


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("since=2026-03-02&until=2026-03-01", "the other way round"),
        ("since=soon", "Write the day as"),
        ("since=2999-01-01&until=2999-01-02", "has not begun"),
        ("since=0001-01-01&until=0001-01-02", "from 1980 on"),
    ],
)
def test_a_range_that_cannot_be_meant_is_a_sentence_and_the_usual_is_shown(
    browser, incident, asked, sentence
):
    answer = browser.get(f"/reports?{asked}")
    assert answer.status_code == 200
    assert sentence in answer.text and "Resolved" in answer.text


def test_a_figure_leads_to_the_incidents_behind_each_bar(browser, incident):
    page = browser.get("/reports/resolved").text
    assert "/reports/resolved/incidents?" in page and "service=1" in page and ">Mail<" in page
    assert incident.number in browser.get("/reports/resolved/incidents?channel=mail").text
    assert "None in this range" in browser.get("/reports/resolved/incidents?channel=chat").text


@pytest.mark.parametrize(
    "asked", ["span=-5", "span=99999999999", "service=99999999999999999999", "team=x", "priority=-1"]
)
def test_a_number_that_means_nothing_is_no_filter(browser, incident, asked):
    page = browser.get(f"/reports/boards/missed?{asked}")
    assert page.status_code == 200 and asked not in html.unescape(page.text)


def test_a_service_that_is_not_there_is_named_in_the_filter_and_not_hidden(browser, incident):
    assert "4711 (not known)" in browser.get("/reports?service=4711").text
    assert "Choose a later range" in browser.get("/reports/resolved?since=2001-01-01&until=2001-01-09").text


def test_an_unknown_figure_is_not_found(browser):
    assert browser.get("/reports/moon").status_code == 404


def test_the_sheet_has_a_line_an_incident_and_leaves_unknown_cells_empty(browser, incident, person):
    report(Report(requester_id=person("bob").id, description="No sound", channel=Channel.CHAT))
    facts.keep_all()
    answer = browser.get("/reports/incidents.csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["number"] for line in lines] == [incident.number, "INC-000002"]
    assert lines[1]["resolve_s"] == ""


def lines_of(answer):
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_what_a_page_shows_and_the_rows_behind_it_are_sheets(browser, incident):
    rate(incident.id, Score.GREAT, by=incident.requester, channel=Channel.MAIL)
    told = {
        (line["by"], line["what"]): line for line in lines_of(browser.get("/reports/resolved/figure.csv"))
    }
    assert (told["channel", "Mail"]["resolved"], told["channel", "Mail"]["before"]) == ("1", "")
    (line,) = lines_of(browser.get("/reports/boards/satisfaction/board.csv?channel=mail"))[:1]
    assert (line["what"], line["number"], line["of"], line["before"]) == ("great", "1", "1", "")
    for path in ("resolved/incidents.csv?x=", "boards/satisfaction/incidents.csv?row=great"):
        (line,) = lines_of(browser.get(f"/reports/{path}"))
        assert (line["number"], line["service"], line["channel"]) == (incident.number, "VPN", "mail")
    assert lines_of(browser.get("/reports/resolved/incidents.csv?channel=chat")) == []
    assert browser.get("/reports/boards/satisfaction/incidents.csv?row=moon").status_code == 404
    assert browser.get("/reports/incidents.csv?since=soon").status_code == 422


def test_a_filter_holds_on_a_board_and_on_the_way_there_and_back(browser, incident):
    rate(incident.id, Score.GREAT, by=incident.requester, channel=Channel.MAIL)
    assert "Nothing in this range" in browser.get("/reports/boards/satisfaction?channel=chat").text
    page = html.unescape(browser.get("/reports/boards/satisfaction?channel=mail&priority=4").text)
    assert "channel=mail" in page and 'id="priority"' in page
    assert (
        incident.number in browser.get("/reports/boards/satisfaction/incidents?row=great&channel=mail").text
    )
    assert "By the filter:" in browser.get("/reports/boards/mail?priority=4").text
    assert 'id="channel"' not in browser.get("/reports/boards/downtime?channel=mail").text


def test_an_announced_outage_stands_beside_every_chart(browser, incident):
    with write() as session:
        session.add(Outage(title="VPN is down", service_id=incident.service_id, since=incident.created_at))
    assert "Outage: VPN is down" in browser.get("/reports/reports").text
    assert "Outage: VPN is down" in browser.get("/reports").text


def test_what_happened_is_written_beside_the_charts_and_taken_away(browser, incident):
    browser.post("/reports/annotations", data={"on": clock.now().date().isoformat(), "text": "New client"})
    assert "New client" in browser.get("/reports").text
    assert "New client" in browser.get("/reports/reports").text
    browser.post("/reports/annotations/1/remove")
    assert "New client" not in browser.get("/reports").text
    answer = browser.post("/reports/annotations", data={"on": "", "text": "x"}, follow_redirects=True)
    assert "Choose the day." in answer.text


def test_the_wallboard_renews_itself_and_says_what_is_open(browser, incident):
    page = browser.get("/reports/wall").text
    assert 'http-equiv="refresh"' in page and "Open now" in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "60 min"), (3700, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_lengths_of_time_read_in_their_two_largest_parts(app, seconds, words):
    with app.test_request_context():
        assert wording.length(seconds) == words


def test_comparisons_are_words(app):
    figure = BY_SLUG["resolve_clock"]

    def told(now, before):
        with app.test_request_context():
            pair = Value(figure, now, 1), Value(figure, before, 1)
            return wording.compared(*pair), wording.verdict(*pair)

    share = BY_SLUG["reopened"]
    with app.test_request_context():
        pair = Value(share, 30, 100), Value(share, 200, 1000)
        assert wording.compared(*pair) == "10.0 points more than before (20%)"
        assert wording.value_words(Value(BY_SLUG["minutes"], 379_680, 9)) == "6,328 h"
    assert told(1001, 1000) == ("as in the days before", "")
    assert told(90, 100) == ("10% less than before (2 min)", "good")
    assert told(200, 100) == ("100% more than before (2 min)", "bad")
    assert told(100, 100) == ("as in the days before", "")
    with app.test_request_context():
        assert wording.compared(Value(figure, 0, 0), Value(figure, 1, 1)) == "nothing to compare with"


def test_the_default_range_ends_today_and_is_four_weeks(browser, incident):
    since = (clock.now() - timedelta(days=27)).date().isoformat()
    assert f'value="{since}"' in browser.get("/reports").text


def test_every_board_says_what_it_counts_and_leads_to_its_incidents(browser, browser_of, person, incident):
    rate(incident.id, Score.GREAT, by=incident.requester, channel=Channel.MAIL)
    with write() as session:
        since = incident.created_at - timedelta(hours=1)
        session.add(Outage(title="VPN is down", service_id=incident.service_id, since=since))
    index = browser.get("/reports").text
    for slug, board in BOARDS.items():
        page = browser.get(f"/reports/boards/{slug}").text
        assert f"/reports/boards/{slug}" in index
        assert str(board.definition) in html.unescape(page) and "Left out:" in page
    great = browser.get("/reports/boards/satisfaction/incidents?row=great").text
    down = browser.get(f"/reports/boards/downtime/incidents?row={incident.service_id}").text
    assert incident.number in great and incident.number in down
    assert browser.get("/reports/boards/downtime/incidents?row=4711").status_code == 404
    assert browser.get("/reports/boards/nothing").status_code == 404
    tess = browser_of(person("tess", Role.AGENT))
    assert tess.get("/reports/boards/satisfaction").status_code == 403
    assert "/reports/boards/satisfaction" not in tess.get("/reports").text


def test_columns_carry_their_numbers_until_there_are_too_many():
    few = [Column(date(2026, 1, 5), number, str(number), str(number)) for number in (3, None, 6)]
    assert [(one.height, one.label) for one in charts.drawn(few)] == [(30, "3"), (0, ""), (60, "6")]
    many = charts.drawn([Column(date(2026, 1, 5), n % 7, str(n), str(n)) for n in range(40)])
    assert [one.label for one in many if one.label] == ["6", "39"]
    assert charts.drawn([]) == []


def test_the_figures_of_a_page_come_by_mail_until_somebody_stops_them(browser, browser_of, person, incident):
    page = browser.post(
        "/reports/mails?channel=mail&priority=3", data={"rhythm": "weekly"}, follow_redirects=True
    )
    assert "each Monday" in page.text and "Mail, P3" in page.text
    tess = browser_of(person("tess", Role.AGENT))
    assert tess.post("/reports/mails/1/stop").status_code == 404
    assert "each Monday:" not in browser.post("/reports/mails/1/stop", follow_redirects=True).text
    refused = browser.post("/reports/mails", data={"rhythm": "x"}, follow_redirects=True)
    assert "Choose each week or each month" in refused.text
