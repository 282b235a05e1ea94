"""A major incident from declaration to all-clear, seen by who leads it and by an employee."""

from incidents.intake import Report, report
from incidents.models import Channel
from incidents.people import Role


def test_from_declaration_to_all_clear(person, desk, browser_of):
    tess = browser_of(person("tess", Role.AGENT, desk["first"]))
    erin, bob = person("erin"), browser_of(person("bob"))
    told = Report(requester_id=erin.id, description="vpn is down", channel=Channel.PORTAL, service="vpn")
    number = report(told).number

    refused = tess.post(f"/majors/of/{number}", data={"title": "", "news_in": "30"})
    assert refused.status_code == 422 and "Say in a few words" in refused.text
    declared = tess.post(f"/majors/of/{number}", data={"title": "VPN is down", "news_in": "30"})
    page = declared.headers["Location"]
    assert "VPN is down" in bob.get("/status").text and "Next news" in bob.get("/").text

    mine = bob.post("/outages/1/me-too").headers["Location"]
    assert bob.post("/outages/1/me-too").headers["Location"] == mine
    home = bob.get("/").text
    assert "You told us:" in home and mine in home and "Me too" not in home
    assert "Bob" in tess.get(page).text

    assert tess.post(f"{page}/news", data={"text": " ", "news_in": "30"}).status_code == 422
    tess.post(f"{page}/news", data={"text": "The gateway is replaced", "news_in": "60"})
    assert "The gateway is replaced" in bob.get(mine).text
    assert "The gateway is replaced" in bob.get("/status").text

    assert "Check the number" in tess.post(f"{page}/reports", data={"incident": "INC-999999"}).text
    tess.post(f"{page}/end", data={"note": "A new gateway"})
    assert "We know of no fault right now" in bob.get("/status").text
    assert bob.post("/outages/1/me-too").status_code == 404
