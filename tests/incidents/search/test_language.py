"""What the search field understands. Nothing here needs a database."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidents.search.language import EXAMPLES, LONGEST, WORDS, parse, write

PIECES = st.sampled_from(
    [
        "team:",
        "p:",
        "p:1",
        "p:>",
        '"',
        "-",
        "vpn",
        "age:>2d",
        "foo:bar",
        ":",
        "<",
        "state:open",
        ",",
        " ",
        "é",
        "\0",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join))


def asked(text: str) -> list[tuple[str, tuple[str, ...], str, bool]]:
    return [(term.key, term.values, term.than, term.negated) for term in parse(text).terms]


def test_every_kind_of_term_is_understood():
    assert asked(
        'team:network p:1,2 age:>2d vpn "exact words" -word -channel:mail requester:"Erin Walsh"'
    ) == [
        ("team", ("network",), "", False),
        ("priority", ("1", "2"), "", False),
        ("age", ("2d",), ">", False),
        (WORDS, ("vpn",), "", False),
        (WORDS, ("exact words",), "", False),
        (WORDS, ("word",), "", True),
        ("channel", ("mail",), "", True),
        ("requester", ("Erin Walsh",), "", False),
    ]
    assert [term.is_exact for term in parse('vpn "two words"').terms] == [False, True]


@pytest.mark.parametrize("text", ["P:p1", "prio:1", "priority:1", "p:1"])
def test_one_thing_may_be_written_in_several_ways(text):
    assert asked(text) == [("priority", ("1",), "", False)]


def test_every_example_is_understood():
    assert [parse(text).troubles for text in EXAMPLES.values()] == [()] * len(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "wrong", "found"),
    [
        ("vpn p:9", "p:9", ["vpn"]),
        ("vpn state:lost", "state:lost", ["vpn"]),
        ("colour:red vpn", "colour:red", ["colour:red", "vpn"]),
        ("vpn team:", "team:", ["vpn"]),
        ("age:>old vpn", "age:>old", ["vpn"]),
        ("team:>network vpn", "team:>network", ["vpn"]),
        ("p:>1,2 vpn", "p:>1,2", ["vpn"]),
        ('vpn "not closed', '"not closed', ["vpn", "not closed"]),
        ('vpn team:"not closed', 'team:"not closed', ["vpn"]),
        ("https://example.com", "https://example.com", ["https://example.com"]),
    ],
)
def test_broken_syntax_says_where_and_the_words_are_still_looked_for(text, wrong, found):
    query = parse(text)
    assert [text[one.start : one.end] for one in query.troubles] == [wrong]
    assert query.troubles[0].sentence
    assert list(query.values_of(WORDS)) == found


@given(TEXTS)
@example('-"')
@example("team:,,")
@example('p:"1')
@example("-" * LONGEST)
def test_no_text_breaks_it_and_all_places_lie_within_the_text(text):
    query = parse(text)
    for one in (*query.terms, *query.troubles):
        assert 0 <= one.start < one.end <= len(query.text)
    assert all(value for term in query.terms if term.key == WORDS for value in term.values)


@given(TEXTS)
def test_facts_that_are_written_are_read_again_and_the_rest_stays(text):
    written = write(text, {"team": "my team", "state": ""})
    query, before = parse(written), parse(text)
    assert query.values_of("team") == ("my team",)
    assert query.values_of("state") == ()
    if len(written) < LONGEST and not before.troubles:
        assert query.values_of(WORDS) == before.values_of(WORDS)
