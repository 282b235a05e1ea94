"""An article as a file of Markdown with a head."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import markdown_files
from knowledge_base.errors import ArticleError

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
MARKS = st.text(
    alphabet=st.sampled_from("-#:|>'\"[]{}&*!%@`~ \t\r\n,?=<\\aé\u2028\x85\ufeff\x07"), max_size=60
)
WORDS = TEXT | MARKS


@given(title=WORDS, keywords=WORDS, symptoms=WORDS, body=WORDS)
def test_any_words_are_read_as_they_were_written(title, keywords, symptoms, body):
    fields = {"id": "x", "title": title, "keywords": keywords, "symptoms": symptoms, "body": body}
    read = markdown_files.read(markdown_files.write(fields).encode().decode())
    assert {name: read.get(name, "") for name in fields} == fields


def test_a_file_reads_well():
    written = markdown_files.write(
        {
            "id": "vpn-drops",
            "title": "VPN: keeps disconnecting",
            "keywords": "vpn, tunnel",
            "symptoms": "- It drops.\n- It says 0x80.",
            "cause": "",
            "workaround": True,
            "body": "## Fix\n\n1. Restart.\n",
        }
    )
    assert written == (
        "---\nid: vpn-drops\ntitle: 'VPN: keeps disconnecting'\nkeywords: vpn, tunnel\n"
        "symptoms: |-\n  - It drops.\n  - It says 0x80.\nworkaround: true\n---\n\n## Fix\n\n1. Restart.\n"
    )


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("# Printer jams #\n\nOpen it.\n", {"title": "Printer jams", "body": "Open it.\n"}),
        ("Printer jams\n============\n\nOpen it.", {"title": "Printer jams", "body": "Open it."}),
        ("Hello.\n\n## Printer\nOpen it.", {"title": "Printer", "body": "Hello.\n\n## Printer\nOpen it."}),
        (
            "---\ncategory: printing\n---\n# Jams\nOpen.",
            {"category": "printing", "title": "Jams", "body": "Open."},
        ),
        ("---\r\ntitle: Jams\r\n---\r\nOpen.", {"title": "Jams", "body": "Open."}),
        ("---\ntitle: Outlook: it asks\n---\nGo.", {"title": "Outlook: it asks", "body": "Go."}),
        (
            "---\nTitle: 0x80070005\nkeywords: [a, b]\n---\nGo.",
            {"title": "0x80070005", "keywords": ["a", "b"], "body": "Go."},
        ),
        ("---\ntitle: 'On'\n---", {"title": "On", "body": ""}),
    ],
)
def test_files_of_people_are_read(words, fields):
    assert markdown_files.read(words) == fields


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Only words.", "Begin it with a heading"),
        ("---\n- a\n- b\n---\n# x", "name: value"),
        ("---\ntitle: 'open\nbody\n---\n# x", "at line"),
        ("---\nmany:\n" + "- " * 90_000 + "\n---\n", "not readable"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_do(words, sentence):
    with pytest.raises(ArticleError, match=sentence):
        markdown_files.read(words)


def test_a_head_makes_nothing_but_texts_lists_and_pairs(tmp_path):
    told = f"---\ntitle: !!python/object/apply:os.mkdir [{tmp_path}/made]\n---\n"
    assert markdown_files.read(told)["title"] == [f"{tmp_path}/made"]
    assert not (tmp_path / "made").exists()
