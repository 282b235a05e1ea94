"""What German reports are in English, for a model that reads English only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import english


@pytest.mark.parametrize(
    ("german", "told"),
    [
        ("Confluence Fehler 502", "confluence error 502"),
        ("Drucker am Empfang geht wieder, danke", "printer at the reception works again, thanks"),
        ("Zugriff auf die Brennpläne abgelehnt", "access on the brennplaene rejected"),
        ("Glasurrechte auf K: bitte", "glasur permissions on k: please"),
        ("Die Mautabrechnung fehlt", "the maut statement is missing"),
    ],
)
def test_german_is_put_in_english_word_by_word(german: str, told: str) -> None:
    assert english.put(german) == told


@pytest.mark.parametrize(
    "text",
    [
        "Laptops die within an hour, it was warm in the war room",
        "The account of Jürgen Müller is locked since Monday morning",
        "The band on the stock is gross, per signal",
        "",
        "502",
    ],
)
def test_what_is_no_german_stays_as_it_is(text: str) -> None:
    assert english.put(text) == text


@given(st.text(max_size=80))
def test_any_text_can_be_put_in_english(text: str) -> None:
    assert isinstance(english.put(text), str)
