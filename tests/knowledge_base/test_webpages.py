"""A page of another help centre becomes an article."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import webpages
from knowledge_base.errors import ArticleError

PAGE = (Path(__file__).parent / "pages" / "help-centre.html").read_text(encoding="utf-8")


def test_only_what_the_page_says_is_taken_not_what_stands_around_it():
    found = webpages.read(PAGE)
    assert found["title"] == "Fix a stuck print queue"
    body = found["body"]
    for gone in (
        "Acme",
        "Getting started",
        "You are here",
        "Related",
        "alert",
        "track",
        "Draft note",
        "Search",
    ):
        assert gone not in body
    for kept in (
        "Documents wait & nothing is printed.",
        "[how to add a printer](add%20printer.html#steps)",
        "(https://example.com/?a=1&b=2)",
        "## Steps",
        "1. Open **Settings > Printers**.",
        "del *.spl",
        "![The green light](images/green%20light%281%29.png)",
        "0x6",
    ):
        assert kept in body, body


def test_without_main_the_head_of_the_page_is_no_part_of_it_and_its_title_names_it():
    page = "<title>VPN &amp; you</title><header>Logo</header><div><p>Press it.</p></div><footer>us</footer>"
    assert webpages.read(page) == {"title": "VPN & you", "body": "Press it.\n"}


def test_a_heading_in_the_head_of_the_page_is_the_title_before_its_title():
    page = "<title>VPN | Acme</title><body><header><h1>VPN</h1></header><p>Press it.</p>"
    assert webpages.read(page) == {"title": "VPN", "body": "Press it.\n"}


def test_a_page_without_any_title_is_refused_with_what_to_do():
    with pytest.raises(ArticleError, match="Give the page a title"):
        webpages.read("<p>words</p>")


def test_a_page_of_megabytes_is_refused():
    with pytest.raises(ArticleError, match="too long"):
        webpages.read("<p>x" * 1_100_000)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Grüße – “ok”".encode(), "Grüße – “ok”"),
        ("Grüße".encode("utf-8-sig"), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße – “ok”".encode("cp1252"), "Grüße – “ok”"),
        ('<meta charset="iso-8859-2">Łódź'.encode("iso-8859-2"), '<meta charset="iso-8859-2">Łódź'),
        ('<meta charset="iso-8859-1">“ok”'.encode("cp1252"), '<meta charset="iso-8859-1">“ok”'),
        ("<meta charset=iso-2022-jp>日本".encode("iso-2022-jp"), "<meta charset=iso-2022-jp>日本"),
        ('<meta charset="utf-8">Grüße'.encode("cp1252"), '<meta charset="utf-8">Grüße'),
        (b'<meta charset="hex">\xfc', '<meta charset="hex">ü'),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Принтер'.encode(
                "cp1251"
            ),
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Принтер',
        ),
    ],
)
def test_bytes_are_read_as_they_were_written_whatever_the_label_says(content, words):
    assert webpages.decode(content) == words


@given(st.binary(max_size=300))
def test_any_bytes_are_some_text(content):
    assert isinstance(webpages.decode(content), str)


@given(st.text(alphabet=st.sampled_from("<>/abh1maint=\"' &;!-nvrole\n"), max_size=200))
def test_any_broken_page_is_an_article_or_refused(words):
    try:
        found = webpages.read("<title>x</title>" + words)
    except ArticleError:
        return
    assert "<script" not in str(found["body"])
