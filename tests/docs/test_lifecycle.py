from commands import lifecycle
from incidents.lifecycle import TABLE
from incidents.models import State


def test_the_page_has_the_tables_as_the_code_has_them():
    page = lifecycle.PAGE.read_text()
    assert page == lifecycle.renewed(page), "run: firstline lifecycle --write"


def test_every_way_and_every_state_is_printed():
    printed = lifecycle.tables()
    assert all(f"| {source} | {to} |" in printed for source, to in TABLE)
    assert all(f"| **{state}** |" in printed for state in State)
