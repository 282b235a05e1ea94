"""Rasa over HTTP, with a limit for the whole call: a person waits for it."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from functools import cache

import httpx

from chatbot.client.breaker import Breaker
from firstline import log
from firstline.i18n import spoken

LIMIT_S = 3.0
MAX_WORDS = 1_000
"""Enough to tell what is meant; the action reads the whole words from the turn."""

MAX_REPLY = 1_000_000


logger = log.get(__name__)


class RasaAway(Exception):
    """Off, slow, or talking nonsense; the text says which, for the log."""


@dataclass(frozen=True)
class Rasa:
    """One Rasa server. `say` is only for what the actions did not store themselves."""

    url: str
    limit_s: float = LIMIT_S

    def say(self, *, sender: str, message: str, token: str) -> list[str]:
        """Pass one message on and return the plain texts that came back; raises `RasaAway`.

        After some failures in a row it is raised at once, without asking, until Rasa was given a rest.
        """
        breaker = breaker_of(self.url)
        if not breaker.lets_through():
            raise RasaAway("it failed several times and is left alone for a while")
        try:
            texts = self._ask(sender, message, token)
        except RasaAway:
            if breaker.failed():
                logger.warning("the bot is not asked for a while", url=self.url)
            raise
        if breaker.worked():
            logger.info("the bot answers again", url=self.url)
        return texts

    def _ask(self, sender: str, message: str, token: str) -> list[str]:
        body: dict[str, object] = {
            "sender": sender,
            "message": message[:MAX_WORDS],
            "metadata": {"token": token, "language": spoken()},
        }
        call = _callers().submit(_post, f"{self.url}/webhooks/rest/webhook", body, self.limit_s)
        try:
            return _texts(call.result(timeout=self.limit_s))
        except TookTooLong as error:
            call.cancel()
            raise RasaAway(f"no answer within {self.limit_s:g} s") from error


@cache
def breaker_of(url: str) -> Breaker:
    """The breaker that everything in this process shares for one server."""
    return Breaker()


def _post(url: str, body: dict[str, object], limit_s: float) -> object:
    try:
        answer = _client().post(url, json=body, timeout=limit_s)
        answer.raise_for_status()
        if len(answer.content) > MAX_REPLY:
            raise RasaAway("far too long an answer")
        return answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise RasaAway(f"{type(error).__name__}: {error}") from error


def _texts(answer: object) -> list[str]:
    if not isinstance(answer, list) or not all(isinstance(part, dict) for part in answer):
        raise RasaAway("not a list of messages")
    return [part["text"] for part in answer if isinstance(part.get("text"), str) and part["text"].strip()]


@cache
def _callers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(32, thread_name_prefix="rasa")


@cache
def _client() -> httpx.Client:
    return httpx.Client(trust_env=False)
