"""The actions: prove the turn's token, ask the domain, store the answer.

A synchronous action would hold up every other conversation, so each runs in a thread.
"""

import asyncio
from functools import cache
from typing import Any

from flask import Flask
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from chatbot.client import MODELS as CHAT_MODELS
from chatbot.client import claims, turns
from chatbot.client.answers import HANDLERS, answer
from chatbot.client.models import Actor
from firstline import log
from firstline.app import create_core
from firstline.i18n import DEFAULT_LANGUAGE, speaking
from incidents import MODELS

logger = log.get(__name__)


@cache
def core() -> Flask:
    """The app whose context every action runs in."""
    return create_core(models=(*MODELS, *CHAT_MODELS))


class Answering(Action):
    """Answers the turn that the message's token was minted for, and none else."""

    def __init__(self, intent: str) -> None:
        self._intent = intent

    def name(self) -> str:
        return f"action_{self._intent}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        message = tracker.latest_message
        given = message.get("metadata") or {}
        try:
            await asyncio.to_thread(_answer, self._intent, given, _likeliest(message))
        except claims.TokenRefused:
            logger.warning("a turn without a valid token", action=self.name())
        return []


def _likeliest(message: dict[str, Any]) -> claims.Understood:
    """What the words most probably meant, even where we were too unsure to act on it."""
    ranking = [message.get("intent") or {}, *(message.get("intent_ranking") or [])]
    best: dict[str, Any] = next((one for one in ranking if one.get("name") in HANDLERS), {})
    return claims.Understood(best.get("name"), best.get("confidence"))


def _answer(intent: str, given: dict[str, Any], understood: claims.Understood) -> None:
    """In the language that the portal speaks with this person: here there is nobody's browser to ask."""
    token = given.get("token")
    if not isinstance(token, str):
        raise claims.TokenRefused
    with core().app_context(), speaking(str(given.get("language") or DEFAULT_LANGUAGE)):
        turn_id = claims.resolve(token)
        try:
            given = answer(turns.moment_of(turn_id), intent)
            claims.settle(turn_id, Actor.BOT, given, understood)
        except BaseException:
            claims.release(turn_id, Actor.BOT)
            raise


def all_actions() -> list[Answering]:
    """One action for every intent that can be answered."""
    return [Answering(intent) for intent in HANDLERS]
