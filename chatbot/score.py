"""Counts what models understand; runs inside Rasa's own environment, as `score.py TEST_SET MODEL...`.

The test set has `{"text", "intent"}` a line. Prints one JSON object: each model's path with how many of
the sentences it takes for what they are, null for one that does not load. As in `firstline bot parse`, an answer the bot is too unsure to
act on counts by its likeliest intent.
"""

import asyncio
import json
import sys
import traceback


def main() -> None:
    test_set, *models = sys.argv[1:]
    with open(test_set, encoding="utf-8") as lines:
        wanted = [json.loads(line) for line in lines if line.strip()]
    right = {path: _right_of(path, wanted) for path in dict.fromkeys(models)}
    print(json.dumps({"asked": len(wanted), "right": right}))  # noqa: T201 - this is its output


def _right_of(path, wanted):  # type: ignore[no-untyped-def]
    from rasa.core.agent import Agent

    try:
        return asyncio.run(_right(Agent.load(path), wanted))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it must not be run
        traceback.print_exc()
        return None


async def _right(agent, wanted):  # type: ignore[no-untyped-def]
    found = [await agent.parse_message(one["text"]) for one in wanted]
    return sum(_likeliest(parsed) == one["intent"] for parsed, one in zip(found, wanted, strict=True))


def _likeliest(parsed):  # type: ignore[no-untyped-def]
    ranking = [parsed["intent"], *parsed.get("intent_ranking", [])]
    return next((intent["name"] for intent in ranking if intent["name"] != "nlu_fallback"), None)


if __name__ == "__main__":
    main()
