import csv
import io
from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import write
from incidents import holdout, selfhelp
from incidents.intake import Report, report
from incidents.models import Channel
from knowledge_base import articles
from knowledge_base.articles import Draft
from knowledge_base.models import Article


def text_of(response) -> str:
    return " ".join(response.get_data(as_text=True).split())


@pytest.fixture
def fix(desk):
    draft = Draft(title="VPN keeps disconnecting", body="## Fix\n\n1. Restart it.", keywords="vpn, drops")
    return articles.create(draft, publish=True)


@pytest.fixture
def told(person, fix):
    """Erin reports what a fix is known for."""
    erin = person("erin")

    def tell(channel=Channel.PORTAL):
        words = "vpn keeps disconnecting"
        incident = report(Report(requester_id=erin.id, description=words, channel=channel))
        selfhelp.offer_fixes(incident.id)
        return incident

    return tell


def test_before_the_first_attempt_the_page_says_what_will_be_here(lena):
    page = text_of(lena.get("/outcomes"))
    assert "Nobody was shown a fix in this time" in page
    assert "Not known. Some troubles go away without any fix" in page
    assert "0%" not in page, "what is not known is no zero"


def test_each_figure_stands_beside_its_rule(lena, told, fix):
    incident = told()
    selfhelp.tell_outcome(incident.id, by=incident.requester, solved=True, article_id=fix.id)
    page = text_of(lena.get("/outcomes"))
    assert "1 of 1, 95 % sure: 21% to 100%. Few: take it with care." in page
    assert "They said a fix solved it, and reported nothing on the same topic for 7 days" in page
    assert "1 younger attempts are not known yet and left out." in page
    assert "Not known: nothing to count yet." in page, "whether it lasts is not known on the first day"
    assert page.count("Never counted as success.") == 2


def test_another_time_and_another_channel_can_be_chosen(lena, told):
    told()
    tomorrow = (clock.now() + timedelta(days=1)).date()
    assert "Nobody was shown" in text_of(lena.get("/outcomes?channel=mail"))
    assert "Nobody was shown" in text_of(lena.get(f"/outcomes?from={tomorrow}&to={tomorrow}"))
    assert "Nobody was shown" not in text_of(lena.get("/outcomes?channel=portal"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=yesterday", "Write each day as year-month-day"),
        ("from=2026-02-02&to=2026-02-01", "The first day lies after the last"),
        ("to=9999-12-31", "Choose days of this century"),
        ("from=0001-01-01", "Choose days of this century"),
    ],
)
def test_a_wrong_day_gets_a_sentence_and_the_usual_time(lena, told, query, sentence):
    told()
    page = lena.get(f"/outcomes?{query}")
    assert page.status_code == 200 and sentence in text_of(page) and "By channel" in text_of(page)


def test_nonsense_in_the_address_is_passed_over(lena, told):
    told()
    assert lena.get("/outcomes?channel=pigeon&sort=luck&draw=x&all").status_code == 200


@pytest.mark.parametrize("sort", ["offered", "helped", "failed", "durable", "title"])
def test_the_articles_can_be_sorted_by_each_column(lena, told, sort):
    told()
    page = text_of(lena.get(f"/outcomes?sort={sort}"))
    assert page.count("aria-sort=") == 1


def test_the_same_figures_come_as_a_file_that_no_spreadsheet_takes_for_a_formula(lena, told, fix):
    told()
    with write() as session:
        session.get(Article, fix.id).title = "=cmd|'/c calc'!A1"
    answer = lena.get("/outcomes/figures.csv")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["group"] for row in rows] == ["all", "week", "channel", "article"]
    assert rows[0]["attempts"] == "1" and rows[0]["durable"] == "", "not known is empty, not 0"
    assert rows[3]["name"] == "'=cmd|'/c calc'!A1"


def test_the_hold_out_is_switched_on_changed_and_off(ada, lena):
    assert "It is off: everybody is shown the fixes that fit." in text_of(ada.get("/admin/hold-out"))
    assert ada.post("/admin/hold-out", data={"percent": "10 %"}).status_code == 303
    assert holdout.running().percent == 10
    assert "10 % of reports are shown no fixes, by lot." in text_of(lena.get("/outcomes"))
    ada.post("/admin/hold-out", data={"percent": "10", "end": "1"})
    assert holdout.running() is None
    assert "Draws" in text_of(ada.get("/admin/hold-out"))


@pytest.mark.parametrize("wrong", ["", "ten", "51", "-5", "1e9", "٣", "9" * 50])
def test_a_wrong_share_gets_a_sentence_and_stays_in_the_form(ada, wrong):
    answer = ada.post("/admin/hold-out", data={"percent": wrong})
    assert answer.status_code == 422 and "0 to 50" in text_of(answer)
    assert f'value="{wrong}"' in answer.get_data(as_text=True)
    assert holdout.running() is None


def test_who_is_held_out_is_told_no_untruth(browser_of, ada, told, monkeypatch):
    monkeypatch.setattr(holdout, "is_drawn", lambda *_, **__: True)
    ada.post("/admin/hold-out", data={"percent": "50"})
    incident = told()
    page = text_of(browser_of(incident.requester).get(f"/incidents/{incident.number}/logged"))
    assert "No known fix fits" not in page and "It is with the service desk already" in page


def test_the_effect_is_told_with_both_groups_and_what_is_not_known(ada, lena, told):
    ada.post("/admin/hold-out", data={"percent": "50"})
    told()
    page = text_of(lena.get("/outcomes"))
    assert "1 are younger than 7 days, not known yet and left out." in page
    assert "Needed no support within 7 days" in page and "not known yet" in page
