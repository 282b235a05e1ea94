"""What authors label teaches the bot, without names, and a worse model never takes over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot import model
from chatbot.client import claims, labels, turns
from chatbot.client.answers import answer
from chatbot.client.models import Actor
from chatbot.model import Verdict
from chatbot.training_data import LEARNED, add_examples, read_examples
from firstline.db import db
from incidents.errors import Conflict, Invalid
from incidents.people import Person, Role

People = Callable[..., Person]
KNOWN = {"report_problem", "ask_howto"}


@pytest.fixture
def ines(person: People) -> Person:
    return person("ines", Role.AUTHOR)


def said(person: Person, words: str, confidence: float, intent: str = "ask_howto") -> int:
    """A turn that the bot answered, this sure of what it meant."""
    held = turns.conversation_of(person, turns.begin(person, words)).id
    taken = turns.take(held, words[:60], turns.Said(words, None))
    assert taken.token is not None
    claims.resolve(taken.token)
    given = answer(turns.moment_of(taken.turn_id), "greet")
    claims.settle(taken.turn_id, Actor.BOT, given, claims.Understood(intent, confidence))
    return taken.turn_id


def words_waiting() -> list[str]:
    db.session.rollback()
    return [one.words for one in labels.waiting()]


def test_only_what_the_bot_was_unsure_of_waits(erin: Person) -> None:
    said(erin, "the thing blinks", 0.3)
    said(erin, "my screen is black", 0.9)
    assert words_waiting() == ["The thing blinks"]


def test_names_addresses_and_numbers_of_people_are_taken_out(erin: Person, person: People) -> None:
    person("konrad")
    said(erin, "ask konrad, erin@example.com or +49 30 1234567 about the thing", 0.3)
    (shown,) = words_waiting()
    assert all(secret not in shown.casefold() for secret in ("konrad", "erin", "1234567"))


def test_what_is_nothing_but_a_name_shows_nothing(erin: Person) -> None:
    said(erin, "Erin", 0.2)
    assert words_waiting() == ["…"]


def test_a_label_is_taken_once_and_can_be_taken_back(erin: Person, ines: Person) -> None:
    turn = said(erin, "the thing blinks", 0.3)
    labels.label(turn, intent="report_problem", words=" the thing\nblinks ", by=ines, known=KNOWN)
    assert words_waiting() == []
    with pytest.raises(Conflict):
        labels.leave_out(turn, by=ines)
    assert [(one.words, one.intent) for one in labels.lately()] == [("the thing blinks", "report_problem")]
    labels.take_back(turn)
    assert words_waiting() == ["The thing blinks"]


def test_what_is_left_out_teaches_nothing(erin: Person, ines: Person) -> None:
    labels.leave_out(said(erin, "hmm", 0.1), by=ines)
    assert words_waiting() == []
    assert labels.taught() == []


@pytest.mark.parametrize(("intent", "words"), [("restart", "the thing blinks"), ("ask_howto", " … ")])
def test_a_label_without_meaning_or_words_is_refused(
    erin: Person, ines: Person, intent: str, words: str
) -> None:
    turn = said(erin, "the thing blinks", 0.3)
    with pytest.raises(Invalid):
        labels.label(turn, intent=intent, words=words, by=ines, known=KNOWN)


def test_what_was_exported_cannot_be_taken_back(erin: Person, ines: Person) -> None:
    turn = said(erin, "the thing blinks", 0.3)
    labels.label(turn, intent="report_problem", words="the thing blinks", by=ines, known=KNOWN)
    labels.note_exported([turn])
    assert labels.lately() == []
    with pytest.raises(Conflict):
        labels.take_back(turn)


def test_examples_are_added_once_and_never_as_entities(tmp_path: Path) -> None:
    (tmp_path / "report_problem.yml").write_text(
        "nlu:\n  - intent: report_problem\n    examples: |\n      - my [vpn](service) drops\n"
    )
    told = [
        ("report_problem", "My VPN drops"),
        ("ask_howto", "where: is [name](x) - #1?"),
        ("affirm", "yes: that"),
    ]
    assert add_examples(told, tmp_path) == 2
    assert add_examples([*told, ("affirm", "YES: that"), ("deny", "'no'")], tmp_path) == 1
    assert read_examples([tmp_path / LEARNED]) == [
        ("affirm", "yes: that"),
        ("ask_howto", "where: is name x - #1?"),
        ("deny", "'no'"),
    ]


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Pretend that the present content, named so, was trained already."""

    def pretend(name: str) -> Path:
        monkeypatch.setattr(model, "content_hash", lambda _: name)
        file = tmp_path / f"models/bot/{name}.tar.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        return file

    return pretend


@pytest.mark.parametrize(
    ("old", "new", "is_taken"),
    [
        (90, 90, True),
        (90, 91, True),
        (90, 89, False),
        (0, 1, True),
        (90, None, False),
        (None, 0, True),
        (None, None, False),
    ],
)
def test_a_new_model_takes_over_only_if_it_is_not_worse(
    tmp_path: Path, trained: Callable[[str], Path], old: int | None, new: int | None, is_taken: bool
) -> None:
    told: list[Verdict] = []

    def ensured() -> Path:
        verdict = Verdict(asked=100, old=old, new=new)
        return model.ensure_model(
            tmp_path, sentence_model=tmp_path, tell=told.append, judge=lambda *_: verdict
        )

    first = trained("code-before")
    assert ensured() == first
    assert told == [], "the first has nothing to be compared with"
    second = trained("code-after")
    wanted = second if is_taken else first
    assert [ensured(), ensured()] == [wanted, wanted]
    assert (told[0].old, told[0].new) == (old, new)


def test_a_model_made_for_other_code_is_replaced_without_comparison(
    tmp_path: Path, trained: Callable[[str], Path]
) -> None:
    def refuse(*_: Path) -> Verdict:
        raise AssertionError("they cannot be compared")

    trained("old-data")
    model.ensure_model(tmp_path, sentence_model=tmp_path, judge=refuse)
    wanted = trained("new-data")
    assert model.ensure_model(tmp_path, sentence_model=tmp_path, judge=refuse) == wanted


def test_the_name_of_a_model_tells_code_from_examples() -> None:
    code, examples = model.content_hash(Path("nowhere")).split("-")
    assert code != examples
