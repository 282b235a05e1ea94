"""A conversation in which the bot understood every sentence: words with their intent, buttons by title."""

from sqlalchemy import select

from chatbot.client import claims, payloads, turns
from chatbot.client.answers import answer
from chatbot.client.messages import Message
from chatbot.client.models import Actor, Conversation, Turn
from firstline import jobs
from firstline.db import db
from incidents.models import Incident
from incidents.people import Person
from knowledge_base import articles

VPN, PRINTER = "my vpn keeps dropping", "the printer on floor 3 is jammed"


def incidents() -> list[Incident]:
    db.session.rollback()
    return list(db.session.scalars(select(Incident).order_by(Incident.id)))


def known_fix(title: str, body: str = "1. Restart it.\n2. Try again.") -> None:
    articles.create(articles.Draft(title=title, body=body, category="printing"), publish=True)
    jobs.run_waiting()


class Talk:
    """One person's conversation; what was answered last is in `messages`."""

    def __init__(self, person: Person) -> None:
        self._person = person
        public_id = turns.begin(person, f"talk-{id(self)}")
        self.id = turns.conversation_of(person, public_id).id
        self.messages: tuple[Message, ...] = ()

    def say(self, words: str, intent: str, *, confidence: float = 0.9) -> str:
        """The words of the answer to a sentence that was taken for this intent."""
        return self._take(turns.Said(words, None), intent, claims.Understood(intent, confidence))

    def press(self, title: str) -> str:
        """The words of the answer to a button that the last answer offered."""
        payload = next(button.payload for button in self.buttons() if button.title.startswith(title))
        return self._take(turns.Said(title, payload), payloads.read(payload).intent, None)

    def buttons(self) -> list:
        return [button for message in self.messages for button in message.buttons]

    def titles(self) -> list[str]:
        return [button.title for button in self.buttons() if button.title != "Talk to a person"]

    def cards(self) -> list[str]:
        return [card.title for message in self.messages for card in message.articles]

    def memory(self) -> dict:
        db.session.rollback()
        return db.session.get_one(Conversation, self.id).memory

    def corrected(self) -> list[str]:
        """What the person said was taken wrong."""
        db.session.rollback()
        wrong = db.session.query(Turn).filter(Turn.conversation_id == self.id, Turn.was_corrected)
        return [turn.text for turn in wrong.order_by(Turn.id)]

    def _take(self, said: turns.Said, intent: str, understood: claims.Understood | None) -> str:
        count = db.session.query(Turn).filter(Turn.conversation_id == self.id).count()
        taken = turns.take(self.id, f"m{count}", said)
        assert taken.token is not None
        claims.resolve(taken.token)
        given = answer(turns.moment_of(taken.turn_id), intent)
        claims.settle(taken.turn_id, Actor.BOT, given, understood)
        self.messages = given.messages
        return "\n".join(message.text for message in given.messages)
