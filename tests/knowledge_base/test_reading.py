"""How an article is laid out for a reader."""

import re

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import reading, text
from knowledge_base.models import Article


def lay_out(body, **more):
    return reading.lay_out(Article(title="x", body=body, **{"symptoms": "", "cause": "", **more}))


def test_every_heading_has_an_anchor_of_its_own_words():
    laid = lay_out("## Fix\n\nOne.\n\n### On a `Mac` & PC\n\nTwo.\n\n## Fix\n\nThree.")
    assert [(h.anchor, h.words, h.level) for h in laid.headings] == [
        ("at-fix", "Fix", 2),
        ("at-on-a-mac-pc", "On a Mac & PC", 3),
        ("at-fix-2", "Fix", 2),
    ]
    assert '<h3 id="at-on-a-mac-pc">On a <code>Mac</code> &amp; PC</h3>' in laid.body


def test_the_title_of_the_page_stays_its_only_first_heading():
    laid = lay_out("# Big\n\n###### Small")
    assert [h.level for h in laid.headings] == [2, 4]
    assert "<h1" not in laid.body and "<h6" not in laid.body


def test_headings_in_another_script_have_anchors_too():
    anchors = [heading.anchor for heading in lay_out("## 症状\n\n## 解决方法").headings]
    assert len(set(anchors)) == 2 and all(re.fullmatch(r"at-[a-z0-9-]+", anchor) for anchor in anchors)


def test_symptoms_and_cause_are_cleaned_like_the_body():
    evil = "<script>alert(1)</script> [x](javascript:alert(1)) **bold**"
    laid = lay_out(evil, symptoms=evil, cause=evil)
    for html in (laid.body, laid.symptoms, laid.cause):
        assert "<script" not in html and 'href="javascript' not in html and "<strong>bold</strong>" in html


@given(st.text(alphabet="#<>hn12 id=\"'/&;\n`*[]()a", max_size=300))
def test_nothing_that_an_author_writes_makes_an_attribute_but_our_anchors(body):
    plain, laid = text.render(body), lay_out(body).body
    assert re.sub(r'<h([2-4]) id="at-[a-z0-9-]+">', r"<h\1>", laid) == re.sub(
        r"<(/?)h1>", r"<\1h2>", re.sub(r"<(/?)h[56]>", r"<\1h4>", plain)
    )


def test_what_is_searched_for_excerpts_has_no_headings_and_numbers():
    article = Article(body="## Fix\n\n1. Open **Print** .\n2. Close it.", symptoms="- It hums", cause="Dust")
    assert reading.searched_text(article) == "It hums\nOpen Print.\nClose it.\nDust"
