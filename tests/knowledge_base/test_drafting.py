"""An article out of a resolved incident, without what tells whose it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.intake import Report, report
from incidents.models import Channel
from knowledge_base import drafting, editions
from knowledge_base.drafting import Case, draft_of
from knowledge_base.masking import mask
from knowledge_base.models import State

NAMES = ("Erin Walsh", "erin.walsh", "Tess Okoro", "Will Long")

MAIL = """Hi Tess,

the VPN drops every few minutes since the password change. Erin's laptop shows error 0x80070005.
You reach me at erin@example.com or +49 30 901820 (office 030/1234567).

Kind regards
Erin Walsh
Finance, Berlin
"""


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Hi team, my screen is black", "My screen is black"),
        ("Hello,\nthe printer jams.\n\nThanks\nErin", "The printer jams."),
        ("Dear service desk,\n\nit beeps.\n-- \nErin Walsh\nFinance", "It beeps."),
        ("Write to <erin.walsh@example.com> please", "Write to [address] please"),
        ("Call 030 1234567 or +44 (0)20 7946 0958 or (415) 555-0123", "Call [phone] or [phone] or [phone]"),
        ("TESS OKORO told erin to wait", "[name] told [name] to wait"),
        ("It will take long; Will said so", "It will take long; [name] said so"),
        ("the account erin.walsh is locked", "The account [name] is locked"),
        ("Outlook is slow. Erin", "Outlook is slow."),
        ("", ""),
    ],
)
def test_what_tells_who_wrote_is_left_out(words, left):
    assert mask(words, names=NAMES) == left


@pytest.mark.parametrize(
    "words",
    [
        "Error 0x80070005 on 10.0.19045.2311",
        "Since 01/12/2026 at 0:00:00",
        "The gateway 192.168.100.254 and 0.0.0.0",
        "Update KB5034441 and INC-000123",
        "Id 00000000-0000-0000-0000-000000000000",
        "Stop code 00000124",
        "Thanks to the update nothing prints\n" + "and more\n" * 12 + "and more",
    ],
)
def test_codes_dates_and_addresses_of_machines_stay(words):
    assert mask(words, names=NAMES) == words


@given(st.text(max_size=400), st.lists(st.text(max_size=12), max_size=3))
def test_any_words_and_names_are_taken(words, names):
    assert isinstance(mask(words, names=names), str)


def case(**more):
    told = {
        "incident_id": 1,
        "title": "Re: VPN drops for Erin",
        "words": MAIL,
        "solution": "Removed the saved password. Told Erin to sign in again.",
        "cause": "Old password kept",
        "names": NAMES,
    }
    return Case(**(told | more))


def test_the_draft_holds_symptoms_steps_and_cause_and_nobodys_name():
    draft = draft_of(case())
    assert draft.title == "VPN drops for [name]"
    assert draft.symptoms.startswith("The VPN drops every few minutes") and "0x80070005" in draft.symptoms
    assert draft.body == "## Fix\n\n1. Removed the saved password.\n2. Told [name] to sign in again.\n"
    assert draft.cause == "Old password kept"
    told = f"{draft.title}{draft.symptoms}{draft.body}".lower()
    assert not [name for name in ("erin", "walsh", "tess", "901820", "1234567", "finance") if name in told]


def test_lines_of_a_solution_become_steps_and_none_leaves_room_for_them():
    assert draft_of(case(solution="- Open it\n\n2) Close it")).body == "## Fix\n\n1. Open it\n2. Close it\n"
    assert draft_of(case(solution="")).body == "## Fix\n\n1. \n"


def test_a_title_that_says_nothing_but_names_asks_for_words():
    assert draft_of(case(title="Erin Walsh")).title == "Name the trouble in the words people use"


@pytest.fixture
def erin(person):
    return person("erin")


def test_a_second_click_opens_the_same_draft(desk, erin):
    incident = report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.PORTAL))
    first = drafting.open_draft(case(incident_id=incident.id), author_id=erin.id)
    again = drafting.open_draft(case(incident_id=incident.id, title="Other"), author_id=erin.id)
    assert (first.id, first.state, first.incident_id) == (again.id, State.DRAFT, incident.id)
    assert drafting.made_from(incident.id).id == first.id and first.owner_id == erin.id
    assert [edition.revision for edition in editions.history(first)] == [1]
