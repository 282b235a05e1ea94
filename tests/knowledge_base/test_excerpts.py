"""Which part of a text is shown for a query, and which words are marked."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge_base.excerpts import LEAD, LENGTH, Piece, excerpt, marked
from knowledge_base.words import words
from tests.patience import held_up_by_nothing

STORY = (
    "Open the flap. Take the paper out. " * 20
    + "The printer prints blank pages. Shake the toner. "
    + "End. " * 50
)


def terms(query):
    return frozenset(words(query))


def joined(pieces):
    return "".join(piece.text for piece in pieces)


def marks(pieces):
    return [piece.text for piece in pieces if piece.is_match]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Restarted the printers: printed", "printer restarting print", ["Restarted", "printers", "printed"]),
        ("The VPN drops. vpn again.", "VPN dropping", ["VPN", "drops", "vpn"]),
        ("Turn on Wi-Fi at Bob's desk", "wifi bob", ["Wi-Fi", "Bob's"]),
        ("Error 0x80070005 appears", "0X80070005", ["0x80070005"]),
        ("Don’t close Ärger im Büro", "büro", ["Büro"]),
        ("打印机 无法打印", "打印机", ["打印机"]),
        ("Печать не работает", "печать", ["Печать"]),
        ("This is about the others", "the", []),
    ],
)
def test_words_are_marked_as_the_search_folds_them(text, query, expected):
    pieces = marked(text, terms(query))
    assert marks(pieces) == expected
    assert joined(pieces) == text


def test_the_stretch_with_most_of_the_words_is_shown_from_the_beginning_of_its_sentence():
    shown = excerpt(STORY, terms("blank pages and toner"))
    assert joined(shown).startswith("… The printer prints blank pages.")
    assert joined(shown).endswith(" …")
    assert marks(shown)[:2] == ["blank", "pages"]


def test_a_short_text_is_shown_whole_and_one_without_the_words_not_at_all():
    assert joined(excerpt("Restart the printer.", terms("printer"))) == "Restart the printer."
    assert excerpt("Restart the printer.", terms("vpn")) == ()
    assert excerpt("", terms("vpn")) == excerpt("Restart it.", frozenset()) == ()


@given(st.text(max_size=2_000), st.text(max_size=200))
@example("a" * 1_000 + " printer " + "b" * 1_000, "printer")
@example("\0<script>printer</script>", "script printer")
def test_any_text_for_any_query_gives_a_short_piece_of_that_text(text, query):
    shown = excerpt(text, terms(query))
    inner = joined(shown).removeprefix("… ").removesuffix(" …")
    assert inner in text
    assert len(inner) <= max(LENGTH + LEAD, *(len(mark) for mark in marks(shown)), 0)
    assert all(isinstance(piece, Piece) and piece.text for piece in shown)


def test_a_text_of_a_million_matching_words_is_no_work():
    with held_up_by_nothing():
        excerpt("printer blank page " * 60_000, terms("printer blank page " * 10_000))
