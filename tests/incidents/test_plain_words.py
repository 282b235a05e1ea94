"""What people say in their own words, held against a table of sentences in many languages.

What is `mixed` there may be told as not solved or left to a person, and never as solved.
"""

import json
from pathlib import Path

import pytest

from incidents.plain_words import Verdict, is_thanks, verdict_of

SENTENCES = [json.loads(line) for line in Path(__file__).with_name("verdicts.jsonl").read_text().splitlines()]
THANKS = [
    "Thanks!", "Great, thank you Tess.", "Danke schön", "ok thx", "Many thanks, Erin", "Vielen Dank!", "Merci beaucoup.",
    "Muchas gracias, Tess", "Obrigada!", "Grazie mille", "Bedankt", "Dziękuję", "Tack så mycket!", "Mange tak", "Kiitos!",
    "Спасибо!", "谢谢", "ありがとうございます", "Teşekkürler", "Děkuji",
]  # fmt: skip
MORE = [
    "Thanks, but it still fails", "Danke, aber es geht noch nicht", "Thank you, please also send me a mouse",
    "Gracias, todavía no funciona", "Merci mais ça ne marche pas encore", "Thanks. I need another cable.", "Tack, men det fungerar inte",
    "Спасибо, но не работает",
]  # fmt: skip


def right(meaning):
    meant = [one["says"] for one in SENTENCES if one["means"] == meaning]
    return meant, [words for words in meant if verdict_of(words) == meaning]


@pytest.mark.parametrize("means", ["solved", "not_solved"])
def test_clear_words_are_understood(means):
    meant, understood = right(means)
    assert len(understood) >= 0.95 * len(meant), set(meant) - set(understood)


def test_nobody_who_needs_help_is_taken_for_solved():
    wrong = [
        one["says"]
        for one in SENTENCES
        if one["means"] != "solved" and verdict_of(one["says"]) == Verdict.SOLVED
    ]
    assert wrong == []


def test_unclear_words_go_to_a_person():
    meant, left = right(None)
    assert len(left) >= 0.97 * len(meant), set(meant) - set(left)


@pytest.mark.parametrize(
    "beside", ["My dog ate it.", "Scanner kaputt", "et mon fichier disparu", "打印机冒烟"]
)
@pytest.mark.parametrize(
    "clear", ["It works now.", "Funktioniert wieder.", "Ça marche maintenant.", "解决了。"]
)
def test_whoever_says_anything_beside_it_is_read_by_a_person(clear, beside):
    assert verdict_of(clear) == Verdict.SOLVED
    assert verdict_of(f"{clear} {beside}") is None


SIGNATURE = "Kind regards,\nErin Example\nHead of Finance | Example Corp\n+44 20 1234 5678\nwww.example.com"


@pytest.mark.parametrize("signature", [SIGNATURE, "Viele Grüße\nJan", "Thanks,\n\nE. Example"])
def test_a_name_and_a_post_below_a_greeting_say_nothing(signature):
    assert verdict_of(f"It works now.\n\n{signature}") == Verdict.SOLVED


@pytest.mark.parametrize("last", ["now the scanner is dead", "The scanner smokes", "PS: Send a mouse"])
def test_words_below_a_greeting_are_read_by_a_person(last):
    assert verdict_of(f"It works now.\n\n{SIGNATURE}\n{last}") is None


@pytest.mark.parametrize("words", THANKS)
def test_thanks_is_thanks_and_no_verdict(words):
    assert (is_thanks(words), verdict_of(words)) == (True, None)


@pytest.mark.parametrize("words", MORE)
def test_more_than_thanks_is_no_thanks(words):
    assert not is_thanks(words)


def test_a_whole_story_is_read_by_a_person():
    assert verdict_of("It works now. " + "But let me tell you what happened. " * 20) is None
