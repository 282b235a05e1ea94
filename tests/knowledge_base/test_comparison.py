"""What changed between two texts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.comparison import Change, Piece, compare
from tests.patience import held_up_by_nothing

TEXTS = st.text(st.sampled_from("ab \n.ä\u2028\r"), max_size=60) | st.text(max_size=200)


def side(pieces, change):
    return "".join(piece.text for piece in pieces if piece.change in {Change.SAME, change})


@given(TEXTS, TEXTS)
def test_the_pieces_give_back_both_texts(old, new):
    pieces = compare(old, new)
    assert side(pieces, Change.GONE) == old
    assert side(pieces, Change.ADDED) == new


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert {piece.change for piece in compare(text, text)} <= {Change.SAME}


@given(TEXTS, TEXTS)
def test_no_two_neighbours_are_of_one_kind_and_none_is_empty(old, new):
    pieces = compare(old, new)
    assert all(piece.text for piece in pieces)
    assert all(one.change != other.change for one, other in pairwise(pieces))


def test_only_the_changed_word_of_a_line_is_marked():
    assert compare("1. Use a cable.\n2. Restart it.\n", "1. Use a cable.\n2. Restart the modem.\n") == (
        Piece(Change.SAME, "1. Use a cable.\n2. Restart "),
        Piece(Change.GONE, "it"),
        Piece(Change.ADDED, "the modem"),
        Piece(Change.SAME, ".\n"),
    )


def test_lines_with_nothing_in_common_are_shown_whole():
    pieces = compare("Pull the plug and wait.\n", "Ask your lead for another licence key\n")
    assert [piece.change for piece in pieces] == [Change.GONE, Change.ADDED]


@pytest.mark.parametrize("unit", ["word ", "line\n", "x"])
def test_a_megabyte_is_compared_in_seconds(unit):
    old, new = unit * (1_000_000 // len(unit)), ("other " + unit) * (1_000_000 // (len(unit) + 6))
    with held_up_by_nothing():
        assert side(compare(old, new), Change.ADDED) == new
