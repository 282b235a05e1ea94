"""The first page of set-up says what a new desk still needs, in the order in which it needs it."""

from dataclasses import replace

import pytest

from email_intake.models import Mailbox
from firstline.db import write
from incidents.people import Role

NEEDED = "To begin with, in this order"


@pytest.fixture
def ada(ada):
    """On a desk that is no demo, which has what it needs."""
    settings = ada.application.config["SETTINGS"]
    ada.application.config["SETTINGS"] = replace(settings, demo=False)
    return ada


def read(browser):
    return browser.get("/admin").get_data(as_text=True)


def test_what_is_there_is_ticked_off_and_what_is_not_says_why(ada, person, desk):
    page = read(ada)
    assert NEEDED in page and "Add agents and a lead with a password" in page
    wanted = ("People who answer", "A team on tier 1", "A way for mail to come in", "Known fixes")
    places = [page.index(words) for words in wanted]
    assert places == sorted(places)
    person("tess", Role.AGENT, team=desk["first"])
    with write() as session:
        session.add(Mailbox(name="support"))
    page = read(ada)
    assert "Add agents and a lead" not in page and "Everything new comes to it" not in page
    assert "A mailbox that is fetched" not in page and "Published articles are offered" in page


def test_the_parts_of_the_house_are_named_in_the_language_of_whoever_looks(ada):
    assert "Start “firstline worker”" in read(ada) and "Datenbank" not in read(ada)
    ada.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    assert "„firstline worker“" in read(ada) and "Datenbank" in read(ada)
    assert ada.get("/readyz").json["parts"]["worker"]["detail"].startswith("No worker has started yet.")
