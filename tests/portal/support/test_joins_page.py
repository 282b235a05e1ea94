"""What looks alike, joined and parted in the browser: by support, and by who reported it."""

import pytest

from firstline.db import db
from incidents import selfhelp
from incidents.intake import Report, report
from incidents.kinship import joining
from incidents.models import Channel, Incident, State


@pytest.fixture
def pair(told, person):
    """Erin's running incident and Bob's report of the same."""
    running = told("vpn keeps disconnecting every few minutes")
    bob = person("bob")
    mine = report(
        Report(
            requester_id=bob.id,
            description="my vpn keeps disconnecting every few minutes",
            channel=Channel.PORTAL,
        )
    )
    selfhelp.offer_fixes(mine.id)
    return running.number, mine.number, bob


def now(number: str) -> Incident:
    db.session.rollback()
    return db.session.get_one(Incident, int(number[4:]))


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_support_sees_what_looks_alike_and_joins_it_with_one_click(at_desk, pair):
    running, mine, _bob = pair
    assert f'Looks like <a href="/desk/{running}"' in " ".join(page(at_desk, f"/desk/{mine}").split())
    assert at_desk.post(f"/desk/{mine}/same/{running}").status_code == 303
    assert now(mine).parent_id == now(running).id
    assert "2 people" in page(at_desk, f"/desk/{running}")
    assert "+1 me too" in page(at_desk, "/desk")
    at_desk.post(f"/desk/{mine}/part")
    assert now(mine).parent_id is None


def test_not_the_same_is_remembered(at_desk, pair):
    running, mine, _bob = pair
    at_desk.post(f"/desk/{mine}/apart/{running}")
    assert "Looks like" not in page(at_desk, f"/desk/{mine}")


def test_a_number_typed_is_merged_or_refused_with_a_sentence(at_desk, pair):
    running, mine, _bob = pair
    assert "Number of the other incident" in page(at_desk, f"/desk/{mine}?do=join")
    refused = at_desk.post(f"/desk/{mine}/join", data={"other": mine, "way": "merge"})
    assert refused.status_code == 409
    assert "cannot be joined with itself" in refused.get_data(as_text=True)
    at_desk.post(f"/desk/{mine}/join", data={"other": running, "way": "merge", "note": "one gateway"})
    assert now(mine).state == State.MERGED
    assert "Part them again" in page(at_desk, f"/desk/{mine}")


def test_who_reported_it_says_me_too_and_reads_nothing_of_the_others_words(browser_of, pair):
    running, mine, bob = pair
    browser = browser_of(bob)
    asked = page(browser, f"/incidents/{mine}/logged")
    assert "Others have this too" in asked
    assert running not in asked
    browser.post(f"/incidents/{mine}/same")
    assert now(mine).follows_parent
    assert "1 other person has it too" in page(browser, f"/incidents/{mine}")
    browser.post(f"/incidents/{mine}/other")
    assert now(mine).parent_id is None
    assert "Others have this too" not in page(browser, f"/incidents/{mine}")


def test_ones_own_report_is_continued(browser_of, pair, told, erin):
    running, _mine, _bob = pair
    twice = told("vpn keeps disconnecting every few minutes")
    selfhelp.offer_fixes(twice.id)
    browser, number = browser_of(erin), twice.number
    assert "Is it this again?" in page(browser, f"/incidents/{number}/logged")
    answer = browser.post(f"/incidents/{number}/same")
    assert answer.location.endswith(running)
    assert "It goes on as" in page(browser, f"/incidents/{number}")
    assert now(number).merged_into_id == now(running).id


def test_what_became_of_a_merge_is_told_to_both(at_desk, pair, tess):
    running, mine, _bob = pair
    joining.merge(now(mine).id, now(running).id, by=tess)
    assert f"Tess joined {mine} with it" in page(at_desk, f"/desk/{running}")
    assert f"Tess joined it with {running}" in page(at_desk, f"/desk/{mine}")
